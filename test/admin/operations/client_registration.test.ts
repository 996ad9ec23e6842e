// What a registration refuses because it can never work, and what it tells because it does not work yet.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "../../../src/admin/operations/clients.ts";
import type { OperationContext } from "../../../src/admin/operations/operation.ts";
import { operationContext } from "../../../src/cli/administration.ts";
import { systemClock } from "../../../src/clock.ts";
import { readConfig } from "../../../src/config.ts";
import { createPasswords } from "../../../src/provider/accounts/passwords.ts";
import { createTenant } from "../../../src/provider/tenants/tenant_store.ts";
import { useStore } from "../../support/use_store.ts";

let context: OperationContext;
const store = useStore("sqlite", async () => {
  context = {
    db: store.db,
    clock: systemClock,
    passwords: createPasswords(),
    actor: "test",
    may: () => true,
  };
  await createTenant(store.db, { id: "acme", name: "Acme" }, new Date());
});

const login = { redirectUris: ["https://app.example/cb"] };
const key = { kty: "EC", crv: "P-256", x: "x", y: "y" };

const refused: [string, object, string, RegExp][] = [
  [
    "a redirect URI with *",
    { redirectUris: ["https://*.app.example/cb"] },
    "/redirectUris/0",
    /byte by byte/,
  ],
  [
    "a redirect URI with a fragment",
    { redirectUris: ["https://a.example/cb#x"] },
    "/redirectUris/0",
    /Remove/,
  ],
  ...[
    " https://app.example/cb",
    "https://app.example/cb ",
    "https://app.example/c b",
    "https://\u0430pp.example/cb",
    "https://app.example/caf\u00e9",
    "\thttps://app.example/cb",
    "https://app.exam\nple/cb",
  ].flatMap((uri): [string, object, string, RegExp][] => [
    [`the redirect URI ${JSON.stringify(uri)}`, { redirectUris: [uri] }, "/redirectUris/0", /Percent-encode/],
    [
      `the sign-out address ${JSON.stringify(uri)}`,
      { ...login, postLogoutRedirectUris: [uri] },
      "/postLogoutRedirectUris/0",
      /Percent-encode/,
    ],
  ]),
  ...[" com.example.app:/cb", "com.example.app:/cb ", "com.example.app:/\u00e9", "com.exa\tmple.app:/cb"].map(
    (uri): [string, object, string, RegExp] => [
      `the own scheme ${JSON.stringify(uri)}`,
      { authMethod: "none", applicationType: "native", redirectUris: [uri] },
      "/redirectUris/0",
      /Percent-encode/,
    ],
  ),
  [
    "a sign-out address with *",
    { ...login, postLogoutRedirectUris: ["https://app.example/*"] },
    "/postLogoutRedirectUris/0",
    /byte by byte/,
  ],
  [
    "a back-channel address over http",
    { ...login, backchannelLogoutUri: "http://app.example/logout" },
    "backchannelLogoutUri",
    /https/,
  ],
  [
    "a back-channel address with a fragment",
    { ...login, backchannelLogoutUri: "https://app.example/logout#x" },
    "backchannelLogoutUri",
    /Remove/,
  ],
  [
    "how a logout is told without an address",
    { ...login, backchannelLogoutSessionRequired: true },
    "backchannelLogoutSessionRequired",
    /backchannelLogoutUri/,
  ],
  ["the account page's id", { ...login, clientId: "tti-account" }, "clientId", /another id/],
  ["a secret of 32 equal letters", { ...login, secret: "a".repeat(32) }, "secret", /./],
  ["a secret that repeats itself", { ...login, secret: "abcdefgh".repeat(4) }, "secret", /./],
  [
    "one refresh token for a public client",
    { ...login, authMethod: "none", rotateRefreshToken: false },
    "rotateRefreshToken",
    /rotation/,
  ],
];
for (const [what, input, field, fix] of refused) {
  test(`${what} is refused, and nothing is stored`, async () => {
    const before = await store.db("clients").select("client_id");
    await assert.rejects(
      createClient(context, input),
      (error: { code: string; field: string; fix: string }) => {
        assert.deepEqual([error.code, error.field], ["invalid_input", field]);
        assert.match(error.fix, fix);
        return true;
      },
    );
    assert.deepEqual(await store.db("clients").select("client_id"), before);
  });
}

const warned: [string, object, RegExp][] = [
  ["minting without a key", { purposes: ["mint"], allowedTenants: ["acme"] }, /no public key.*--key-out/],
  [
    "a tenant that does not exist",
    { purposes: ["mint"], allowedTenants: ["acme", "nope"], jwks: { keys: [key] } },
    /no tenant nope.*tti tenant create/,
  ],
  ...[
    "https://10.1.2.3/x",
    "http://127.0.0.1:4000/x",
    "https://[fd00::1]/x",
    "https://app.internal/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://[64:ff9b::a00:1]/x",
    "https://localhost/x",
    "https://app.internal./x",
  ].map((uri): [string, object, RegExp] => [
    `the back-channel address ${uri}`,
    { ...login, backchannelLogoutUri: uri },
    /backchannelLogoutUri lies in a private network.*TTI_ALLOW_NETWORKS/,
  ]),
  [
    "keys in a private network",
    { ...login, authMethod: "private_key_jwt", jwksUri: "https://192.168.1.1/jwks" },
    /jwksUri lies in a private network/,
  ],
];
for (const [what, input, warning] of warned) {
  test(`${what} is told, once`, async () => {
    const { warnings } = await createClient(context, input);
    assert.equal(warnings.length, 1, warnings.join("\n"));
    assert.match(warnings[0] ?? "", warning);
  });
}

test("an address in a network that is allowed is registered without a word, on the command line too", async () => {
  const settings = readConfig({ TTI_MODE: "development", TTI_ALLOW_NETWORKS: "10.0.0.0/8" });
  const { warnsBy } = operationContext(context.db, settings);
  const at = (uri: string) =>
    createClient({ ...context, ...(warnsBy ? { warnsBy } : {}) }, { ...login, backchannelLogoutUri: uri });
  assert.deepEqual((await at("https://10.0.0.5/bcl")).warnings, []);
  assert.equal((await at("https://192.168.0.5/bcl")).warnings.length, 1);
});

test("what works is registered without a word", async () => {
  const { warnings } = await createClient(context, {
    ...login,
    purposes: ["login", "mint"],
    allowedTenants: ["acme"],
    jwks: { keys: [key] },
    backchannelLogoutUri: "https://app.example/logout",
    secret: "correct horse battery staple, and more",
  });
  assert.deepEqual(warnings, []);
});
