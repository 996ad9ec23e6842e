// Class: redirect URI matched loosely (CVE-2024-52289, CVE-2023-6291, CVE-2024-8883). Exact strings, for the code, for
// the sign-out, and at the token endpoint.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { authorizationUrl } from "../provider/support/authorization.ts";
import { addClient, redirectUri, useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import "../support/property_seed.ts";

const fixture = useProvider({}, async () => {
  await addClient(fixture.db, { client_id: "app", redirect_uris: [redirectUri, "http://127.0.0.1:4000/cb"] });
});

async function isRedirected(uri: string): Promise<boolean> {
  const answer = await new UserAgent().visit(
    authorizationUrl(fixture, { redirect_uri: uri, prompt: "none" }),
  );
  return answer.headers.get("location") !== null;
}

test("the registered addresses are redirected to", async () => {
  assert.equal(await isRedirected(redirectUri), true);
  assert.equal(await isRedirected("http://127.0.0.1:4000/cb"), true);
});

test("no variation of a registered address is", async () => {
  const variations = [
    "https://rp.example.evil.example/callback",
    "https://rp.example@evil.example/callback",
    "https://evil.example/https://rp.example/callback",
    "https://rp.example/callback%00",
    "https://rp.example/callback%2e%2e/x",
    "https://rp.example/Callback",
    "https://rp.example/callback\\@evil.example",
    "https:/rp.example/callback",
    "https://rp.example/callback ",
    "https://rp.example/callback?",
    "https://sub.rp.example/callback",
    "https://rp.example:8443/callback",
    "http://127.0.0.1:4001/cb",
    "http://localhost:4000/cb",
    "http://127.0.0.1.evil.example:4000/cb",
    "data:text/html,x",
    "*",
    "",
  ];
  for (const uri of variations) assert.equal(await isRedirected(uri), false, uri);
});

test("no small change to a registered address is", async () => {
  const change = fc.tuple(
    fc.nat(redirectUri.length),
    fc.constantFrom("a", "/", ".", "@", "%", "#", "?", ":", "\\", "*"),
  );
  await fc.assert(
    fc.asyncProperty(change, async ([position, character]) => {
      const uri = redirectUri.slice(0, position) + character + redirectUri.slice(position);
      assert.equal(await isRedirected(uri), false, uri);
    }),
    { numRuns: 60 },
  );
});
