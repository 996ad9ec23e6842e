// Signing out at the demo: the ID token is posted, and stands in no address, whatever the provider answers.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { RelyingParty } from "../../src/demo/relying_party.ts";

const idToken = "header.payload.signature";
const bye = "http://localhost:4321/signed-out";

let issuer = "";
let answer: { status: number; location?: string };
let posted: { url: string; body: string }[] = [];
const provider = createServer(async (request, response) => {
  if (request.url?.startsWith("/.well-known/")) {
    const document = {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      end_session_endpoint: `${issuer}/session/end`,
    };
    response.setHeader("content-type", "application/json").end(JSON.stringify(document));
    return;
  }
  let body = "";
  for await (const chunk of request) body += String(chunk);
  posted.push({ url: request.url ?? "", body });
  if (answer.location !== undefined) response.setHeader("location", answer.location);
  response.writeHead(answer.status).end("a page");
});

before(async () => {
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
});
after(() => provider.close());
beforeEach(() => {
  posted = [];
});

const signOut = () =>
  new RelyingParty({
    issuer,
    clientId: "isv-app",
    callbackUrl: "http://localhost:4321/callback",
    postLogoutUrl: bye,
  }).signOutUrl(idToken);

const asks = () =>
  `${issuer}/session/end?${new URLSearchParams({ post_logout_redirect_uri: bye, client_id: "isv-app" })}`;

test("the ID token travels in the body of a post, and the browser follows the address that is answered", async () => {
  answer = { status: 303, location: `${issuer}/session/end?posted_request=once` };
  assert.equal((await signOut()).href, `${issuer}/session/end?posted_request=once`);
  assert.equal(posted[0]?.url, "/session/end");
  assert.deepEqual(Object.fromEntries(new URLSearchParams(posted[0]?.body)), {
    post_logout_redirect_uri: bye,
    client_id: "isv-app",
    id_token_hint: idToken,
  });
});

for (const [told, given] of Object.entries<() => typeof answer>({
  "answers with a page": () => ({ status: 200 }),
  "takes the post for one of nobody": () => ({ status: 303, location: bye }),
  "puts the token into the address": () => ({
    status: 303,
    location: `/session/end?id_token_hint=${idToken}`,
  }),
  "names another host": () => ({ status: 303, location: "https://elsewhere.example/session/end?a=b" }),
  "has too much to do": () => ({ status: 503 }),
})) {
  test(`a provider that ${told} is asked without the token`, async () => {
    answer = given();
    assert.equal((await signOut()).href, asks());
    assert.equal(posted.length, 1);
  });
}
