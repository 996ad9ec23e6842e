// How Identity Center looks at an issuer: discovery, JWKS, addresses, caching and rotation.
import assert from "node:assert/strict";
import { afterEach, before, beforeEach, test } from "node:test";
import type { Sandbox } from "../../../src/index.ts";
import { findAddressFault } from "../../../src/issuer/issuer_address.ts";
import { createRules } from "../../../src/rules/rules.ts";
import { createSigningKey, type SigningKey, startIssuer, type TestIssuer } from "../../support/issuer.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startExample, stepsOf } from "../../support/world.ts";

let key: SigningKey;
let issuer: TestIssuer;
let sandbox: Sandbox;
const ada = { email: "ada@acme.example" };

before(async () => {
  key = await createSigningKey("k1");
});

beforeEach(async () => {
  issuer = await startIssuer(key);
  sandbox = await startExample(issuer.url);
});

afterEach(async () => {
  await sandbox.close();
  await issuer.close();
});

async function refused(rule: string, token?: string) {
  const call = stepsOf(sandbox).exchange(token ?? (await issuer.token(ada)));
  return assertRefused(sandbox, call, {
    name: "InvalidGrantException",
    status: 400,
    error: "invalid_grant",
    rule,
  });
}

test("a discovery document of another issuer is refused, a trailing slash too unless the rule ignores it", async () => {
  issuer.discovery["issuer"] = "https://other.example";
  await refused("issuer.discoveryIssuer");
  sandbox.control.forgetIssuerKeys();
  issuer.discovery["issuer"] = `${issuer.url}/`;
  await refused("issuer.trailingSlash");
  sandbox.control.setRule("issuer.trailingSlash", "ignore");
  await stepsOf(sandbox).exchange(await issuer.token(ada));
});

test("an issuer that answers nothing, an error, a redirect or no JSON is refused with the cause", async () => {
  issuer.brokenStatus = 503;
  assert.match((await refused("issuer.discovery")).reason ?? "", /answered 503/);
  issuer.brokenStatus = null;
  issuer.redirectTo = "http://127.0.0.1:9/";
  assert.match((await refused("jwks.redirects")).reason ?? "", /redirect to/);
  issuer.redirectTo = null;
  issuer.discovery = { issuer: issuer.url };
  assert.match((await refused("issuer.discovery")).reason ?? "", /lacks issuer or jwks_uri/);
  issuer.discovery = { issuer: issuer.url, jwks_uri: `${issuer.url}/nowhere` };
  assert.match((await refused("issuer.jwks")).reason ?? "", /answered 404/);
});

test("a JWKS larger than the rule allows is refused", async () => {
  sandbox.control.setRule("jwks.maxBytes", 700);
  issuer.jwks = { keys: Array.from({ length: 4 }, () => issuer.key.publicJwk) };
  assert.match((await refused("jwks.maxBytes")).reason ?? "", /larger than 700 bytes/);
});

test("keys that are not RSA signing keys are passed over", async () => {
  issuer.jwks = { keys: [{ ...key.publicJwk, use: "enc" }] };
  await refused("token.kid");
  issuer.jwks = { keys: [{ kty: "EC", kid: "k1", crv: "P-256", x: "x", y: "y" }, key.publicJwk] };
  await stepsOf(sandbox).exchange(await issuer.token(ada));
});

test("a key with a certificate is taken unless the rule says otherwise", async () => {
  issuer.jwks = { keys: [{ ...key.publicJwk, x5c: ["MIIB"] }] };
  await stepsOf(sandbox).exchange(await issuer.token(ada));
  sandbox.control.setRule("jwks.certificates", "reject");
  await refused("jwks.certificates");
});

test("a local address is within reach, and http is not, when the rules say so", async () => {
  sandbox.control.setRule("issuer.allowLocal", "addressOnly");
  await refused("issuer.requireHttps");
  sandbox.control.setRule("issuer.requireHttps", "false");
  await stepsOf(sandbox).exchange(await issuer.token(ada));
});

test("documents are cached, and a new key is found by its unknown kid", async () => {
  for (let count = 0; count < 3; count += 1) await stepsOf(sandbox).exchange(await issuer.token(ada));
  assert.equal(issuer.hits.get("/jwks"), 1);
  const next = await createSigningKey("k2");
  issuer.jwks.keys = [key.publicJwk, next.publicJwk];
  await stepsOf(sandbox).exchange(await issuer.token(ada, { key: next }));
  assert.equal(issuer.hits.get("/jwks"), 2);
});

test("with the rule off, a new key is unknown until the cache is old", async () => {
  sandbox.control.setRule("jwks.refetchOnUnknownKid", false);
  await stepsOf(sandbox).exchange(await issuer.token(ada));
  const next = await createSigningKey("k2");
  issuer.jwks.keys = [next.publicJwk];
  await refused("jwks.refetchOnUnknownKid", await issuer.token(ada, { key: next }));
  sandbox.control.setRule("jwks.cacheSeconds", 0);
  await stepsOf(sandbox).exchange(await issuer.token(ada, { key: next }));
});

test("a key taken out of the JWKS works until the cache is old: rotation needs patience", async () => {
  await stepsOf(sandbox).exchange(await issuer.token(ada));
  const next = await createSigningKey("k2");
  issuer.jwks.keys = [next.publicJwk];
  await stepsOf(sandbox).exchange(await issuer.token(ada));
  sandbox.control.forgetIssuerKeys();
  await refused("token.kid");
});

test("a local issuer is refused unless the sandbox was told to allow it", async () => {
  sandbox.control.setRule("issuer.allowLocal", "deny");
  const record = await refused("issuer.allowLocal");
  assert.match(record.fix ?? "", /issuer\.allowLocal/);
});

test("only public hosts on 80 and 443 are within AWS's reach", async () => {
  const strict = createRules();
  const lax = createRules({ "issuer.requireHttps": false });
  const faults: [string, RegExp][] = [
    ["ftp://issuer.example", /not an http/],
    ["http://93.184.216.34", /not https/],
    ["https://93.184.216.34:8443", /port 8443/],
    ["https://127.0.0.1", /not a public address/],
    ["https://10.1.2.3", /not a public address/],
    ["https://169.254.169.254", /not a public address/],
    ["https://[::1]", /not a public address/],
    ["https://[fd00::1]", /not a public address/],
    ["https://[::ffff:127.0.0.1]", /not a public address/],
    ["https://localhost", /not a public address/],
  ];
  for (const [address, expected] of faults)
    assert.match((await findAddressFault(address, strict))?.why ?? "", expected, address);
  assert.equal(await findAddressFault("https://93.184.216.34", strict), null);
  assert.equal(await findAddressFault("http://93.184.216.34:80", lax), null);
});
