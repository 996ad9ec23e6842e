// The checks an ID token passes before AWS is called: one test per rule that refuses.

import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { after, before, test } from "node:test";
import { clockToleranceSeconds } from "../src/id_token/claim_values.ts";
import { decodeIdToken, type IdToken, type IdTokenExpectations } from "../src/id_token/id_token.ts";
import { assertRulesKept, idTokenRules, judgeIdToken } from "../src/id_token/id_token_rules.ts";
import { judgeSignature } from "../src/id_token/key_faults.ts";
import { assertTokenIsFor } from "../src/id_token/tenant_lock.ts";
import { IdTokenError } from "../src/index.ts";
import { startTestIssuer, type TestIssuer } from "./support/token_issuer.ts";

const alice = { tenantId: "acme", user: "alice" };
const now = new Date("2026-11-24T12:00:00Z");
const nowSeconds = now.getTime() / 1000;
let issuer: TestIssuer;

before(async () => {
  issuer = await startTestIssuer(() => now);
});
after(() => issuer.close());

function assertFits(token: IdToken, expected: IdTokenExpectations): void {
  const judged = { ...token, expected, nowSeconds };
  assertRulesKept(judged, "content");
  assertRulesKept(judged, "time");
  assertRulesKept(judged, "tenant");
}

async function check(
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, string>> = {},
  expectations: Partial<IdTokenExpectations> = {},
): Promise<string> {
  const expected = { ...issuer.trustedTokenIssuer, ...expectations };
  const token = decodeIdToken(await issuer.mint(alice, claims, header));
  assertFits(token, expected);
  return assertTokenIsFor(token, alice, expected);
}

test("a token of the safe profile passes and names its tenant", async () => {
  assert.equal(await check({}), "acme");
});

test("each claim AWS would refuse is refused with its own code", async () => {
  const refused: (readonly [Readonly<Record<string, unknown>>, string])[] = [
    [{ iss: "https://other.example.com" }, "id_token_issuer"],
    [{ aud: "other-client" }, "id_token_audience"],
    [{ aud: ["isv-client"] }, "id_token_audience"],
    [{ aud: undefined }, "id_token_audience"],
    [{ sub: undefined }, "id_token_sub_missing"],
    [{ sub: 7 }, "id_token_sub_missing"],
    [{ jti: undefined }, "id_token_jti_missing"],
    [{ jti: "" }, "id_token_jti_missing"],
    [{ email: undefined }, "id_token_mapped_claim_missing"],
    [{ email: ["a@example.com", "b@example.com"] }, "id_token_mapped_claim_missing"],
    [{ email_verified: false }, "id_token_email_unverified"],
    [{ email_verified: "false" }, "id_token_email_unverified"],
    ...["no", "False", "", 0, 1, null, [], {}].map(
      (verified) => [{ email_verified: verified }, "id_token_claim_malformed"] as const,
    ),
    [{ exp: undefined }, "id_token_exp_missing"],
    [{ exp: "soon" }, "id_token_exp_missing"],
    [{ exp: (nowSeconds + 300) * 1000 }, "id_token_exp_missing"],
    ...["iat", "nbf", "auth_time"].flatMap((name) =>
      [String(nowSeconds + 9999), null, -1, nowSeconds * 1000].map(
        (time) => [{ [name]: time }, "id_token_claim_malformed"] as const,
      ),
    ),
    [{ exp: nowSeconds - 1 }, "id_token_expired"],
    [{ exp: nowSeconds + 4 }, "id_token_expired"],
    [{ iat: nowSeconds + 16 }, "id_token_clocks_differ"],
    [{ nbf: nowSeconds + 16 }, "id_token_not_yet_valid"],
    [{ tenant_id: undefined }, "id_token_tenant_missing"],
    [{ tenant_id: ["acme"] }, "id_token_tenant_missing"],
    [{ tenant_id: "globex" }, "id_token_tenant_mismatch"],
    [{ tenant_id: "ACME" }, "id_token_tenant_mismatch"],
    [{ sub: "bob", email: "bob@example.com" }, "id_token_user_mismatch"],
  ];
  for (const [claims, code] of refused) {
    await assert.rejects(
      check(claims),
      { code, step: "id-token", name: "IdTokenError" },
      JSON.stringify(claims),
    );
  }
});

test("an issuer that differs only by a trailing slash is refused: AWS compares bytes", async () => {
  await assert.rejects(check({ iss: `${issuer.trustedTokenIssuer.issuer}/` }), { code: "id_token_issuer" });
});

test("a token without kid is refused", async () => {
  await assert.rejects(check({}, { kid: "" }), { code: "id_token_kid_missing" });
});

test("an algorithm other than RS256 is refused", () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  for (const alg of ["ES256", "PS256", "HS256", "none"]) {
    const token = decodeIdToken(`${encode({ alg, kid: "k" })}.${encode({ sub: "alice" })}.c2ln`);
    assert.throws(() => assertFits(token, issuer.trustedTokenIssuer), {
      code: "id_token_algorithm",
    });
  }
});

test("anything that is no signed JWT is refused without echoing it", () => {
  for (const value of [
    undefined,
    null,
    7,
    {},
    "",
    "a.b",
    "a.b.c.d.e",
    "a.b.",
    "###.###.###",
    "bnVsbA.bnVsbA.c2ln",
  ]) {
    assert.throws(
      () => decodeIdToken(value),
      (error) => error instanceof IdTokenError && error.code === "id_token_malformed",
      String(value),
    );
  }
});

test("a token larger than the limit is refused", async () => {
  const compact = await issuer.mint(alice, { groups: "x".repeat(9000) });
  assert.throws(() => decodeIdToken(compact), { code: "id_token_too_large" });
  assert.equal(decodeIdToken(compact, 20_000).claims["sub"], "alice");
});

test("the tenant claim's name is settable, and may be a function of the claims", async () => {
  const claims = { tenant_id: undefined, "custom:tenant": "acme", org: { id: "acme" } };
  assert.equal(await check(claims, {}, { tenantClaim: "custom:tenant" }), "acme");
  assert.equal(
    await check(claims, {}, { tenantClaim: ({ sub }) => (sub === "alice" ? "acme" : undefined) }),
    "acme",
  );
  await assert.rejects(check(claims, {}, { tenantClaim: () => "globex" }), {
    code: "id_token_tenant_mismatch",
  });
});

test("a token without jti passes only where the issuer is known to send none", async () => {
  assert.equal(await check({ jti: undefined }, {}, { requireJti: false }), "acme");
});

test("times are taken in one form, with one tolerance", async () => {
  for (const claims of [
    { iat: nowSeconds + clockToleranceSeconds, nbf: nowSeconds + clockToleranceSeconds },
    { exp: nowSeconds + 300.5, iat: nowSeconds - 0.25, auth_time: nowSeconds - 3600 },
    { iat: undefined, nbf: undefined },
  ]) {
    assert.equal(await check(claims), "acme", JSON.stringify(claims));
  }
});

test("an address says it is verified by true or by its text, and an unverified one counts for nobody", async () => {
  assert.equal(await check({ email_verified: "true" }), "acme");
  assert.equal(await check({ email_verified: undefined }), "acme");
  // AWS maps another claim, but the user was asked for by address.
  const expectations = { mappedClaim: "sub" };
  await assert.rejects(check({ email_verified: "false" }, {}, expectations), {
    code: "id_token_email_unverified",
  });
  assert.equal(await check({ email_verified: false }, {}, { ...expectations, userClaims: ["sub"] }), "acme");
});

test("every rule is in the table once, and a token is told all the rows it breaks", () => {
  const names = idTokenRules.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  const expected = issuer.trustedTokenIssuer;
  const compact = "x".repeat(8193);
  const verdicts = judgeIdToken({ compact, header: { alg: "none" }, claims: {}, expected, nowSeconds });
  assert.deepEqual(
    verdicts.map(({ name }) => name),
    names,
    "every row is told, kept or broken",
  );
  const broken = verdicts.filter(({ kept }) => !kept);
  assert.deepEqual(
    broken.map(({ name }) => name),
    [
      "too_large",
      "algorithm",
      "kid_missing",
      "issuer",
      "audience",
      "sub_missing",
      "mapped_claim_missing",
      "jti_missing",
      "exp_missing",
      "tenant_missing",
      "iat_missing",
      "auth_time_missing",
    ],
  );
  for (const { level, name, code, why, fix } of broken) {
    assert.ok(why && fix, name);
    assert.equal(code, level === "required" ? `id_token_${name}` : undefined);
  }
});

test("what is advised refuses no token, and is told", async () => {
  const advised = async (claims: Readonly<Record<string, unknown>>) => {
    assert.equal(await check(claims), "acme");
    const token = decodeIdToken(await issuer.mint(alice, claims));
    const expected = { ...issuer.trustedTokenIssuer };
    const verdicts = judgeIdToken({ ...token, expected, nowSeconds });
    return verdicts.filter(({ kept }) => !kept).map(({ name }) => name);
  };
  const good = { auth_time: nowSeconds };
  assert.deepEqual(await advised(good), []);
  assert.deepEqual(await advised({}), ["auth_time_missing"]);
  assert.deepEqual(await advised({ ...good, email_verified: undefined }), ["email_unconfirmed"]);
  assert.deepEqual(await advised({ ...good, jti: "short" }), ["jti_short"]);
  assert.deepEqual(await advised({ ...good, iat: undefined }), ["iat_missing"]);
  assert.deepEqual(await advised({ ...good, exp: nowSeconds + 3601 }), ["long_lived"]);
});

test("an audience nobody knows is any one string, for who examines a token", async () => {
  const token = decodeIdToken(await issuer.mint(alice, { aud: "somebody" }));
  const brokenBy = (audience: string | undefined, claims = token.claims) =>
    judgeIdToken({
      ...token,
      claims,
      expected: { ...issuer.trustedTokenIssuer, audience },
      nowSeconds,
    }).find(({ name, kept }) => name === "audience" && !kept);
  assert.equal(brokenBy(undefined), undefined);
  assert.equal(brokenBy("isv-client")?.code, "id_token_audience");
  assert.equal(brokenBy(undefined, { ...token.claims, aud: ["a"] })?.code, "id_token_audience");
});

test("a signature is judged by a key set at hand as the exchange judges it", async () => {
  const token = decodeIdToken(await issuer.mint(alice));
  const jwk = { ...createPublicKey(issuer.privateKey).export({ format: "jwk" }), kid: "test-key" };
  const judge = async (keySet: unknown, judged = token) =>
    (await judgeSignature(judged, keySet, issuer.trustedTokenIssuer.issuer))?.code;
  assert.equal(await judge({ keys: [jwk] }), undefined);
  assert.equal(await judge({ keys: [{ ...jwk, kid: "other" }] }), "id_token_key_not_found");
  assert.equal(await judge({ keys: [jwk, { ...jwk, n: `A${jwk.n}` }] }), "id_token_key_ambiguous");
  assert.equal(await judge({ keys: [{ ...jwk, use: "enc" }] }), "id_token_key_unusable");
  for (const none of [undefined, null, "x", {}, { keys: {} }]) {
    assert.equal(await judge(none), "id_token_keys_invalid");
  }
  const other = decodeIdToken(await issuer.mint(alice));
  const [head = "", , signature = ""] = token.compact.split(".");
  const changed = { ...token, compact: [head, other.compact.split(".")[1], signature].join(".") };
  assert.equal(await judge({ keys: [jwk] }, changed), "id_token_signature");
});

test("a token that lives by the issuer's clock but not by this one is told as clocks that differ", () => {
  const expected = issuer.trustedTokenIssuer;
  const claims = { exp: nowSeconds - 60 };
  const codeFor = (issuerAheadSeconds: number | undefined) => {
    try {
      const token = { compact: "", header: {}, claims };
      assertRulesKept({ ...token, expected, nowSeconds, issuerAheadSeconds }, "time");
    } catch (error) {
      return (error as IdTokenError).code;
    }
  };
  assert.equal(codeFor(-120), "id_token_clocks_differ");
  assert.equal(codeFor(-10), "id_token_expired");
  assert.equal(codeFor(120), "id_token_expired");
  assert.equal(codeFor(undefined), "id_token_expired");
});
