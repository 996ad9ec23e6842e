// The ID token as the exchange sees it: decoded, and bound to the tenant and user the caller asked for, so that no
// token crosses a tenant. What AWS would refuse stands in id_token_rules.ts.

import { IdTokenError } from "../errors.ts";
import type { TokenSummary } from "../failures/failure_row.ts";
import { quote } from "./claim_values.ts";

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
  readonly tenantClaim?: string | ((claims: IdTokenClaims) => string | undefined) | undefined;
  /** The claim AWS maps to a user. Default `email`. */
  readonly mappedClaim?: string | undefined;
  /** Claims of which one must equal the requested user. Default `["sub", "email"]`. */
  readonly userClaims?: readonly string[] | undefined;
  /** Default true: AWS's pages contradict each other, and only a token with a jti is safe everywhere. */
  readonly requireJti?: boolean | undefined;
  /** Seconds a fresh token's `iat` or `nbf` may lie ahead of this clock. Default 15, as tti-provider's own. */
  readonly clockToleranceSeconds?: number | undefined;
  /** Seconds a token must still live when it is sent. Default 5. */
  readonly minRemainingSeconds?: number | undefined;
  /** Default 8192. AWS publishes no limit; small tokens are safe. */
  readonly maxTokenBytes?: number | undefined;
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
  const tenant = typeof claim === "function" ? askTenant(claim, token.claims) : token.claims[claim];
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

/** The ISV's own function; what it throws is its fault to find, and no reason to go on. */
function askTenant(tenantOf: (claims: IdTokenClaims) => string | undefined, claims: IdTokenClaims): unknown {
  try {
    return tenantOf(claims);
  } catch (cause) {
    throw new IdTokenError({
      code: "id_token_tenant_missing",
      step: "id-token",
      message: "The tenantClaim function threw, so the ID token cannot be bound to a customer.",
      fix: "See the cause; let the function return undefined for tokens it does not know.",
      cause,
    });
  }
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

function decodePart(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
