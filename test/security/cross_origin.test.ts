// Class: CORS and framing errors (CVE-2026-37977, CVE-2024-1249). Answers are readable from a public client's own
// origins; pages are framed by nobody.
import assert from "node:assert/strict";
import { test } from "node:test";
import { authorizationUrl } from "../provider/support/authorization.ts";
import { addClient, useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";

const fixture = useProvider({}, async () => {
  await addClient(fixture.db, { client_id: "app" });
  await addClient(fixture.db, { client_id: "spa", token_endpoint_auth_method: "none" });
});

async function allowedOrigin(path: string, origin: string, params: Record<string, string>) {
  const response = await fetch(new URL(path, fixture.issuer), {
    method: "POST",
    headers: { origin, accept: "application/json" },
    body: new URLSearchParams(params),
  });
  return response.headers.get("access-control-allow-origin");
}

test("the token endpoint is readable from a public client's registered origin only", async () => {
  const params = { grant_type: "authorization_code", code: "x", redirect_uri: "https://rp.example/callback" };
  const spa = { ...params, client_id: "spa" };
  assert.equal(await allowedOrigin("/token", "https://rp.example", spa), "https://rp.example");
  for (const origin of [
    "https://evil.example",
    "null",
    "https://rp.example.evil.example",
    "http://rp.example",
  ]) {
    assert.equal(await allowedOrigin("/token", origin, spa), null, origin);
  }
  const confidential = {
    ...params,
    client_id: "app",
    client_secret: "a-secret-of-the-test-client-0123456789",
  };
  assert.equal(await allowedOrigin("/token", "https://rp.example", confidential), null);
});

test("no answer allows credentials, and pages allow no origin at all", async () => {
  for (const path of [
    "/jwks",
    "/.well-known/openid-configuration",
    "/token",
    "/me",
    "/auth",
    "/session/end",
    "/health/live",
  ]) {
    const response = await fetch(new URL(path, fixture.issuer), {
      headers: { origin: "https://evil.example" },
    });
    assert.equal(response.headers.get("access-control-allow-credentials"), null, path);
  }
  const page = await new UserAgent({ origin: "https://evil.example" }).follow(authorizationUrl(fixture));
  assert.equal(page.headers.get("access-control-allow-origin"), null);
  assert.equal(page.headers.get("x-frame-options"), "DENY");
  assert.match(page.headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/);
});
