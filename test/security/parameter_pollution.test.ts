// Class: parameter pollution and open redirects (CVE-2026-9689, CVE-2023-6927, CVE-2025-32379). A parameter sent twice
// is refused at every endpoint, and nobody is redirected to what was not validated.
import assert from "node:assert/strict";
import { test } from "node:test";
import { authorizationUrl, basic } from "../provider/support/authorization.ts";
import { addClient, useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";

const fixture = useProvider({}, async () => {
  await addClient(fixture.db, { client_id: "app", post_logout_redirect_uris: ["https://rp.example/bye"] });
});

test("every authorization parameter sent twice is refused", async () => {
  for (const name of [
    ...authorizationUrl(fixture).searchParams.keys(),
    "prompt",
    "tenant",
    "tenant_hint",
    "login_hint",
  ]) {
    const url = authorizationUrl(fixture, { prompt: "login" });
    if (!url.searchParams.has(name)) url.searchParams.append(name, "acme");
    url.searchParams.append(name, "https://evil.example/");
    const answer = await new UserAgent().follow(url);
    assert.doesNotMatch(answer.url.pathname, /^\/interaction/, name);
    assert.notEqual(answer.url.host, "evil.example");
    assert.equal(answer.url.searchParams.get("error") ?? "invalid_request", "invalid_request", name);
  }
});

test("every token parameter sent twice is refused", async () => {
  const params = {
    grant_type: "authorization_code",
    code: "x",
    redirect_uri: "https://rp.example/callback",
    code_verifier: "v".repeat(43),
  };
  for (const name of Object.keys(params)) {
    const body = new URLSearchParams(params);
    body.append(name, "second");
    const response = await fetch(new URL("/token", fixture.issuer), {
      method: "POST",
      body,
      headers: { authorization: basic("app"), accept: "application/json" },
    });
    const answer = (await response.json()) as Record<string, string>;
    assert.equal(answer["error"], "invalid_request", name);
    assert.match(answer["error_description"] ?? "", new RegExp(name), name);
  }
});

test("a sign-out parameter sent twice, by GET or POST, is refused and redirects nowhere", async () => {
  const params = new URLSearchParams({
    client_id: "app",
    post_logout_redirect_uri: "https://rp.example/bye",
  });
  params.append("post_logout_redirect_uri", "https://evil.example/");
  const url = new URL("/session/end", fixture.issuer);
  const posted = await new UserAgent().follow(url, { method: "POST", body: params });
  assert.equal(posted.status, 400);
  url.search = params.toString();
  assert.equal((await new UserAgent().follow(url)).status, 400);
});

test("no path redirects to another host", async () => {
  for (const path of [
    "//evil.example",
    "/\\evil.example",
    "/%2f%2fevil.example",
    "/interaction//evil.example",
    "/auth//evil.example",
  ]) {
    const response = await fetch(fixture.issuer + path, { redirect: "manual" });
    assert.equal(response.headers.get("location"), null, path);
    assert.ok(response.status >= 400, path);
  }
});
