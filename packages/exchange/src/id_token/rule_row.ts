// What a row of the rules is, and what several rows ask of a token.

import { readNumericDate } from "./claim_values.ts";
import type { IdToken, IdTokenClaims, IdTokenExpectations } from "./id_token.ts";

/** What a rule looks at. */
export interface JudgedIdToken extends IdToken {
  /** `audience` may be unknown to somebody who only examines a token: then any one string will do. */
  readonly expected: Omit<IdTokenExpectations, "audience"> & { readonly audience: string | undefined };
  /** This machine's time, epoch seconds. */
  readonly nowSeconds: number;
  /** How far the issuer's clock is ahead of this machine's, as it showed; undefined if nothing is known of it. */
  readonly issuerAheadSeconds?: number | undefined;
}

/** The codes of the rules, without `id_token_`. */
export type IdTokenRuleName =
  | "too_large"
  | "algorithm"
  | "kid_missing"
  | "malformed"
  | "issuer"
  | "audience"
  | "sub_missing"
  | "mapped_claim_missing"
  | "jti_missing"
  | "claim_malformed"
  | "email_unverified"
  | "exp_missing"
  | "clocks_differ"
  | "expired"
  | "not_yet_valid"
  | "tenant_missing";

/** What is advised: no error has such a code. */
export type IdTokenAdviceName =
  | "email_unconfirmed"
  | "jti_short"
  | "iat_missing"
  | "long_lived"
  | "auth_time_missing";

interface RowWords {
  /** The members of header or claims it is about; several where it compares them. */
  readonly members: (expected: JudgedIdToken["expected"]) => readonly string[];
  /** The rule itself, in a few words that follow "kept:". */
  readonly rule: string;
  /** Whether the token keeps the rule. One that depends on a member of another row is kept where that is missing. */
  readonly judge: (token: JudgedIdToken) => boolean;
  /** Why it does not, for a person. */
  readonly why: (token: JudgedIdToken) => string;
  readonly fix: (token: JudgedIdToken) => string;
}

/** A rule without which no token is exchanged. */
export interface IdTokenRule extends RowWords {
  /** The error's code is `id_token_` and this. */
  readonly name: IdTokenRuleName;
  readonly level: "required";
  /** What it depends on: the token alone, the moment, or the tenant, which is asked of verified claims only. */
  readonly about: "content" | "time" | "tenant";
}

/** What AWS is not known to ask, and a careful issuer does. */
export interface IdTokenAdvice extends RowWords {
  readonly name: IdTokenAdviceName;
  readonly level: "advised";
}

export const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

/** A rule about one member by its name. */
export const about =
  (...names: readonly string[]) =>
  (): readonly string[] =>
    names;

export const mappedClaimOf = (expected: JudgedIdToken["expected"]): string => expected.mappedClaim ?? "email";

export const userClaimsOf = (expected: Pick<IdTokenExpectations, "userClaims">): readonly string[] =>
  expected.userClaims ?? ["sub", "email"];

/** Whether the address decides who the token is for: at AWS, or here. */
export function addressCounts({ claims, expected }: JudgedIdToken): boolean {
  return (
    claims["email"] !== undefined && [mappedClaimOf(expected), ...userClaimsOf(expected)].includes("email")
  );
}

/** A time of the token, where it has one that can be read. */
export function timeOf({ claims }: JudgedIdToken, name: string): number | undefined {
  return readNumericDate(claims[name]);
}

/**
 * The tenant a token names.
 *
 * @returns `failure` is what the ISV's own function threw: its fault to find, and no reason to go on
 */
export function findTenant(
  claims: IdTokenClaims,
  { tenantClaim = "tenant_id" }: Pick<IdTokenExpectations, "tenantClaim">,
): { readonly tenant: string | undefined; readonly failure?: unknown } {
  if (typeof tenantClaim === "string") {
    const named = claims[tenantClaim];
    return { tenant: isText(named) ? named : undefined };
  }
  try {
    const named: unknown = tenantClaim(claims);
    return { tenant: isText(named) ? named : undefined };
  } catch (failure) {
    return { tenant: undefined, failure };
  }
}
