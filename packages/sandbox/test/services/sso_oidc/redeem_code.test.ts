// Redeeming an authorization code: once, in time, by its application, with its redirect URI and verifier.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { afterEach, beforeEach, test } from "node:test";
import { AwsError } from "../../../src/ground/errors.ts";
import type { CheckRecord } from "../../../src/operation/operation.ts";
import { recorder } from "../../../src/operation/refuse.ts";
import { type RedeemCodeInput, redeemAuthorizationCode } from "../../../src/services/sso_oidc/redeem_code.ts";
import { applicationArn, redirectUri, startAuthorize } from "../../page/authorize/authorize_server.ts";

let server: Awaited<ReturnType<typeof startAuthorize>>;
beforeEach(async () => {
  server = await startAuthorize();
});
afterEach(() => server.close());

const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const pkce = {
  code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  code_challenge_method: "S256",
};

function redeem(input: Omit<RedeemCodeInput, "clientId"> & { clientId?: string }) {
  const checks: CheckRecord[] = [];
  const context = {
    world: server.world,
    clock: server.clock,
    ...recorder(checks),
  };
  const redeemed = () =>
    redeemAuthorizationCode(context, { clientId: applicationArn, redirectUri, ...input });
  return { redeemed, checks };
}

function assertRefused(input: Parameters<typeof redeem>[0], rule: string, code = "InvalidGrantException") {
  const { redeemed, checks } = redeem(input);
  assert.throws(redeemed, (error) => {
    assert.ok(error instanceof AwsError);
    assert.equal(error.code, code);
    assert.equal(error.status, 400);
    assert.equal(error.rule, rule);
    assert.ok(error.fix);
    return true;
  });
  // The refusal itself is recorded on its way out of the operation (run by the gateway).
  assert.ok(!checks.some(({ name }) => name === rule));
}

test("a code gives the user and scopes of its sign-in, once", async () => {
  const code = await server.signIn("u-ada", { scope: "openid" });
  const { redeemed, checks } = redeem({ code });
  assert.deepEqual(redeemed(), { userId: "u-ada", scopes: ["openid"] });
  assert.deepEqual(
    checks.map(({ name, passed }) => [name, passed]),
    [
      ["code.known", true],
      ["code.unused", true],
      ["authorize.codeSeconds", true],
      ["code.redirectUri", true],
      ["code.pkce", true],
    ],
  );
  assertRefused({ code }, "code.unused");
});

test("a code with a challenge wants its verifier", async () => {
  const code = await server.signIn("u-ada", pkce);
  assert.deepEqual(redeem({ code, codeVerifier: verifier }).redeemed().userId, "u-ada");
  assertRefused({ code: await server.signIn("u-ada", pkce) }, "code.pkce");
  const wrong = `${verifier.slice(0, -1)}x`;
  assertRefused({ code: await server.signIn("u-ada", pkce), codeVerifier: wrong }, "code.pkce");
});

test("a verifier without a challenge is refused, so that a stripped challenge shows", async () => {
  assertRefused({ code: await server.signIn("u-ada"), codeVerifier: verifier }, "code.pkce");
});

test("an expired, unknown or foreign code and another redirect URI are refused", async () => {
  assertRefused({ code: "never-issued" }, "code.known");
  const foreign = await server.signIn("u-ada");
  assertRefused({ code: foreign, clientId: `${applicationArn}x` }, "code.known");
  assert.equal(redeem({ code: foreign }).redeemed().userId, "u-ada");
  assertRefused({ code: await server.signIn("u-ada"), redirectUri: `${redirectUri}/` }, "code.redirectUri");
  const late = await server.signIn("u-ada");
  server.advanceSeconds(60);
  assertRefused({ code: late }, "authorize.codeSeconds");
});

test("a failed exchange uses the code up", async () => {
  const code = await server.signIn("u-ada");
  assertRefused({ code, redirectUri: "https://attacker.example/" }, "code.redirectUri");
  assertRefused({ code }, "code.unused");
});

test("a missing code or redirect URI is an invalid request and leaves the code good", async () => {
  const code = await server.signIn("u-ada");
  assertRefused({}, "exchange.code", "InvalidRequestException");
  assertRefused({ code, redirectUri: undefined }, "exchange.redirectUri", "InvalidRequestException");
  assert.equal(redeem({ code }).redeemed().userId, "u-ada");
});
