// What one client may hold of the port: each bound of the listener, small, with a client that goes beyond it and another
// that is served all the same.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http2 from "node:http2";
import net from "node:net";
import { test } from "node:test";
import { DEFAULT_LIMITS, type ListenerLimits } from "../../src/gateway/http/limits.ts";
import { type Listener, listen } from "../../src/gateway/http/listener.ts";

async function listening(limits: Partial<ListenerLimits>): Promise<Listener & { url: string }> {
  const listener = await listen(
    0,
    "127.0.0.1",
    async ({ body }) => ({ status: 200, headers: {}, body: `${body.length} bytes` }),
    { ...DEFAULT_LIMITS, ...limits },
  );
  return { ...listener, url: `http://127.0.0.1:${listener.port}` };
}

async function connect(port: number): Promise<net.Socket> {
  const socket = net.connect(port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Whatever a connection brings until the other side closes it. */
async function readToTheEnd(socket: net.Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  if (!socket.closed) await once(socket, "close");
  return text;
}

test("a connection that says nothing is closed, and so are one that stays silent after an answer and a slow head", async (t) => {
  const listener = await listening({ idleMs: 60 });
  t.after(() => listener.close());
  assert.equal(await readToTheEnd(await connect(listener.port)), "");
  // Again where the machine was so slow that the time was over before the request came.
  let answer = "";
  while (answer === "") {
    const used = await connect(listener.port);
    used.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    answer = await readToTheEnd(used);
  }
  assert.match(answer, /^HTTP\/1\.1 200/);
  const slow = await connect(listener.port);
  const drip = setInterval(() => slow.write("GET / HTTP/1.1\r\nx-a: b\r\n".charAt(0)), 10);
  slow.once("close", () => clearInterval(drip));
  await readToTheEnd(slow);
  const half = await connect(listener.port);
  half.write("GET / HTTP/1.1\r\nhost: x\r\n");
  await readToTheEnd(half);
});

test("an HTTP/2 connection without requests is closed, with and without one before", async (t) => {
  const listener = await listening({ idleMs: 60 });
  t.after(() => listener.close());
  const silent = http2.connect(listener.url);
  silent.on("error", () => {});
  await once(silent, "close");
  let status: number | undefined;
  while (status === undefined) {
    const session = http2.connect(listener.url);
    session.on("error", () => {});
    const closed = once(session, "close");
    const stream = session.request({ ":path": "/" });
    stream.on("error", () => {});
    stream.on("response", (headers) => {
      status = headers[":status"];
    });
    stream.resume();
    await closed;
  }
  assert.equal(status, 200);
});

test("a body that does not come, is too large or finds no room is refused by name; the next one is served", async (t) => {
  const impatient = await listening({ bodyMs: 60 });
  t.after(() => impatient.close());
  const late = await connect(impatient.port);
  late.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc");
  assert.match(await readToTheEnd(late), /^HTTP\/1\.1 408 .*did not come within/s);
  const listener = await listening({ bodyBytes: 1000, allBodyBytes: 1500 });
  t.after(() => listener.close());
  const large = await fetch(listener.url, { method: "POST", body: "x".repeat(1001) });
  assert.equal(large.status, 413);
  assert.match(await large.text(), /at most 1000 bytes/);
  assert.equal(
    await (await fetch(listener.url, { method: "POST", body: "x".repeat(1000) })).text(),
    "1000 bytes",
  );
  assert.equal(
    await (await fetch(listener.url, { method: "POST", body: "x".repeat(1000) })).text(),
    "1000 bytes",
  );
});

test("bodies together have a bound, and what one held is given back", async (t) => {
  const listener = await listening({ bodyBytes: 1000, allBodyBytes: 1500 });
  t.after(() => listener.close());
  const holder = await connect(listener.port);
  holder.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n${"x".repeat(900)}`);
  let refused: Response;
  do refused = await fetch(listener.url, { method: "POST", body: "x".repeat(900) });
  while (refused.status === 200);
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("retry-after"), "1");
  holder.destroy();
  let served: Response;
  do served = await fetch(listener.url, { method: "POST", body: "x".repeat(900) });
  while (served.status === 503);
  assert.equal(served.status, 200);
});

test("a head beyond its bound is refused with 431", async (t) => {
  const listener = await listening({ headerBytes: 2000 });
  t.after(() => listener.close());
  const socket = await connect(listener.port);
  socket.write(`GET / HTTP/1.1\r\nx-large: ${"x".repeat(5000)}\r\n\r\n`);
  assert.match(await readToTheEnd(socket), /^HTTP\/1\.1 431/);
  assert.equal((await fetch(listener.url)).status, 200);
});

test("connections have a bound: one more is closed at once, and one that ends makes room", async (t) => {
  const listener = await listening({ connections: 2 });
  t.after(() => listener.close());
  const first = await connect(listener.port);
  const second = await connect(listener.port);
  assert.equal(await readToTheEnd(await connect(listener.port)), "");
  second.destroy();
  let answer = "";
  while (answer === "") {
    const next = await connect(listener.port);
    next.write("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    answer = await readToTheEnd(next);
  }
  assert.match(answer, /200 OK/);
  first.destroy();
});

test("docs/sandbox.md says the bounds that hold", () => {
  const page = readFileSync(new URL("../../docs/sandbox.md", import.meta.url), "utf8").replace(/\s+/g, " ");
  const { connections, idleMs, headerBytes, bodyBytes, bodyMs, allBodyBytes } = DEFAULT_LIMITS;
  const [mib, kib] = [1024 * 1024, 1024];
  assert.equal(bodyMs, 60_000);
  for (const said of [
    `${connections.toLocaleString("en-US")} connections`,
    `after ${idleMs / 1000} s without`,
    `a head of ${headerBytes / kib} KiB`,
    `a body of ${bodyBytes / mib} MiB within a minute`,
    `${allBodyBytes / mib} MiB of bodies at once`,
  ])
    assert.ok(page.includes(said), said);
});
