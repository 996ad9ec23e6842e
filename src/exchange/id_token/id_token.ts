// The ID token as the exchange sees it: decoded, checked against everything AWS is known to check, and bound to the
// tenant and user the caller asked for. A token AWS would refuse costs no AWS call, and no token crosses a tenant.

import { IdTokenError } from "../errors.ts";
import type { TokenSummary } from "../failures/failure_row.ts";

export type IdTokenClaims = Readonly<Record<string, unknown>>;

export interface IdToken {
  readonly compact: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: IdTokenClaims;
}

/** What the tokens of an issuer must look like. `issuer` and `audience` are the values registered with AWS. */
export interface IdTokenExpectations {
  /** The issuer URL, byte for byte as registered. */
  readonly issuer: string;
  /** The one OIDC client id registered with AWS. */
  readonly audience: string;
  /**
   * The claim that names the tenant (default `tenant_id`), or a function of the claims for issuers that name it
   * otherwise. There is no way to switch the tenant lock off.
   */
  readonly tenantClaim?: string | ((claims: IdTokenClaims) => string | undefined);
  /** The claim AWS maps to a user. Default `email`. */
  readonly mappedClaim?: string;
  /** Claims of which one must equal the requested user. Default `["sub", "email"]`. */
  readonly userClaims?: readonly string[];
  /** Default true: AWS's pages contradict each other, and only a token with a jti is safe everywhere. */
  readonly requireJti?: boolean;
  /** Seconds a fresh token's `iat` or `nbf` may lie ahead of this clock. Default 60. */
  readonly clockToleranceSeconds?: number;
  /** Seconds a token must still live when it is sent. Default 5. */
  readonly minRemainingSeconds?: number;
  /** Default 8192. AWS publishes no limit; small tokens are safe. */
  readonly maxTokenBytes?: number;
}

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

/**
 * Decodes a compact JWS without trusting it.
 *
 * @throws IdTokenError `id_token_malformed`, `id_token_too_large`
 */
export function decodeIdToken(compact: unknown, maxTokenBytes = 8192): IdToken {
  const malformed = (what: string) =>
    new IdTokenError({
      code: "id_token_malformed",
      step: "id-token",
      message: `The token source returned ${what} instead of a signed JWT.`,
      fix: "Return the ID token itself (three base64url parts joined by dots), not an access token, JSON body or encrypted token.",
    });
  if (typeof compact !== "string")
    throw malformed(`a value of type ${compact === null ? "null" : typeof compact}`);
  if (compact.length > maxTokenBytes) {
    throw new IdTokenError({
      code: "id_token_too_large",
      step: "id-token",
      message: `The ID token has ${compact.length} bytes; at most ${maxTokenBytes} are sent to AWS.`,
      fix: "Let the issuer leave out claims AWS ignores (groups, roles, profile), or raise maxTokenBytes.",
    });
  }
  const parts = compact.split(".");
  if (parts.length !== 3 || parts.some((part) => !/^[A-Za-z0-9_-]+$/.test(part))) {
    throw malformed(parts.length === 5 ? "an encrypted token (JWE)" : "text that is no compact JWS");
  }
  const header = decodePart(parts[0] ?? "");
  const claims = decodePart(parts[1] ?? "");
  if (header === undefined || claims === undefined)
    throw malformed("a token whose parts are no JSON objects");
  return { compact, header, claims };
}

/**
 * Checks a decoded token against what AWS is known to check, in one pass; the first fault is thrown.
 *
 * @param now the time to judge `exp`, `nbf` and `iat` by
 * @throws IdTokenError with the code of the rule that failed
 */
export function assertIdTokenFitsAws(token: IdToken, expectations: IdTokenExpectations, now: Date): void {
  const nowSeconds = now.getTime() / 1000;
  const refusal =
    findHeaderFault(token) ??
    findIdentityFault(token.claims, expectations) ??
    findTimeFault(token.claims, expectations, nowSeconds);
  if (refusal !== undefined) throw new IdTokenError({ step: "id-token", ...refusal });
}

/**
 * The tenant lock: connection and session tag follow from the token, never from the caller's words alone.
 *
 * @returns the tenant the token names, equal to the requested one
 * @throws IdTokenError `id_token_tenant_missing`, `id_token_tenant_mismatch`, `id_token_user_mismatch`
 */
export function assertTokenIsFor(
  token: IdToken,
  requested: { readonly tenantId: string; readonly user: string },
  expectations: IdTokenExpectations,
): string {
  const claim = expectations.tenantClaim ?? "tenant_id";
  const tenant = typeof claim === "function" ? claim(token.claims) : token.claims[claim];
  const claimName = typeof claim === "function" ? "the tenantClaim function" : `claim ${claim}`;
  if (typeof tenant !== "string" || tenant === "") {
    throw new IdTokenError({
      code: "id_token_tenant_missing",
      step: "id-token",
      message: `The ID token names no tenant (${claimName}), so it cannot be bound to a customer.`,
      fix: "Let the issuer add the tenant claim, or set tenantClaim to the claim that names the tenant.",
    });
  }
  if (tenant !== requested.tenantId) {
    throw new IdTokenError({
      code: "id_token_tenant_mismatch",
      step: "id-token",
      message: `The ID token belongs to tenant ${quote(tenant)}, the call asked for tenant ${quote(requested.tenantId)}. Nothing was sent to AWS.`,
      fix: "Find out why the token source answers for another tenant; this is how data crosses between customers.",
    });
  }
  const userClaims = expectations.userClaims ?? ["sub", "email"];
  if (!userClaims.some((name) => token.claims[name] === requested.user)) {
    throw new IdTokenError({
      code: "id_token_user_mismatch",
      step: "id-token",
      message: `The ID token is not for user ${quote(requested.user)}: none of its claims ${userClaims.join(", ")} has that value. Nothing was sent to AWS.`,
      fix: "Ask for users by a value the issuer puts into the token, and set userClaims to the claim that carries it.",
    });
  }
  return tenant;
}

/** The claims AWS matches, for explanations. */
export function summariseToken({ header, claims }: IdToken): TokenSummary {
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  return {
    alg: text(header["alg"]),
    kid: text(header["kid"]),
    iss: text(claims["iss"]),
    aud: text(claims["aud"]),
    email: text(claims["email"]),
  };
}

function findHeaderFault({ header }: IdToken): Refusal | undefined {
  if (header["alg"] !== "RS256") {
    return {
      code: "id_token_algorithm",
      message: `The ID token is signed with ${quote(header["alg"])}; Identity Center takes RS256 only.`,
      fix: "Set the client's id_token_signed_response_alg to RS256 at the issuer.",
    };
  }
  if (typeof header["kid"] !== "string" || header["kid"] === "") {
    return {
      code: "id_token_kid_missing",
      message:
        "The ID token's header has no kid, so Identity Center cannot tell which key to verify it with.",
      fix: "Let the issuer send the kid of its signing key.",
    };
  }
  if (header["crit"] !== undefined) {
    return {
      code: "id_token_malformed",
      message: "The ID token's header demands extensions (crit) Identity Center does not know.",
      fix: "Use a plain signed ID token.",
    };
  }
  return undefined;
}

function findIdentityFault(claims: IdTokenClaims, expectations: IdTokenExpectations): Refusal | undefined {
  if (claims["iss"] !== expectations.issuer) {
    return {
      code: "id_token_issuer",
      message: `The ID token's iss is ${quote(claims["iss"])}, expected ${quote(expectations.issuer)} byte for byte.`,
      fix: "Make issuer here, the issuer's discovery document and the trusted token issuer in AWS the same string; mind the trailing slash.",
    };
  }
  if (claims["aud"] !== expectations.audience) {
    const list = Array.isArray(claims["aud"]);
    return {
      code: "id_token_audience",
      message: `The ID token's aud is ${list ? "a list" : quote(claims["aud"])}, expected the one string ${quote(expectations.audience)}.`,
      fix: list
        ? "Let the issuer send aud as a single string; whether AWS takes a list is not documented."
        : "Ask the issuer for a token for the client id that is registered with AWS.",
    };
  }
  const mapped = expectations.mappedClaim ?? "email";
  const required = ["sub", mapped, ...(expectations.requireJti === false ? [] : ["jti"])];
  for (const name of required) {
    const value = claims[name];
    if (typeof value === "string" && value !== "") continue;
    return {
      code: `id_token_${name === mapped ? "mapped_claim" : name}_missing`,
      message: `The ID token's ${name} is ${value === undefined ? "missing" : "no single string"}.`,
      fix:
        name === "jti"
          ? "Let the issuer add a random jti that never repeats; AWS refuses repeats, and some of its pages require one."
          : `Let the issuer send ${name} as one string; Identity Center needs it to find exactly one user.`,
    };
  }
  if (mapped === "email" && claims["email_verified"] === false) {
    return {
      code: "id_token_email_unverified",
      message:
        "The ID token says its e-mail address is not verified. AWS does not look, so it is refused here.",
      fix: "Verify the user's address at the issuer before a token carries it.",
    };
  }
  return undefined;
}

function findTimeFault(
  claims: IdTokenClaims,
  expectations: IdTokenExpectations,
  nowSeconds: number,
): Refusal | undefined {
  const { exp, iat, nbf } = claims;
  const tolerance = expectations.clockToleranceSeconds ?? 60;
  if (typeof exp !== "number") {
    return {
      code: "id_token_exp_missing",
      message: "The ID token has no exp.",
      fix: "Let the issuer send exp as a number of seconds.",
    };
  }
  if (exp <= nowSeconds + (expectations.minRemainingSeconds ?? 5)) {
    return {
      code: "id_token_expired",
      message: `The ID token expired, or will before it arrives (exp ${isoTime(exp)}, now ${isoTime(nowSeconds)}).`,
      fix: "Mint a token for every call. If it was just minted, this machine's clock runs ahead of the issuer's.",
    };
  }
  for (const [name, value] of [
    ["iat", iat],
    ["nbf", nbf],
  ] as const) {
    if (typeof value === "number" && value > nowSeconds + tolerance) {
      return {
        code: "id_token_not_yet_valid",
        message: `The ID token's ${name} lies in the future (${isoTime(value)}, now ${isoTime(nowSeconds)}).`,
        fix: "Synchronise the clocks of this machine and the issuer (NTP).",
      };
    }
  }
  return undefined;
}

function isoTime(seconds: number): string {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? String(seconds) : time.toISOString();
}

function quote(value: unknown): string {
  if (value === undefined) return "missing";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 197)}...` : text);
}

function decodePart(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
