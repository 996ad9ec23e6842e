// Owns the proof that the demo explains an ID token truthfully and never shows a usable one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ExchangeError, idTokenRules } from "tti-exchange";
import { explainToken, shortenToken } from "../../src/demo/id_token_view.ts";
import { shorten } from "../../src/demo/shorten.ts";

const expected = {
  issuer: "https://login.isv.example",
  clientId: "isv-app",
  tenantClaim: "tenant_id",
  now: new Date(1_790_000_000_000),
};
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const compact = (header: unknown, payload: unknown): string => `${encode(header)}.${encode(payload)}.c2ln`;

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
  const rows = explainToken(compact({ alg: "RS256", kid: "k1" }, claims), expected);
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
  const rows = explainToken(compact({}, shuffled), expected);
  assert.deepEqual(
    rows.payload.map(({ name }) => name),
    ["iss", "aud", "sub", "email", "email_verified", "tenant_id", "jti", "exp", "favourite_colour"],
  );
});

test("a rule that is broken is not claimed to be kept", () => {
  const broken = {
    iss: `${claims.iss}/`,
    aud: ["isv-app"],
    email: 7,
    email_verified: false,
    jti: "",
    tenant_id: 7,
  };
  const rows = explainToken(compact({ alg: "ES256" }, broken), expected);
  for (const row of [...rows.header, ...rows.payload]) assert.equal(row.rule, undefined, row.name);
});

test("the tenant claim is recognised under the name it was given", () => {
  const rows = explainToken(compact({}, { org: "acme" }), { ...expected, tenantClaim: "org" });
  assert.match(rows.payload[0]?.meaning ?? "", /customer/);
});

test("claims named like parts of JavaScript objects are ordinary claims", () => {
  const payload = Buffer.from('{"constructor":"y","toString":"z"}').toString("base64url");
  const rows = explainToken(`${encode({})}.${payload}.c2ln`, expected);
  assert.deepEqual(
    rows.payload.map(({ meaning }) => meaning),
    Array(2).fill("An additional claim. Identity Center ignores it."),
  );
});

test("a token is decoded as UTF-8, and text that is none is refused", () => {
  const rows = explainToken(compact({ alg: "RS256" }, claims), expected);
  assert.equal(rows.payload.find(({ name }) => name === "email")?.value, "ä@acme.example");
  assert.throws(() => explainToken("abc", expected), ExchangeError);
  assert.throws(() => explainToken(compact([], {}), expected), ExchangeError);
});

test("the rules told are the exchange client's own, word for word", () => {
  const { header, payload } = explainToken(compact({ alg: "RS256", kid: "k1" }, claims), expected);
  const words = new Set(idTokenRules.map(({ rule }) => rule));
  for (const { name, rule } of [...header, ...payload]) {
    assert.ok(rule === undefined || words.has(rule), `${name}: ${rule}`);
  }
});

test("a shortened token lacks most of each part, and a short secret is hidden whole", () => {
  const token = `${encode({ alg: "RS256", kid: "a-long-enough-key-id-for-this" })}.${encode(claims)}.${"s".repeat(342)}`;
  const parts = shortenToken(token);
  for (const [index, part] of token.split(".").entries()) {
    assert.ok((parts[index]?.length ?? 0) <= part.length / 2);
  }
  assert.equal(shorten("hunter2"), "…");
  assert.equal(shorten("hunter2-hunter2-hunter2-hunter2"), "hunter…ter2");
});
