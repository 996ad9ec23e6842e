// What a port does with who is slow, large, many or no HTTP at all: an answer where there can be one, an end in every case, a
// count, and never a line of the log. Real sockets; the times are the server's own, set small where a test waits for them.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, it } from "node:test";
import { type ConnectionBounds, usualBounds } from "../../src/provider/edge/connection_guard.ts";
import { type Listening, listen } from "../../src/provider/edge/listen.ts";

const open: (Listening | Socket)[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) {
    if ("destroy" in one) one.destroy();
    else await one.close();
  }
});

async function openPort(bounds: Partial<ConnectionBounds> = {}) {
  const listening = await listen("127.0.0.1", 0, 100, { ...usualBounds, ...bounds });
  open.push(listening);
  const held: (() => void)[] = [];
  listening.serve((request, response) => {
    if (request.url === "/held") held.push(() => response.end("later"));
    else response.end("served");
  });
  /** Opens a connection. @returns what came back, once the other side has ended it */
  const call = async (text: string) => {
    const socket = connect({ host: "127.0.0.1", port: listening.port });
    open.push(socket);
    let got = "";
    socket.setEncoding("latin1");
    socket.on("data", (chunk) => {
      got += chunk;
    });
    socket.on("error", () => {});
    const ended = once(socket, "close").then(() => got);
    await Promise.race([once(socket, "connect"), ended]);
    socket.write(text);
    return { socket, ended, got: () => got };
  };
  return { listening, call, held };
}

const get = (path: string, more = "") => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
const until = async (what: () => boolean) => {
  while (!what()) await new Promise((resolve) => setImmediate(resolve));
};

describe("a port", () => {
  for (const [what, text, status, reason] of [
    ["headers beyond 16 KiB", get("/", `X-Large: ${"x".repeat(17_000)}\r\n`), 431, "headers"],
    ["a request line beyond 16 KiB", get(`/${"x".repeat(17_000)}`), 431, "headers"],
    ["what is no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", 400, "malformed"],
    ["HTTP/2 without asking", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "malformed"],
    [
      "two lengths of one body",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
      "malformed",
    ],
    [
      "a chunk's extension beyond its bound",
      `POST /held HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;${"x".repeat(20_000)}\r\n`,
      413,
      "headers",
    ],
  ] as const)
    it(`answers ${what} with ${status}, and ends the connection`, async () => {
      const { call, listening } = await openPort();
      const { ended } = await call(text);
      assert.match(await ended, new RegExp(`^HTTP/1\\.1 ${status} `));
      await until(() => listening.connections().open === 0);
      assert.equal(listening.connections().cut[reason], 1);
    });

  it("answers an upgrade to another protocol in its own", async () => {
    const { call } = await openPort();
    for (const to of ["websocket", "h2c"]) {
      const { got, socket } = await call(get("/", `Connection: Upgrade\r\nUpgrade: ${to}\r\n`));
      await until(() => got().includes("served"));
      assert.match(got(), /^HTTP\/1\.1 200 /);
      socket.destroy();
    }
  });

  it("gives a tunnel to nobody, and an expectation it does not know a refusal", async () => {
    const { call } = await openPort();
    assert.equal(await (await call("CONNECT db:5432 HTTP/1.1\r\nHost: db\r\n\r\n")).ended, "");
    const { got } = await call(get("/", "Expect: miracles\r\n"));
    await until(() => got() !== "");
    assert.match(got(), /^HTTP\/1\.1 417 /);
  });

  it("holds so many connections, and no more", async () => {
    const { call, listening } = await openPort({ mostConnections: 3 });
    const first = await Promise.all([call(get("/held")), call(get("/held")), call(get("/held"))]);
    await until(() => listening.connections().open === 3);
    const fourth = await call(get("/"));
    await until(() => fourth.socket.destroyed || fourth.got() !== "");
    assert.equal(fourth.got(), "");
    assert.deepEqual([listening.connections().open, listening.connections().cut.full], [3, 1]);
    first[0]?.socket.destroy();
    await until(() => listening.connections().open === 2);
    const { got } = await call(get("/"));
    await until(() => got().includes("served"));
  });

  it("takes the connections of who only keeps them open for who asks", async () => {
    const { call, listening } = await openPort({ mostConnections: 3 });
    const kept = await Promise.all([call(get("/")), call(get("/"))]);
    await until(() => kept.every(({ got }) => got().includes("served")));
    const third = await call(get("/"));
    await until(() => third.got().includes("served"));
    await Promise.all(kept.map(({ ended }) => ended));
    assert.equal(listening.connections().cut.full, 0);
  });

  it("holds so many of one network", async () => {
    const { call, listening } = await openPort({ mostOfNetwork: 2 });
    await Promise.all([call(get("/held")), call(get("/held"))]);
    await until(() => listening.connections().open === 2);
    assert.equal(await (await call(get("/"))).ended, "");
    assert.equal(listening.connections().cut.network, 1);
  });

  it("serves a few requests that are sent before their answers, and ends who sends many", async () => {
    const { call, listening, held } = await openPort({ mostPipelined: 4 });
    const few = await call(get("/held") + get("/") + get("/") + get("/"));
    await until(() => held.length === 1);
    held[0]?.();
    await until(() => few.got().split("served").length === 4);
    const many = await call(get("/held").repeat(50));
    await until(() => many.socket.destroyed || held.length > 20);
    assert.equal(many.got(), "");
    assert.equal(listening.connections().cut.pipelined, 1);
    assert.ok(held.length <= 6, `${held.length} were begun`);
  });

  it("ends a connection on which nothing moves", async () => {
    const { call, listening } = await openPort({ silentMs: 50 });
    const { ended } = await call(get("/held"));
    assert.equal(await ended, "");
    assert.equal(listening.connections().cut.silent, 1);
  });
});
