// Starting and stopping: two processes on one store, requests under way end, faults stop the start.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readConfig } from "../src/config.ts";
import { silentLog } from "../src/log.ts";
import { startServer } from "../src/server.ts";
import { authorizationUrl, codeOf, redeem } from "./provider/support/authorization.ts";
import { addClient, addPerson, signInAt, startProvider } from "./provider/support/provider_fixture.ts";
import { UserAgent } from "./provider/support/user_agent.ts";

test("a restart on the same store keeps keys, sessions and codes", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tti-restart-"));
  const environment = { TTI_MODE: "development", PORT: "0", TTI_ADMIN_PORT: "0", TTI_DATA_DIR: dataDir };
  const first = await startServer(readConfig(environment), { log: silentLog });
  await addPerson(first.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addClient(first.db, { client_id: "app" });
  const agent = new UserAgent();
  const issuer = first.issuer;
  const code = codeOf(await signInAt(agent, authorizationUrl({ issuer }), "ann@acme.example"));
  const key = await signingKid(issuer);
  await first.close();

  const port = new URL(issuer).port;
  const second = await startServer(readConfig({ ...environment, PORT: port }), { log: silentLog });
  try {
    assert.equal(second.issuer, issuer);
    assert.equal(await signingKid(issuer), key);
    assert.equal((await redeem({ issuer }, code)).status, 200);
    assert.ok(codeOf(await agent.follow(authorizationUrl({ issuer }))), "no password was asked for");
  } finally {
    await second.close();
    rmSync(dataDir, { recursive: true });
  }
});

// The signing key stands first.
async function signingKid(issuer: string): Promise<string | undefined> {
  const { keys } = (await (await fetch(`${issuer}/jwks`)).json()) as { keys: { kid: string }[] };
  return keys[0]?.kid;
}

test("closing lets a request under way end and refuses new ones", async () => {
  const fixture = await startProvider({ drainMs: 5_000 });
  const { port } = new URL(fixture.issuer);
  const headers = { "content-type": "application/x-www-form-urlencoded", expect: "100-continue" };
  const underWay = request({ host: "localhost", port, path: "/token", method: "POST", headers });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    underWay.once("response", resolve).once("error", reject);
  });
  underWay.flushHeaders();
  // The server has the request once it asks for the body.
  await new Promise((resolve) => underWay.once("continue", resolve));
  const closing = fixture.close();
  await assert.rejects(async () => {
    for (;;) await fetch(new URL("/health/live", fixture.issuer), { headers: { connection: "close" } });
  });
  underWay.end("grant_type=authorization_code");
  const response = await answer;
  response.resume();
  assert.equal(response.statusCode, 400);
  await closing;
});

test("production does not start on a store that is not migrated, and says what to do", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tti-unmigrated-"));
  const config = readConfig({
    TTI_MODE: "production",
    TTI_ISSUER: "https://login.example.com",
    TTI_SECRETS: randomBytes(32).toString("base64"),
    TTI_TRUSTED_PROXIES: "1",
    TTI_CLIENT_ID: "isv",
    PORT: "0",
    TTI_ADMIN_PORT: "0",
    TTI_DATA_DIR: dataDir,
  });
  try {
    await assert.rejects(startServer(config, { log: silentLog }), {
      code: "unavailable",
      fix: /tti migrate/,
    });
  } finally {
    rmSync(dataDir, { recursive: true });
  }
});

test("a port that is taken stops the start and leaves nothing open", async () => {
  const fixture = await startProvider();
  try {
    const { port } = new URL(fixture.issuer);
    await assert.rejects(fixture.startAnother({ PORT: port }), {
      code: "unavailable",
      message: new RegExp(port),
    });
  } finally {
    await fixture.close();
  }
});
