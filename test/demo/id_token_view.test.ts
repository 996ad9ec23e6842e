// Owns the proof that the demo explains an ID token truthfully and never shows a usable one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeVerifiedToken, explainToken, shortenToken } from "../../src/demo/id_token_view.ts";
import { shorten } from "../../src/demo/shorten.ts";

const expected = { issuer: "https://login.isv.example", clientId: "isv-app", tenantClaim: "tenant_id" };
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const claims = {
  iss: "https://login.isv.example",
  sub: "user-1",
  aud: "isv-app",
  exp: 1_790_000_300,
  jti: "Zk1",
  email: "ä@acme.example",
  email_verified: true,
  tenant_id: "acme",
  favourite_colour: { shade: "blue" },
};

test("every claim gets its meaning, and the rules a good token keeps are named", () => {
  const rows = explainToken({ header: { alg: "RS256", kid: "k1" }, payload: claims }, expected);
  assert.deepEqual(
    rows.header.map(({ name }) => name),
    ["alg", "kid"],
  );
  const byName = new Map(rows.payload.map((row) => [row.name, row]));
  for (const name of ["iss", "aud", "exp", "jti", "email", "email_verified", "tenant_id"]) {
    assert.ok(byName.get(name)?.rule, `${name} keeps a rule`);
  }
  assert.equal(byName.get("exp")?.value, "1790000300 (14:18:20 UTC)");
  assert.equal(byName.get("favourite_colour")?.value, '{"shade":"blue"}');
  assert.equal(byName.get("favourite_colour")?.rule, undefined);
});

test("what AWS checks comes first, the tenant among it, and unknown claims last", () => {
  const shuffled = Object.fromEntries(Object.entries(claims).reverse());
  const rows = explainToken({ header: {}, payload: shuffled }, expected);
  assert.deepEqual(
    rows.payload.map(({ name }) => name),
    ["iss", "aud", "sub", "email", "email_verified", "tenant_id", "jti", "exp", "favourite_colour"],
  );
});

test("a rule that is broken is not claimed to be kept", () => {
  const broken = { iss: `${claims.iss}/`, aud: ["isv-app"], email_verified: false, jti: "", tenant_id: 7 };
  const rows = explainToken({ header: { alg: "ES256" }, payload: broken }, expected);
  for (const row of [...rows.header, ...rows.payload]) assert.equal(row.rule, undefined, row.name);
});

test("the tenant claim is recognised under the name it was given", () => {
  const rows = explainToken({ header: {}, payload: { org: "acme" } }, { ...expected, tenantClaim: "org" });
  assert.match(rows.payload[0]?.meaning ?? "", /customer/);
});

test("claims named like parts of JavaScript objects are ordinary claims", () => {
  const payload = JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, unknown>;
  const rows = explainToken({ header: {}, payload }, expected);
  assert.deepEqual(
    rows.payload.map(({ meaning }) => meaning),
    Array(2).fill("An additional claim. Identity Center ignores it."),
  );
});

test("a token is decoded as UTF-8, and text that is none is refused", () => {
  const compact = `${encode({ alg: "RS256" })}.${encode(claims)}.c2ln`;
  assert.equal(decodeVerifiedToken(compact).payload["email"], "ä@acme.example");
  assert.throws(() => decodeVerifiedToken("abc"), SyntaxError);
  assert.throws(() => decodeVerifiedToken(`${encode([])}.${encode({})}.x`), SyntaxError);
});

test("a shortened token lacks most of each part, and a short secret is hidden whole", () => {
  const compact = `${encode({ alg: "RS256", kid: "a-long-enough-key-id-for-this" })}.${encode(claims)}.${"s".repeat(342)}`;
  const parts = shortenToken(compact);
  for (const [index, part] of compact.split(".").entries()) {
    assert.ok((parts[index]?.length ?? 0) <= part.length / 2);
  }
  assert.equal(shorten("hunter2"), "…");
  assert.equal(shorten("hunter2-hunter2-hunter2-hunter2"), "hunter…ter2");
});
