// The doctor measures a token by every rule of the profile: each rule is broken by a token that keeps all others.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type JWTPayload, SignJWT } from "jose";
import { checkToken, type TokenExpectations } from "../../../src/onboarding/doctor/token_checks.ts";
import { complaints, makeKey } from "./doctor_support.ts";

const key = makeKey("k1");
const now = new Date("2026-11-24T12:00:00Z");
const nowSeconds = now.getTime() / 1000;
const expected: TokenExpectations = {
  issuer: "https://login.example.com",
  audience: "isv-app",
  tenantClaim: "tenant_id",
  jwks: { keys: [key.publicJwk] },
  now,
};
const claims = {
  iss: expected.issuer,
  sub: "u-1",
  aud: "isv-app",
  iat: nowSeconds,
  exp: nowSeconds + 300,
  jti: "Yq3m8Zs0Q2uR6tXw1bLk9A",
  auth_time: nowSeconds - 60,
  email: "ada@acme.example",
  email_verified: true,
  tenant_id: "acme",
};

function sign(changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}): Promise<string> {
  const payload = Object.entries({ ...claims, ...changes }).filter(([, value]) => value !== undefined);
  return new SignJWT(Object.fromEntries(payload) as JWTPayload)
    .setProtectedHeader({ alg: "RS256", kid: "k1", ...header } as { alg: string })
    .sign(key.privateKey);
}

test("a token in order is told nothing", async () => {
  const findings = await checkToken(await sign(), expected);
  assert.deepEqual(complaints(findings), []);
  assert.ok(findings.length >= 13);
});

const broken: readonly [string, Record<string, unknown>, string][] = [
  ["another issuer's", { iss: "https://login.example.com/" }, "failed token.iss"],
  ["for another audience", { aud: "other" }, "failed token.aud"],
  ["for a list of audiences", { aud: ["isv-app"] }, "failed token.aud"],
  ["without sub", { sub: undefined }, "failed token.sub"],
  ["without email", { email: undefined }, "failed token.email"],
  ["with an address nobody proved", { email_verified: false }, "failed token.email"],
  ["that says nothing of the address's proof", { email_verified: undefined }, "failed token.email"],
  ["without a tenant", { tenant_id: undefined }, "failed token.tenant"],
  ["without jti", { jti: undefined }, "failed token.jti"],
  ["with a short jti", { jti: "1" }, "warning token.jti"],
  ["without exp", { exp: undefined }, "failed token.exp"],
  ["that has expired", { exp: nowSeconds - 1 }, "failed token.exp"],
  ["that lives for a day", { exp: nowSeconds + 86_400 }, "warning token.exp"],
  ["of the future", { iat: nowSeconds + 60 }, "failed token.iat"],
  ["not valid yet", { nbf: nowSeconds + 60 }, "failed token.iat"],
  ["without iat", { iat: undefined }, "warning token.iat"],
  ["without auth_time", { auth_time: undefined }, "warning token.auth_time"],
  ["that is large", { groups: "x".repeat(4_000) }, "warning token.size"],
];
for (const [what, changes, complaint] of broken) {
  test(`a token ${what} is told so, and nothing else`, async () => {
    assert.deepEqual(complaints(await checkToken(await sign(changes), expected)), [complaint]);
  });
}

test("a token of another algorithm, or without kid, is told so", async () => {
  const hs256 = await new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", kid: "k1" })
    .sign(Buffer.alloc(32, 1));
  assert.deepEqual(complaints(await checkToken(hs256, expected)), [
    "failed token.alg",
    "failed token.signature",
  ]);
  const unnamed = await sign({}, { kid: undefined });
  assert.deepEqual(complaints(await checkToken(unnamed, expected)), ["failed token.kid"]);
});

test("a forged or changed token fails its signature only", async () => {
  const forged = await new SignJWT(claims)
    .setProtectedHeader({ alg: "RS256", kid: "k1" })
    .sign(makeKey("k1").privateKey);
  assert.deepEqual(complaints(await checkToken(forged, expected)), ["failed token.signature"]);
  const unknownKey = await sign({}, { kid: "k2" });
  assert.deepEqual(complaints(await checkToken(unknownKey, expected)), ["failed token.signature"]);
  const noKeys = { ...expected, jwks: undefined };
  assert.deepEqual(complaints(await checkToken(await sign(), noKeys)), ["failed token.signature"]);
});

for (const [what, text] of [
  ["the JSON it came in", '{"id_token":"x"}'],
  ["an encrypted token", "a.b.c.d.e"],
  ["nothing", ""],
  ["three parts of nonsense", "a.b.c"],
] as const) {
  test(`${what} is no token, and is not repeated`, async () => {
    const findings = await checkToken(text, expected);
    assert.deepEqual(complaints(findings), ["failed token.form"]);
    assert.ok(text === "" || !JSON.stringify(findings).includes(text));
  });
}

test("no finding repeats the token", async () => {
  const token = await sign({ aud: "other", jti: undefined });
  const told = JSON.stringify(await checkToken(token, expected));
  for (const part of token.split(".")) assert.ok(!told.includes(part));
});
