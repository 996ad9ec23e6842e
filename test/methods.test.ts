// A method an address does not take is 405 with the ones it takes, on both ports; an address nobody has is 404.
import assert from "node:assert/strict";
import { test } from "node:test";
import { providerMethods } from "../src/provider/assembly/provider_routes.ts";
import { addClient, useProvider } from "./provider/support/provider_fixture.ts";

const fixture = useProvider({}, async () => {
  await addClient(fixture.db, { client_id: "app" });
});

const every = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
// OPTIONS is what a browser sends before a request of another site.
const preflight = { origin: "https://rp.example", "access-control-request-method": "POST" };
const ask = (base: string, method: string, path: string) =>
  fetch(new URL(path, base), {
    method,
    redirect: "manual",
    headers: { accept: "application/json", ...(method === "OPTIONS" ? preflight : {}) },
  });

for (const path of [
  "/auth",
  "/auth/some-uid",
  "/token",
  "/token/revocation",
  "/me",
  "/jwks",
  "/.well-known/openid-configuration",
  "/.well-known/oauth-authorization-server",
  "/session/end",
  "/session/end/confirm",
  "/session/end/success",
]) {
  test(`${path} takes the methods oidc-provider serves it by, and answers 405 to others`, async () => {
    for (const method of every) {
      const { status, headers } = await ask(fixture.issuer, method, path);
      if (providerMethods(path).includes(method)) {
        assert.ok(status !== 404 && status !== 405, `${method}: ${status}`);
        continue;
      }
      assert.equal(status, 405, method);
      assert.deepEqual(headers.get("allow")?.split(", "), [...providerMethods(path)].sort());
    }
  });
}

test("our own addresses answer 405 as well, /v1 as a problem document", async () => {
  for (const [base, method, path, allow] of [
    [fixture.issuer, "PATCH", "/health/live", "GET, HEAD"],
    [fixture.issuer, "DELETE", "/account", /GET, HEAD/],
    [fixture.issuer, "GET", "/v1/tenants/acme/search", "POST"],
    [fixture.server.adminUrl, "PATCH", "/v1/tenants", "GET, HEAD, POST"],
  ] as const) {
    const answer = await ask(base, method, path);
    assert.equal(answer.status, 405, path);
    assert.match(
      answer.headers.get("allow") ?? "",
      typeof allow === "string" ? new RegExp(`^${allow}$`) : allow,
    );
    assert.match(await answer.text(), /method_not_allowed/);
  }
});

test("an address nobody has is 404 by every method", async () => {
  for (const base of [fixture.issuer, fixture.server.adminUrl]) {
    for (const method of every) assert.equal((await ask(base, method, "/nowhere")).status, 404, method);
  }
});
