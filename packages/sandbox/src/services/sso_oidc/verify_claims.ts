// Second half of judging an assertion whose signature holds: issuer, audience, times, subject, single use.
// Contract section 10, in its order. The token is used up as soon as its audience has passed.
import { createHash } from "node:crypto";
import type { OperationContext } from "../../operation/operation.ts";
import type { Rules } from "../../rules/rules.ts";
import type { IdentityCenterInstance, TrustedTokenIssuer } from "../../state/index.ts";
import { type Grounds, refuse } from "./oauth_error.ts";

/** What the claims are held against. */
export type ClaimExpectations = {
  issuer: TrustedTokenIssuer;
  instance: IdentityCenterInstance;
  authorizedAudiences: readonly string[];
};

type Claims = Record<string, unknown>;

/**
 * @returns a function that uses the token up; a no-op when it already was
 * @throws AwsError InvalidGrantException naming the rule
 */
export function assertClaims(
  claims: Claims,
  expected: ClaimExpectations,
  context: OperationContext,
): () => void {
  const fail = (grounds: Grounds) => refuse("InvalidGrantException", grounds);
  assertIssuer(claims, expected.issuer, context, fail);
  assertAudience(claims, expected.authorizedAudiences, context, fail);
  const redemption = prepareRedemption(claims, expected, context);
  if (context.rules.get("token.replayConsume") === "afterVerification") redemption.redeem();
  assertTimes(claims, context, fail);
  assertSubject(claims, context, fail);
  assertSingleUse(claims, redemption.wasRedeemedAtMs, context, fail);
  return redemption.redeem;
}

function assertIssuer(
  claims: Claims,
  issuer: TrustedTokenIssuer,
  context: OperationContext,
  fail: (grounds: Grounds) => Error,
): void {
  const ignoreSlash = context.rules.get("issuer.trailingSlash") === "ignore";
  const trim = (value: unknown) =>
    ignoreSlash && typeof value === "string" ? value.replace(/\/$/, "") : value;
  if (trim(claims["iss"]) !== trim(issuer.issuerUrl)) {
    throw fail({
      rule: "token.issuer",
      why: `the token's iss is ${JSON.stringify(claims["iss"] ?? null)}, the trusted token issuer is "${issuer.issuerUrl}"`,
      fix: "Issue tokens with exactly the registered issuer URL, byte for byte (no added trailing slash).",
    });
  }
  context.passed("token.issuer", `iss is ${issuer.issuerUrl}`);
}

function assertAudience(
  claims: Claims,
  audiences: readonly string[],
  context: OperationContext,
  fail: (grounds: Grounds) => Error,
): void {
  const aud = claims["aud"];
  const accepted = audiences.join(", ");
  if (Array.isArray(aud) && context.rules.get("token.audienceArray") === "reject") {
    throw fail({
      rule: "token.audienceArray",
      why: `the token's aud is an array (${JSON.stringify(aud)}); whether AWS takes arrays is unknown`,
      fix: "Send aud as one string (or set the rule token.audienceArray to accept).",
    });
  }
  const values: unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!values.some((value) => typeof value === "string" && audiences.includes(value))) {
    throw fail({
      rule: "token.audience",
      why: `the token's aud is ${JSON.stringify(aud ?? null)}; the application's JwtBearer grant accepts ${accepted === "" ? "none" : accepted}`,
      fix: "Issue the token for the client id registered with AWS, or correct AuthorizedAudiences of the grant.",
    });
  }
  context.passed("token.audience", `aud is among ${accepted}`);
}

function assertTimes(claims: Claims, context: OperationContext, fail: (grounds: Grounds) => Error): void {
  const { rules } = context;
  const now = context.clock().getTime() / 1000;
  const skew = rules.getNumber("token.clockSkewSeconds");
  const { exp, nbf, iat } = claims;
  if (typeof exp !== "number" || !Number.isFinite(exp)) {
    throw fail({
      rule: "token.expiry",
      why: "the token has no numeric exp",
      fix: "Send exp in seconds since 1970.",
    });
  }
  if (exp + skew <= now) {
    throw fail({
      rule: "token.expiry",
      why: `the token expired at ${isoOf(exp)}; it is ${isoOf(now)}`,
      fix: "Mint a new ID token for each exchange; check the clocks.",
    });
  }
  const longest = rules.getNumber("token.maxLifetimeSeconds");
  if (longest > 0 && exp - now > longest + skew) {
    throw fail({
      rule: "token.maxLifetimeSeconds",
      why: `the token expires ${Math.round(exp - now)} s from now; more than ${longest} s is not proven to work`,
      fix: "Issue tokens for five minutes (or set the rule token.maxLifetimeSeconds).",
    });
  }
  context.passed("token.expiry", `expires at ${isoOf(exp)}`);
  const future = (value: unknown) =>
    value !== undefined && (typeof value !== "number" || Math.floor(value - skew) > now);
  if (future(nbf) && rules.get("token.futureNotBefore") === "reject") {
    throw fail({
      rule: "token.notBefore",
      why: `the token's nbf ${JSON.stringify(nbf)} lies ahead or is no number`,
      fix: "Leave nbf out, or back-date it.",
    });
  }
  if (future(iat) && rules.get("token.futureIssuedAt") === "reject") {
    throw fail({
      rule: "token.issuedAt",
      why: `the token's iat ${JSON.stringify(iat)} lies ahead or is no number`,
      fix: "Synchronise the issuer's clock.",
    });
  }
}

function assertSubject(claims: Claims, context: OperationContext, fail: (grounds: Grounds) => Error): void {
  const { sub } = claims;
  if (typeof sub === "string" && sub !== "") {
    context.passed("token.subject", "sub is present");
    return;
  }
  if (context.rules.get("token.missingSubject") === "accept" && sub === undefined) return;
  throw fail({
    rule: "token.subject",
    why: `the token's sub is ${JSON.stringify(sub ?? null)}`,
    fix: "Send a stable user id in sub.",
  });
}

function assertSingleUse(
  claims: Claims,
  wasRedeemedAtMs: number | null,
  context: OperationContext,
  fail: (grounds: Grounds) => Error,
): void {
  const { jti } = claims;
  const mayLack = jti === undefined && context.rules.get("token.missingJti") === "accept";
  if (!mayLack && (typeof jti !== "string" || jti === "")) {
    throw fail({
      rule: "token.jti",
      why: `the token's jti is ${JSON.stringify(jti ?? null)}; AWS's pages disagree: the guide calls it optional, the blog and tests require it`,
      fix: "Send a fresh random jti in every token: Auth0, Entra, Google and a bare oidc-provider send none by default. To go on with such an issuer here, set the rule token.missingJti to accept.",
    });
  }
  if (wasRedeemedAtMs !== null) {
    throw fail({
      rule: "token.replay",
      why: `a token with this issuer and ${mayLack ? "these claims" : "jti"} was exchanged at ${new Date(wasRedeemedAtMs).toISOString()}`,
      fix: "Mint a new ID token for each exchange, keep the credentials, and never retry with the same token.",
      description: "JWT is already redeemed",
    });
  }
  context.passed("token.replay", mayLack ? "these claims were never seen" : "jti was never seen");
}

function prepareRedemption(
  claims: Claims,
  { issuer, instance }: ClaimExpectations,
  context: OperationContext,
) {
  const { rules, world } = context;
  const { exp } = claims;
  const identity = identityOf(claims, rules);
  if (identity === null) return { wasRedeemedAtMs: null, redeem: () => {} };
  const owner = rules.get("token.replayScope") === "instance" ? `${instance.instanceArn}|` : "";
  const key = `${owner}${issuer.issuerUrl}|${identity}`;
  const now = context.clock().getTime();
  const known = world.redeemedTokens.get(key);
  const wasRedeemedAtMs = known !== undefined && known.keepUntilMs > now ? known.redeemedAtMs : null;
  const keepUntilMs = Math.max(
    now + rules.getNumber("token.replayWindowSeconds") * 1000,
    typeof exp === "number" && Number.isFinite(exp) ? exp * 1000 : 0,
  );
  return {
    wasRedeemedAtMs,
    redeem: () => {
      if (wasRedeemedAtMs === null) world.redeemedTokens.set(key, { key, redeemedAtMs: now, keepUntilMs });
    },
  };
}

/** What tells a token from every other: its jti, or all its claims when it may lack one. */
function identityOf(claims: Claims, rules: Rules): string | null {
  const { jti } = claims;
  if (typeof jti === "string" && jti !== "") return jti;
  const isJudged =
    rules.get("token.missingJti") === "accept" && rules.get("token.replayWithoutJti") === "claims";
  if (jti !== undefined || !isJudged) return null;
  const sorted = Object.entries(claims).sort(([a], [b]) => (a < b ? -1 : 1));
  return `claims:${createHash("sha256").update(JSON.stringify(sorted)).digest("base64url")}`;
}

function isoOf(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString();
}
