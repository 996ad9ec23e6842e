// Second half of judging an assertion whose signature holds: issuer, audience, times, subject, single use.
// Contract section 10, in its order. The token is used up as soon as its audience has passed.
import { createHash } from "node:crypto";
import { findTimeFault, isoOf } from "../../issuer/token_times.ts";
import type { OperationContext } from "../../operation/operation.ts";
import type { Rules } from "../../rules/rules.ts";
import type { IdentityCenterInstance, RedeemedToken, TrustedTokenIssuer } from "../../state/index.ts";
import { type Grounds, refuse } from "./oauth_error.ts";

/** What the claims are held against. */
export type ClaimExpectations = {
  issuer: TrustedTokenIssuer;
  instance: IdentityCenterInstance;
  authorizedAudiences: readonly string[];
};

type Claims = Record<string, unknown>;

/** A token that expired no longer ago than this would pass at services that allow for clocks that differ. */
const USUAL_SKEW_SECONDS = 300;

/**
 * @returns a function that uses the token up; a no-op when it already was
 * @throws AwsError InvalidGrantException naming the rule
 */
export function assertClaims(
  claims: Claims,
  expected: ClaimExpectations,
  context: OperationContext,
): (how?: { byExchange: boolean }) => void {
  const fail = (grounds: Grounds) => refuse("InvalidGrantException", grounds);
  assertIssuer(claims, expected.issuer, context, fail);
  assertAudience(claims, expected.authorizedAudiences, context, fail);
  const redemption = prepareRedemption(claims, expected, context);
  if (context.rules.get("token.replayConsume") === "afterVerification") redemption.redeem();
  assertTimes(claims, context, fail);
  assertSubject(claims, context, fail);
  assertSingleUse(claims, redemption.earlier, expected.instance, context, fail);
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
  const iss = claims["iss"];
  if (trim(iss) !== trim(issuer.issuerUrl)) {
    const onlySlash =
      typeof iss === "string" && iss.replace(/\/$/, "") === issuer.issuerUrl.replace(/\/$/, "");
    throw fail({
      rule: onlySlash ? "issuer.trailingSlash" : "token.issuer",
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
  const arrays = context.rules.get("token.audienceArray");
  if (Array.isArray(aud) && (arrays === "reject" || (arrays === "single" && aud.length !== 1))) {
    throw fail({
      rule: "token.audienceArray",
      why: `the token's aud is an array (${JSON.stringify(aud)}); whether AWS takes arrays${arrays === "single" ? " of several" : ""} is unknown`,
      fix: "Send aud as one string.",
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
      rule: exp + USUAL_SKEW_SECONDS > now ? "token.clockSkewSeconds" : "token.expiry",
      why: `the token expired at ${isoOf(exp)}; it is ${isoOf(now)}`,
      fix: "Mint a new ID token for each exchange; check the clocks.",
    });
  }
  const longest = rules.getNumber("token.maxLifetimeSeconds");
  if (longest > 0 && exp - now > longest + skew) {
    throw fail({
      rule: "token.maxLifetimeSeconds",
      why: `the token expires ${Math.round(exp - now)} s from now; more than ${longest} s is not proven to work`,
      fix: "Issue tokens for five minutes.",
      ...findTimeFault("exp", exp),
    });
  }
  assertTimeLike("exp", exp, "token.expiry", fail);
  context.passed("token.expiry", `expires at ${isoOf(exp)}`);
  const future = (value: unknown) =>
    value !== undefined && (typeof value !== "number" || Math.floor(value - skew) > now);
  if (future(nbf) && rules.get("token.futureNotBefore") === "reject") {
    throw fail({
      rule: "token.futureNotBefore",
      why: `the token's nbf ${JSON.stringify(nbf)} lies ahead or is no number`,
      fix: "Leave nbf out, or back-date it.",
    });
  }
  if (future(iat) && rules.get("token.futureIssuedAt") === "reject") {
    throw fail({
      rule: "token.futureIssuedAt",
      why: `the token's iat ${JSON.stringify(iat)} lies ahead or is no number`,
      fix: "Synchronise the issuer's clock.",
    });
  }
  assertTimeLike("nbf", nbf, "token.notBefore", fail);
  assertTimeLike("iat", iat, "token.issuedAt", fail);
}

/** No switch lets a number pass that is no time: neither its length of life nor its place in the future is what is wrong. */
function assertTimeLike(name: string, time: unknown, rule: string, fail: (grounds: Grounds) => Error): void {
  const fault = findTimeFault(name, time);
  if (fault !== undefined) throw fail({ rule, ...fault });
}

function assertSubject(claims: Claims, context: OperationContext, fail: (grounds: Grounds) => Error): void {
  const { sub } = claims;
  if (typeof sub === "string" && sub !== "") {
    context.passed("token.subject", "sub is present");
    return;
  }
  if (context.rules.get("token.missingSubject") === "accept" && sub === undefined) return;
  throw fail({
    rule: sub === undefined ? "token.missingSubject" : "token.subject",
    why: `the token's sub is ${JSON.stringify(sub ?? null)}`,
    fix: "Send a stable user id in sub.",
  });
}

function assertSingleUse(
  claims: Claims,
  earlier: RedeemedToken | null,
  instance: IdentityCenterInstance,
  context: OperationContext,
  fail: (grounds: Grounds) => Error,
): void {
  const { jti } = claims;
  const mayLack = jti === undefined && context.rules.get("token.missingJti") === "accept";
  if (!mayLack && (typeof jti !== "string" || jti === "")) {
    throw fail({
      rule: jti === undefined ? "token.missingJti" : "token.jti",
      why: `the token's jti is ${JSON.stringify(jti ?? null)}; AWS's pages disagree: the guide calls it optional, the blog and tests require it`,
      fix: "Send a fresh random jti in every token: Auth0, Entra, Google and a bare oidc-provider send none by default.",
    });
  }
  if (earlier !== null) {
    const { rule, how } = describeRedemption(earlier, mayLack, instance);
    throw fail({
      rule,
      why: `a token with this issuer and ${mayLack ? "these claims" : "jti"} was ${how} at ${new Date(earlier.redeemedAtMs).toISOString()}`,
      fix: "Mint a new ID token for each exchange, keep the credentials, and never retry with the same token.",
      description: "JWT is already redeemed",
    });
  }
  context.passed("token.replay", mayLack ? "these claims were never seen" : "jti was never seen");
}

/** The switch without which the token would pass, or the plain check when it would not. */
function describeRedemption(
  earlier: RedeemedToken,
  byClaims: boolean,
  { instanceArn }: IdentityCenterInstance,
): { rule: string; how: string } {
  if (earlier.instanceArn !== undefined && earlier.instanceArn !== instanceArn) {
    return { rule: "token.replayScope", how: `exchanged at another instance (${earlier.instanceArn})` };
  }
  if (earlier.byExchange === false)
    return { rule: "token.replayConsume", how: "used up by a failed exchange" };
  return { rule: byClaims ? "token.replayWithoutJti" : "token.replay", how: "exchanged" };
}

function prepareRedemption(
  claims: Claims,
  { issuer, instance }: ClaimExpectations,
  context: OperationContext,
) {
  const { rules, world } = context;
  const { exp } = claims;
  const identity = identityOf(claims, rules);
  if (identity === null) return { earlier: null, redeem: () => {} };
  const owner = rules.get("token.replayScope") === "instance" ? `${instance.instanceArn}|` : "";
  const key = `${owner}${issuer.issuerUrl}|${identity}`;
  const now = context.clock().getTime();
  const known = world.redeemedTokens.get(key);
  const earlier = known !== undefined && known.keepUntilMs > now ? known : null;
  const keepUntilMs = Math.max(
    now + rules.getNumber("token.replayWindowSeconds") * 1000,
    typeof exp === "number" && findTimeFault("exp", exp) === undefined ? exp * 1000 : 0,
  );
  return {
    earlier,
    redeem: ({ byExchange }: { byExchange: boolean } = { byExchange: false }) => {
      if (earlier !== null) return;
      const { instanceArn } = instance;
      world.redeemedTokens.set(key, { key, redeemedAtMs: now, keepUntilMs, instanceArn, byExchange });
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
