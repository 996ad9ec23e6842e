// The shipped configurations of nginx and Caddy, run by the real programs before two real instances: a sign-in and its
// tokens come through, the client's address is the true one, a stop loses no request, nothing is sent twice, and no
// secret of an address is logged. Skipped by name where a program is not on this machine.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { Agent, request } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { openLog } from "../../src/log.ts";
import { addMintingClients, exchange, signSubject } from "../provider/grants/mint_support.ts";
import {
  authorizationUrl,
  codeOf,
  payloadOf,
  postToken,
  redeem,
  refresh,
} from "../provider/support/authorization.ts";
import { addClient, addPerson, signInAt, startProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { host, proxyKinds, type RunningProxy } from "./running_proxies.ts";

const issuer = `https://${host}`;
const claimed = "203.0.113.9";
const person = "ann@acme.example";

interface Line {
  route?: string;
  address?: string;
}

/** Two instances of one installation, and what they log. */
async function startTwo(shutdownDelay = "0") {
  const lines: Line[] = [];
  const log = openLog({ level: "info", stream: { write: (line: string) => lines.push(JSON.parse(line)) } });
  const environment = {
    TTI_ISSUER: issuer,
    TTI_TRUSTED_PROXIES: "1",
    TTI_ACCESS_LOG: "on",
    TTI_SHUTDOWN_DELAY: shutdownDelay,
  };
  const fixture = await startProvider({ environment, log });
  const other = await fixture.startAnother({}, { log });
  await addPerson(fixture.db, { email: person, tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "app" });
  await addMintingClients(fixture.db);
  const ports = [portOf(fixture.server.localUrl), portOf(other.localUrl)] as const;
  return { fixture, other, ports, lines };
}

const portOf = (url: string): number => Number(new URL(url).port);

/** An instance that is not one: it counts what it gets, and does with a POST as it is told. */
async function startStandIn(onPost: "answers" | "breaks", ready = true) {
  const got: string[] = [];
  const server: Server = createServer((from, to) => {
    if (from.url === "/health/ready") return void to.writeHead(ready ? 200 : 503).end("{}");
    got.push(`${from.method} ${from.url}`);
    from.resume().on("end", () => {
      if (from.method === "POST" && onPost === "breaks") from.socket.destroy();
      else to.end("answered");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { got, close, port: (server.address() as AddressInfo).port };
}

for (const { name, missing, start } of proxyKinds) {
  describe(`the real ${name}, as deploy/ has it`, { skip: missing }, () => {
    it("lets people sign in and back ends mint on either of two instances, for the one issuer", async () => {
      const { fixture, ports } = await startTwo();
      const proxy = await start(ports);
      try {
        const routed = { issuer, localUrl: proxy.localUrl };
        const agent = new UserAgent({}, routed);
        const answer = await signInAt(agent, authorizationUrl({ issuer }), person);
        const { status, body } = await redeem({ issuer: proxy.localUrl }, codeOf(answer));
        assert.equal(status, 200, JSON.stringify(body));
        assert.equal(payloadOf(body["id_token"])["iss"], issuer);
        assert.equal((await refresh({ issuer: proxy.localUrl }, body["refresh_token"])).status, 200);
        const subject = await signSubject(issuer, { sub: payloadOf(body["id_token"])["sub"] });
        const mint = await exchange(proxy.localUrl, subject);
        assert.equal(mint.status, 200, JSON.stringify(mint.body));
      } finally {
        await proxy.close();
        await fixture.close();
      }
    });

    it("tells the instances whose address it is, whatever the client claims, and answers to no other name", async () => {
      const { fixture, ports, lines } = await startTwo();
      const proxy = await start(ports);
      try {
        const claims = { "x-forwarded-for": claimed, forwarded: `for=${claimed}`, "x-real-ip": claimed };
        lines.length = 0;
        for (let turn = 0; turn < 4; turn += 1) {
          const answer = await fetch(`${proxy.localUrl}/account`, { headers: claims, redirect: "manual" });
          assert.equal(answer.status, 303);
          await answer.body?.cancel();
        }
        const addresses = lines.filter(({ route }) => route === "/account").map(({ address }) => address);
        assert.deepEqual(
          addresses,
          Array.from({ length: 4 }, () => "127.0.0.1"),
        );
        await assert.rejects(shakesHands(proxy, "evil.example"));
        assert.doesNotMatch(await asks(proxy, "evil.example"), /evil\.example|Instance|tti/i);
        assert.match(await asks(proxy, host), /"issuer":"https:\/\/login\.example\.com"/);
      } finally {
        await proxy.close();
        await fixture.close();
      }
    });

    it("passes on each header once, what may be cached as the provider says it, and its refusals in its own words", async () => {
      const { fixture, ports } = await startTwo();
      const proxy = await start([ports[0], ports[0]]);
      try {
        for (const path of ["/jwks", "/.well-known/openid-configuration", "/forgot-password"]) {
          const [direct, through] = await Promise.all(
            [fixture.server.localUrl, proxy.localUrl].map((url) => fetch(url + path)),
          );
          await Promise.all([direct?.text(), through?.text()]);
          for (const header of [
            ..."strict-transport-security content-security-policy x-frame-options referrer-policy".split(" "),
            ..."x-content-type-options cache-control etag x-request-id".split(" "),
          ]) {
            const [wanted, found] = [direct?.headers.get(header), through?.headers.get(header)];
            if (header === "x-request-id") assert.match(found ?? "", /^[0-9a-f-]{36}$/);
            else assert.equal(found, wanted, `${path} ${header}`);
          }
        }
        const large = await postToken({ issuer: proxy.localUrl }, { grant_type: "x".repeat(70_000) });
        assert.deepEqual([large.status, large.body["error"]], [400, "invalid_input"]);
        const long = await fetch(`${proxy.localUrl}/auth?state=${"x".repeat(8_000)}`);
        assert.match(await long.text(), /<h1/);
      } finally {
        await proxy.close();
        await fixture.close();
      }
    });

    it("loses no request while an instance stops", async () => {
      const { fixture, other, ports } = await startTwo("2");
      const proxy = await start(ports);
      try {
        const statuses = new Map<string, number>();
        let ended = false;
        const asks = {
          POST: async () =>
            (await postToken({ issuer: proxy.localUrl }, { grant_type: "refresh_token" })).status,
          GET: async () => {
            const answer = await fetch(`${proxy.localUrl}/health/live`);
            await answer.text();
            return answer.status;
          },
        };
        const load = async (method: keyof typeof asks) => {
          for (; !ended; await sleep(10)) {
            const key = `${method} ${await asks[method]()}`;
            statuses.set(key, (statuses.get(key) ?? 0) + 1);
          }
        };
        const loads = (["GET", "POST", "GET", "POST"] as const).map(load);
        await other.close();
        await sleep(300);
        ended = true;
        await Promise.all(loads);
        assert.deepEqual([...statuses.keys()].sort(), ["GET 200", "POST 400"], JSON.stringify([...statuses]));
        assert.ok((statuses.get("POST 400") ?? 0) > 50);
      } finally {
        await proxy.close();
        await fixture.close();
      }
    });

    it("sends a POST again only where no connection came to be", async () => {
      const breaking = [await startStandIn("breaks"), await startStandIn("breaks")] as const;
      const proxy = await start([breaking[0].port, breaking[1].port]);
      try {
        assert.equal((await postOf(proxy, "/token?first")).status, 502);
        const posts = breaking.flatMap(({ got }) => got).filter((one) => one === "POST /token?first");
        assert.equal(posts.length, 1);
      } finally {
        await proxy.close();
        await Promise.all(breaking.map((one) => one.close()));
      }
      const [standing, gone] = [await startStandIn("answers"), await startStandIn("answers")];
      await gone.close();
      const before = await start([gone.port, standing.port]);
      try {
        for (let turn = 0; turn < 6; turn += 1)
          assert.equal((await postOf(before, `/token?${turn}`)).status, 200);
        const posts = standing.got.filter((one) => one.startsWith("POST"));
        assert.deepEqual(
          posts,
          [0, 1, 2, 3, 4, 5].map((turn) => `POST /token?${turn}`),
        );
      } finally {
        await before.close();
        await standing.close();
      }
    });

    it("logs each request and each failure, and of their addresses no secret", async () => {
      const standIn = await startStandIn("breaks");
      const proxy = await start([standIn.port, standIn.port]);
      try {
        const headers = {
          authorization: "Bearer CANARY-h",
          cookie: "a=CANARY-c",
          referer: "https://x/?CANARY-r",
        };
        await fetch(`${proxy.localUrl}/setup/CANARY-p?token=CANARY-q`, { headers });
        await fetch(`${proxy.localUrl}/CANARY-u`, { headers });
        const failed = await fetch(`${proxy.localUrl}/setup/CANARY-p?token=CANARY-q`, {
          method: "POST",
          body: "CANARY-b",
          headers,
        });
        assert.equal(failed.status, 502);
        for (let tries = 0; tries < 100 && !/502/.test(proxy.logged()); tries += 1) await sleep(20);
        assert.match(proxy.logged(), /"\/setup"/);
        assert.match(proxy.logged(), /502/);
        assert.doesNotMatch(proxy.logged(), /CANARY/);
      } finally {
        await proxy.close();
        await standIn.close();
      }
    });
  });
}

describe("the real caddy, as deploy/ has it", { skip: proxyKinds[1]?.missing ?? "" }, () => {
  it("sends nothing to an instance that says it is not ready", async () => {
    const [ready, not] = [await startStandIn("answers"), await startStandIn("answers", false)];
    const proxy = await proxyKinds[1]?.start([not.port, ready.port]);
    assert.ok(proxy);
    try {
      // Until Caddy has asked for the first time it sends to both.
      for (let tries = 0; tries < 200 && not.got.length === 0 && ready.got.length < 20; tries += 1) {
        await fetch(`${proxy.localUrl}/x`).then((answer) => answer.text());
        await sleep(20);
      }
      await sleep(1500);
      not.got.length = 0;
      for (let turn = 0; turn < 20; turn += 1) await fetch(`${proxy.localUrl}/y`).then((one) => one.text());
      assert.deepEqual(not.got, []);
    } finally {
      await proxy.close();
      await Promise.all([ready.close(), not.close()]);
    }
  });
});

const postOf = (proxy: RunningProxy, path: string) =>
  fetch(proxy.localUrl + path, { method: "POST", body: "a=b" });

// A handshake for another name than the one that is served.
function shakesHands({ port, certificate }: RunningProxy, servername: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { port, host: "127.0.0.1", servername, ca: certificate, rejectUnauthorized: false },
      () => {
        socket.destroy();
        resolve();
      },
    );
    socket.on("error", reject);
  });
}

// What is answered to a Host, over a handshake for the right name; nothing where the connection is closed.
function asks({ port, certificate }: RunningProxy, asked: string): Promise<string> {
  return new Promise((resolve) => {
    const agent = new Agent({ keepAlive: false });
    const options = {
      ...{ agent, port, host: "127.0.0.1", servername: host, ca: certificate },
      ...{ path: "/.well-known/openid-configuration", headers: { host: asked } },
    };
    request(options, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      resolve(Buffer.concat(chunks).toString());
    })
      .on("error", () => resolve(""))
      .end();
  });
}
