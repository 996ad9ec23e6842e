// The access log and its neighbours: one line a request, by the route's pattern; refusals and failures with the id
// the answer carries; a sender who stalls or leaves makes no error.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { openLog } from "../src/log.ts";
import { addClient, startProvider } from "./provider/support/provider_fixture.ts";

type Line = Record<string, unknown>;

async function startLogged(
  level: "warn" | "info" | "debug" = "info",
  environment: Record<string, string> = {},
) {
  const lines: Line[] = [];
  const log = openLog({ level, stream: { write: (line: string) => lines.push(JSON.parse(line) as Line) } });
  const fixture = await startProvider({ log, environment: { TTI_ACCESS_LOG: "on", ...environment } });
  return { fixture, lines, of: (msg: string) => lines.filter((line) => line["msg"] === msg) };
}

test("each request is a line with method, route pattern, status, duration, client, address and the answer's id", async () => {
  const { fixture, of } = await startLogged("debug");
  try {
    await addClient(fixture.db, { client_id: "app" });
    const answers = [
      await fetch(new URL("/interaction/some-secret-uid", fixture.issuer)),
      await fetch(new URL("/auth?client_id=app&login_hint=ann@acme.example", fixture.issuer)),
      await fetch(new URL("/nothing/mallory@ext.example", fixture.issuer)),
      await fetch(new URL("/health/live", fixture.issuer)),
      await fetch(new URL("/v1/users/mallory@ext.example", fixture.server.adminUrl)),
      // At hand, and on the usual way.
      await fetch(new URL("/jwks", fixture.issuer)),
      await fetch(new URL("/jwks?", fixture.issuer)),
    ];
    await wait(20);
    const seen = of("request").map(({ port, method, route, status, level, clientId }) =>
      [level, port, method, route, status, clientId].join(" ").trim(),
    );
    assert.deepEqual(seen, [
      "info public GET /interaction/:uid 400",
      "info public GET /auth 400 app",
      "info public GET unknown 404",
      "debug public GET /health/live 200",
      "info admin GET /v1/users/:user 401",
      "info public GET /jwks 200",
      "info public GET /jwks 200",
    ]);
    for (const [index, answer] of answers.entries()) {
      const line = of("request")[index];
      assert.equal(line?.["requestId"], answer.headers.get("x-request-id"));
      assert.equal(typeof line?.["ms"], "number");
      assert.match(String(line?.["address"]), /^(::ffff:)?127\.0\.0\.1$|^::1$/);
    }
    const refusal = of("request refused")[0];
    assert.equal(refusal?.["requestId"], answers[0]?.headers.get("x-request-id"));
    assert.equal(refusal?.["code"], "sign_in_expired");
  } finally {
    await fixture.close();
  }
});

test("a setting turns it off; refusals are logged all the same", async () => {
  const { fixture, of } = await startLogged("info", { TTI_ACCESS_LOG: "off" });
  try {
    await fetch(new URL("/interaction/some-uid", fixture.issuer));
    assert.equal(of("request").length, 0);
    assert.equal(of("request refused").length, 1);
  } finally {
    await fixture.close();
  }
});

test("a client that fails to authenticate is a warning with the reason, which tti dev shows, too", async () => {
  const { fixture, lines } = await startLogged("warn");
  try {
    await addClient(fixture.db, { client_id: "app" });
    for (const path of ["/token", "/token/revocation"]) {
      lines.length = 0;
      await fetch(new URL(path, fixture.issuer), {
        method: "POST",
        headers: { authorization: `Basic ${btoa("app:wrong")}` },
        body: new URLSearchParams({ grant_type: "client_credentials", token: "x" }),
      });
      await wait(20);
      const [line, ...more] = lines;
      assert.deepEqual(more, []);
      assert.equal(line?.["clientId"], "app");
      assert.match(String(line?.["reason"]), /secret/);
    }
  } finally {
    await fixture.close();
  }
});

test("senders who leave before their body has come make no error and no stack, on any route", async () => {
  const { fixture, lines, of } = await startLogged();
  try {
    await addClient(fixture.db, { client_id: "app" });
    const { port } = new URL(fixture.issuer);
    const targets = ["/token", "/interaction/x/login", "/auth", "/session/end"];
    for (const path of targets) {
      const socket = connect(Number(port), "localhost");
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\na=b`,
      );
      await wait(100);
      socket.destroy();
    }
    await wait(200);
    assert.equal(of("request").filter((line) => line["aborted"] === true).length, targets.length);
    assert.deepEqual(
      lines.filter((line) => ["error", "warn"].includes(String(line["level"])) || "err" in line),
      [],
    );
  } finally {
    await fixture.close();
  }
});

test("starting and stopping are told: version, store, mode, addresses", async () => {
  const { fixture, of, lines } = await startLogged();
  await fixture.close();
  const [begin] = of("provider is serving");
  assert.equal(begin?.["store"], "sqlite");
  assert.equal(begin["mode"], "development");
  assert.equal(begin["issuer"], fixture.issuer);
  assert.equal(begin["adminUrl"], fixture.server.adminUrl);
  assert.equal(lines.at(-1)?.["msg"], "provider has stopped");
});
