// The ID token as the exchange sees it: what it must look like, and how it is read without being trusted yet. What it
// must keep stands in id_token_rules.ts, whose it must be in tenant_lock.ts.

import { IdTokenError } from "../errors.ts";
import type { TokenSummary } from "../failures/failure_row.ts";
import { otherFixes } from "../failures/other_fixes.ts";

/** The claims of an ID token by name. */
export type IdTokenClaims = Readonly<Record<string, unknown>>;

/** An ID token that was read, and not trusted yet. */
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

/** Bytes of the largest token that is sent. AWS's model has no limit, and a limit behind it is not known. */
export const defaultMaxTokenBytes = 8192;

/** What to do about a token that is too large. */
export const tooLargeFix =
  "Let the issuer leave out claims AWS ignores (groups, roles, profile), or raise maxTokenBytes.";

/**
 * Reads a compact JWS without trusting it.
 *
 * @param maxTokenBytes what is larger is not read
 * @throws IdTokenError `id_token_malformed`, `id_token_too_large`
 */
export function decodeIdToken(compact: unknown, maxTokenBytes: number = defaultMaxTokenBytes): IdToken {
  if (typeof compact !== "string")
    throw malformed(`a value of type ${compact === null ? "null" : typeof compact}`);
  if (compact.length > maxTokenBytes) {
    throw new IdTokenError({
      code: "id_token_too_large",
      step: "id-token",
      message: tooLarge(compact, maxTokenBytes),
      fix: tooLargeFix,
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

/** Says that a token is too large, and how large. */
export function tooLarge(compact: string, maxTokenBytes: number): string {
  return `The ID token has ${compact.length} bytes; at most ${maxTokenBytes} are sent to AWS.`;
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

function malformed(what: string): IdTokenError {
  return new IdTokenError({
    code: "id_token_malformed",
    step: "id-token",
    message: `There is ${what} instead of a signed JWT.`,
    fix: otherFixes.id_token_malformed,
  });
}

function decodePart(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
