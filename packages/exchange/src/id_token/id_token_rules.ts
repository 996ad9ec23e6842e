// What makes an ID token fit for AWS, as a table: one row for each rule with its judge, its words and its fix. The
// exchange throws the first row that is broken; who examines a token lists them all.

import { IdTokenError } from "../errors.ts";
import { clockToleranceSeconds, isoTime, quote, readNumericDate, readTruth } from "./claim_values.ts";
import type { IdToken, IdTokenClaims, IdTokenExpectations } from "./id_token.ts";

/** What a rule looks at. */
export interface JudgedIdToken extends Pick<IdToken, "header" | "claims"> {
  readonly expected: IdTokenExpectations;
  /** This machine's time, epoch seconds. */
  readonly nowSeconds: number;
  /** How far the issuer's clock is ahead of this machine's, as it showed; undefined if nothing is known of it. */
  readonly issuerAheadSeconds?: number | undefined;
}

/** The codes of the rules, without `id_token_`. */
export type IdTokenRuleName =
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
  | "not_yet_valid";

export interface IdTokenRule {
  /** What is looked at; the error's code is `id_token_` and this. */
  readonly name: IdTokenRuleName;
  /** What it depends on: the token alone, or also the moment. */
  readonly about: "content" | "time";
  /** Whether the token keeps the rule. */
  readonly judge: (token: JudgedIdToken) => boolean;
  /** Why it does not, for a person. */
  readonly why: (token: JudgedIdToken) => string;
  readonly fix: (token: JudgedIdToken) => string;
}

/** A rule a token breaks. */
export interface BrokenIdTokenRule {
  readonly name: IdTokenRuleName;
  readonly code: `id_token_${IdTokenRuleName}`;
  readonly message: string;
  readonly fix: string;
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const mappedClaim = ({ expected }: JudgedIdToken): string => expected.mappedClaim ?? "email";
const tolerance = ({ expected }: JudgedIdToken): number =>
  expected.clockToleranceSeconds ?? clockToleranceSeconds;
const userClaims = (expected: IdTokenExpectations) => expected.userClaims ?? ["sub", "email"];

function requiredText(
  name: IdTokenRuleName,
  claim: (token: JudgedIdToken) => string | undefined,
  fix: (claim: string) => string,
): IdTokenRule {
  return {
    name,
    about: "content",
    judge: (token) => {
      const wanted = claim(token);
      return wanted === undefined || isText(token.claims[wanted]);
    },
    why: (token) => {
      const wanted = claim(token) ?? name;
      return `The ID token's ${wanted} is ${token.claims[wanted] === undefined ? "missing" : "no single string"}.`;
    },
    fix: (token) => fix(claim(token) ?? name),
  };
}

const oneString = (claim: string): string =>
  `Let the issuer send ${claim} as one string; Identity Center needs it to find exactly one user.`;

/** Claims with one possible type each; absent is for other rules. */
const typedClaims: readonly { name: string; type: string; reads: (value: unknown) => unknown }[] = [
  { name: "email_verified", type: "true or false", reads: readTruth },
  { name: "iat", type: "a number of seconds since 1970", reads: readNumericDate },
  { name: "nbf", type: "a number of seconds since 1970", reads: readNumericDate },
  { name: "auth_time", type: "a number of seconds since 1970", reads: readNumericDate },
];

function illTyped(claims: IdTokenClaims) {
  return typedClaims.find(
    ({ name, reads }) => claims[name] !== undefined && reads(claims[name]) === undefined,
  );
}

/** Whether the address decides who the token is for: at AWS, or here. */
function addressCounts(token: JudgedIdToken): boolean {
  const { claims, expected } = token;
  return claims["email"] !== undefined && [mappedClaim(token), ...userClaims(expected)].includes("email");
}

/** In the order they are asked. */
export const idTokenRules: readonly IdTokenRule[] = [
  {
    name: "algorithm",
    about: "content",
    judge: ({ header }) => header["alg"] === "RS256",
    why: ({ header }) =>
      `The ID token is signed with ${quote(header["alg"])}; Identity Center takes RS256 only.`,
    fix: () => "Set the client's id_token_signed_response_alg to RS256 at the issuer.",
  },
  {
    name: "kid_missing",
    about: "content",
    judge: ({ header }) => isText(header["kid"]),
    why: () =>
      "The ID token's header has no kid, so Identity Center cannot tell which key to verify it with.",
    fix: () => "Let the issuer send the kid of its signing key.",
  },
  {
    name: "malformed",
    about: "content",
    judge: ({ header }) => header["crit"] === undefined,
    why: () => "The ID token's header demands extensions (crit) Identity Center does not know.",
    fix: () => "Use a plain signed ID token.",
  },
  {
    name: "issuer",
    about: "content",
    judge: ({ claims, expected }) => claims["iss"] === expected.issuer,
    why: ({ claims, expected }) =>
      `The ID token's iss is ${quote(claims["iss"])}, expected ${quote(expected.issuer)} byte for byte.`,
    fix: () =>
      "Make issuer here, the issuer's discovery document and the trusted token issuer in AWS the same string; mind the trailing slash.",
  },
  {
    name: "audience",
    about: "content",
    judge: ({ claims, expected }) => claims["aud"] === expected.audience,
    why: ({ claims: { aud }, expected }) =>
      `The ID token's aud is ${Array.isArray(aud) ? "a list" : quote(aud)}, expected the one string ${quote(expected.audience)}.`,
    fix: ({ claims }) =>
      Array.isArray(claims["aud"])
        ? "Let the issuer send aud as a single string; whether AWS takes a list is not documented."
        : "Ask the issuer for a token for the client id that is registered with AWS.",
  },
  requiredText("sub_missing", () => "sub", oneString),
  requiredText("mapped_claim_missing", mappedClaim, oneString),
  requiredText(
    "jti_missing",
    ({ expected }) => (expected.requireJti === false ? undefined : "jti"),
    () =>
      "Let the issuer add a random jti that never repeats; AWS refuses repeats, and some of its pages require one.",
  ),
  {
    name: "claim_malformed",
    about: "content",
    judge: ({ claims }) => illTyped(claims) === undefined,
    why: ({ claims }) => {
      const { name = "", type = "" } = illTyped(claims) ?? {};
      return `The ID token's ${name} is ${quote(claims[name])}, expected ${type}.`;
    },
    fix: ({ claims }) =>
      `Let the issuer send ${illTyped(claims)?.name ?? "the claim"} in its own type (OpenID Connect Core).`,
  },
  {
    name: "email_unverified",
    about: "content",
    judge: (token) => !addressCounts(token) || readTruth(token.claims["email_verified"]) !== false,
    why: () =>
      "The ID token says its e-mail address is not verified. AWS does not look, so it is refused here.",
    fix: () => "Verify the user's address at the issuer before a token carries it.",
  },
  {
    name: "exp_missing",
    about: "content",
    judge: ({ claims }) => readNumericDate(claims["exp"]) !== undefined,
    why: ({ claims }) =>
      claims["exp"] === undefined
        ? "The ID token has no exp."
        : `The ID token's exp is ${quote(claims["exp"])}, expected a number of seconds since 1970.`,
    fix: () => "Let the issuer send exp as a number of seconds.",
  },
  {
    name: "clocks_differ",
    about: "time",
    judge: (token) => !isFromTheFuture(token) && !(isExpired(token) && isAliveAtTheIssuer(token)),
    why: (token) =>
      isFromTheFuture(token)
        ? `This machine's clock and the issuer's differ: the ID token's iat lies in the future (${isoTime(Number(token.claims["iat"]))}, now ${isoTime(token.nowSeconds)}).`
        : `This machine's clock and the issuer's differ: the ID token has expired by this clock (${isoTime(token.nowSeconds)}), but not by the issuer's (${isoTime(token.nowSeconds + (token.issuerAheadSeconds ?? 0))}).`,
    fix: () => "Synchronise the clocks of this machine and the issuer (NTP); AWS has a third one.",
  },
  {
    name: "expired",
    about: "time",
    judge: (token) => !isExpired(token),
    why: ({ claims, nowSeconds }) =>
      `The ID token expired, or will before it arrives (exp ${isoTime(Number(claims["exp"]))}, now ${isoTime(nowSeconds)}).`,
    fix: () =>
      "Mint a token for every call. If it was just minted, this machine's clock runs ahead of the issuer's.",
  },
  {
    name: "not_yet_valid",
    about: "time",
    judge: (token) => (readNumericDate(token.claims["nbf"]) ?? 0) <= token.nowSeconds + tolerance(token),
    why: ({ claims, nowSeconds }) =>
      `The ID token's nbf lies in the future (${isoTime(Number(claims["nbf"]))}, now ${isoTime(nowSeconds)}).`,
    fix: () => "Let the issuer mint tokens that are valid at once, and synchronise the clocks (NTP).",
  },
];

/** Nobody issues a token after it arrived. */
function isFromTheFuture(token: JudgedIdToken): boolean {
  return (readNumericDate(token.claims["iat"]) ?? 0) > token.nowSeconds + tolerance(token);
}

function isExpired({ claims, expected, nowSeconds }: JudgedIdToken): boolean {
  return (readNumericDate(claims["exp"]) ?? 0) <= nowSeconds + (expected.minRemainingSeconds ?? 5);
}

function isAliveAtTheIssuer(token: JudgedIdToken): boolean {
  const ahead = token.issuerAheadSeconds ?? 0;
  if (Math.abs(ahead) <= tolerance(token)) return false;
  return !isExpired({ ...token, nowSeconds: token.nowSeconds + ahead });
}

/** Every rule the token breaks, in the order of the table. Its signature and tenant are judged elsewhere. */
export function judgeIdToken(token: JudgedIdToken): readonly BrokenIdTokenRule[] {
  return idTokenRules.filter(({ judge }) => !judge(token)).map((rule) => brokenBy(rule, token));
}

/** @throws IdTokenError of the first rule of this kind that the token breaks */
export function assertRulesKept(token: JudgedIdToken, about: IdTokenRule["about"]): void {
  const broken = idTokenRules.find((rule) => rule.about === about && !rule.judge(token));
  if (broken === undefined) return;
  const { code, message, fix } = brokenBy(broken, token);
  throw new IdTokenError({ code, step: "id-token", message, fix });
}

function brokenBy(rule: IdTokenRule, token: JudgedIdToken): BrokenIdTokenRule {
  const { name, why, fix } = rule;
  return { name, code: `id_token_${name}`, message: why(token), fix: fix(token) };
}
