// Relying parties come from the store: changes count at once, and what would be unsafe is not served.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createClientReader } from "../../../src/provider/clients/client_reader.ts";
import {
  deleteClient,
  saveClientDisabled,
  saveClientMetadata,
} from "../../../src/provider/clients/client_store.ts";
import { runInRequest } from "../../../src/request_context.ts";
import { authorizationUrl } from "../support/authorization.ts";
import { addClient, useProvider } from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";

const fixture = useProvider();

test("what is registered, changed, disabled or deleted is so for the next request", async () => {
  const reader = createClientReader(fixture.db);
  assert.equal(await reader.findMetadata("read"), undefined);
  const metadata = await addClient(fixture.db, { client_id: "read", client_name: "Before" });
  assert.equal((await reader.findMetadata("read"))?.client_name, "Before");
  await saveClientMetadata(fixture.db, { ...metadata, client_name: "After" }, new Date());
  assert.equal((await reader.findMetadata("read"))?.client_name, "After");
  await saveClientDisabled(fixture.db, "read", true, new Date());
  assert.equal(await reader.findMetadata("read"), undefined);
  await saveClientDisabled(fixture.db, "read", false, new Date());
  assert.equal((await reader.findMetadata("read"))?.client_name, "After");
  await deleteClient(fixture.db, "read", new Date());
  assert.equal(await reader.findMetadata("read"), undefined);
  await addClient(fixture.db, { client_id: "read", client_name: "Another" });
  assert.equal((await reader.findMetadata("read"))?.client_name, "Another");
  await assert.rejects(addClient(fixture.db, { client_id: "read" }), { code: "client_exists" });
});

test("a request reads a client once, and the next one as it is then", async () => {
  const reader = createClientReader(fixture.db);
  await addClient(fixture.db, { client_id: "once" });
  const inRequest = <Result>(run: () => Promise<Result>) =>
    runInRequest({ requestId: "", address: undefined }, run);
  await inRequest(async () => {
    const found = await reader.findMetadata("once");
    await saveClientDisabled(fixture.db, "once", true, new Date());
    assert.equal(await reader.findMetadata("once"), found);
  });
  assert.equal(await inRequest(() => reader.findMetadata("once")), undefined);
});

test("requests at the same time get each its own client", async () => {
  const reader = createClientReader(fixture.db);
  const ids = Array.from({ length: 20 }, (_, index) => `one-of-${index}`);
  await Promise.all(ids.map((id) => addClient(fixture.db, { client_id: id })));
  const asked = [...ids, "nobody", "one-of-3", "\0"];
  const found = await Promise.all(asked.map((id) => reader.findMetadata(id)));
  assert.deepEqual(
    found.map((metadata) => metadata?.client_id),
    [...ids, undefined, "one-of-3", undefined],
  );
});

const unsafe: [string, object, RegExp][] = [
  ["a redirect URI over http", { redirect_uris: ["http://rp.example/callback"] }, /https/],
  ["a sign-out address over http", { post_logout_redirect_uris: ["http://rp.example/bye"] }, /https/],
  ["another ID token algorithm", { id_token_signed_response_alg: "ES256" }, /id_token_signed_response_alg/],
  ["an unsigned ID token", { id_token_signed_response_alg: "none" }, /id_token_signed_response_alg/],
  ["a first_party that is no boolean", { first_party: "false" }, /first_party/],
  [
    "one refresh token for a public client",
    { token_endpoint_auth_method: "none", rotate_refresh_token: false },
    /rotate_refresh_token/,
  ],
  ["a response type of the implicit flow", { response_types: ["id_token"] }, /response_types/],
];
for (const [index, [what, metadata, description]] of unsafe.entries()) {
  test(`a stored client with ${what} is not served`, async () => {
    await addClient(fixture.db, { client_id: `unsafe-${index}`, ...metadata });
    const page = await new UserAgent().follow(authorizationUrl(fixture, { client_id: `unsafe-${index}` }));
    assert.equal(page.status, 400);
    assert.equal(page.url.origin, fixture.issuer);
    assert.match(page.text, description);
  });
}

test("loopback redirect URIs may use http", async () => {
  for (const uri of ["http://localhost:4000/cb", "http://127.0.0.1:4000/cb", "http://[::1]:4000/cb"]) {
    await addClient(fixture.db, { client_id: `at ${uri}`.replace(/\W/g, "-"), redirect_uris: [uri] });
    const params = { client_id: `at ${uri}`.replace(/\W/g, "-"), redirect_uri: uri };
    assert.equal((await new UserAgent().follow(authorizationUrl(fixture, params))).status, 200, uri);
  }
});
