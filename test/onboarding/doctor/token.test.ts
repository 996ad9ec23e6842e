// The doctor measures a token by every rule of the profile: each rule is broken by a token that keeps all others.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type JWTPayload, SignJWT } from "jose";
import { type Connection, ExchangeClient, ExchangeError, IdTokenError, idTokenRules } from "tti-exchange";
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
const connection: Connection = {
  tenantId: "acme",
  roleArn: "arn:aws:iam::111122223333:role/isv",
  idcApplicationArn: "arn:aws:sso::444455556666:application/ssoins-1234567890abcdef/apl-1234567890abcdef",
  idcRegion: "eu-central-1",
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

test("a token in order is told every rule of the exchange client, and passes each", async () => {
  const findings = await checkToken(await sign(), expected);
  assert.deepEqual(complaints(findings), []);
  assert.deepEqual(
    findings.map(({ check }) => check),
    ["token.form", ...idTokenRules.map(({ name }) => `token.${name}`), "token.signature"],
  );
});

const broken: readonly [string, Record<string, unknown>, string][] = [
  ["another issuer's", { iss: "https://login.example.com/" }, "failed token.issuer"],
  ["for another audience", { aud: "other" }, "failed token.audience"],
  ["for a list of audiences", { aud: ["isv-app"] }, "failed token.audience"],
  ["without sub", { sub: undefined }, "failed token.sub_missing"],
  ["without email", { email: undefined }, "failed token.mapped_claim_missing"],
  ["with an address nobody proved", { email_verified: false }, "failed token.email_unverified"],
  ["with an address nobody proved, as text", { email_verified: "false" }, "failed token.email_unverified"],
  ["that says nothing of the proof", { email_verified: undefined }, "warning token.email_unconfirmed"],
  ["that says something else of the proof", { email_verified: "no" }, "failed token.claim_malformed"],
  ["without a tenant", { tenant_id: undefined }, "failed token.tenant_missing"],
  ["without jti", { jti: undefined }, "failed token.jti_missing"],
  ["with a short jti", { jti: "1" }, "warning token.jti_short"],
  ["without exp", { exp: undefined }, "failed token.exp_missing"],
  ["that has expired", { exp: nowSeconds - 1 }, "failed token.expired"],
  ["that expires on its way", { exp: nowSeconds + 4 }, "failed token.expired"],
  ["that lives for a day", { exp: nowSeconds + 86_400 }, "warning token.long_lived"],
  ["of the future", { iat: nowSeconds + 16 }, "failed token.clocks_differ"],
  ["not valid yet", { nbf: nowSeconds + 16 }, "failed token.not_yet_valid"],
  ["without iat", { iat: undefined }, "warning token.iat_missing"],
  ["without auth_time", { auth_time: undefined }, "warning token.auth_time_missing"],
  ["that is too large", { groups: "x".repeat(8_192) }, "failed token.too_large"],
];
test("a clock that is a little ahead, and a token of half the size, are told nothing", async () => {
  const token = await sign({ iat: nowSeconds + 15, nbf: nowSeconds + 15, groups: "x".repeat(5_000) });
  assert.deepEqual(complaints(await checkToken(token, expected)), []);
});

test("what the doctor lets pass the exchange takes, and what it fails the exchange refuses", async () => {
  for (const changes of [{}, ...broken.map(([, claims]) => claims)]) {
    const failures = complaints(await checkToken(await sign(changes), expected));
    const client = new ExchangeClient({
      idTokenSource: () => sign(changes),
      trustedTokenIssuer: {
        issuer: expected.issuer,
        audience: "isv-app",
        dangerouslySkipSignatureVerification: true,
      },
      clock: () => now,
      baseCredentials: async () => assert.fail("the token was taken"),
      maxExchangeAttempts: 1,
    });
    const error = await client
      .session({ connection, user: "u-1" })
      .catch((cause: unknown) => cause as ExchangeError);
    client.destroy();
    assert.ok(ExchangeError.isInstance(error));
    const [failure] = failures.filter((complaint) => complaint.startsWith("failed "));
    const took = !IdTokenError.isInstance(error);
    assert.equal(took ? undefined : `failed token.${error.code.replace("id_token_", "")}`, failure);
  }
});

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
    "failed token.algorithm",
    "failed token.signature",
  ]);
  const unnamed = await sign({}, { kid: undefined });
  assert.deepEqual(complaints(await checkToken(unnamed, expected)), [
    "failed token.kid_missing",
    "failed token.signature",
  ]);
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
