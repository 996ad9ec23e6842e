// The rows of the rules that depend on the token alone: its size, header and claims.

import { quote, readNumericDate, readTruth } from "./claim_values.ts";
import { defaultMaxTokenBytes, type IdTokenClaims, tooLarge, tooLargeFix } from "./id_token.ts";
import {
  about,
  addressCounts,
  type IdTokenRule,
  type IdTokenRuleName,
  isText,
  type JudgedIdToken,
  mappedClaimOf,
} from "./rule_row.ts";

const level = "required";

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

const maxBytes = ({ expected }: JudgedIdToken): number => expected.maxTokenBytes ?? defaultMaxTokenBytes;

function requiredText(row: {
  name: IdTokenRuleName;
  /** The claim; undefined if none is required. */
  claim: (expected: JudgedIdToken["expected"]) => string | undefined;
  rule: string;
  fix: (claim: string) => string;
}): IdTokenRule {
  const { name, claim, rule, fix } = row;
  return {
    name,
    level,
    about: "content",
    members: (expected) => [claim(expected) ?? []].flat(),
    rule,
    judge: ({ claims, expected }) => {
      const wanted = claim(expected);
      return wanted === undefined || isText(claims[wanted]);
    },
    why: ({ claims, expected }) => {
      const wanted = claim(expected) ?? name;
      return `The ID token's ${wanted} is ${claims[wanted] === undefined ? "missing" : "no single string"}.`;
    },
    fix: ({ expected }) => fix(claim(expected) ?? name),
  };
}

const oneString = (claim: string): string =>
  `Let the issuer send ${claim} as one string; Identity Center needs it to find exactly one user.`;

export const contentRules: readonly IdTokenRule[] = [
  {
    name: "too_large",
    level,
    about: "content",
    members: about(),
    rule: "small enough to be sent; AWS publishes no limit",
    judge: (token) => token.compact.length <= maxBytes(token),
    why: (token) => tooLarge(token.compact, maxBytes(token)),
    fix: () => tooLargeFix,
  },
  {
    name: "algorithm",
    level,
    about: "content",
    members: about("alg"),
    rule: "RS256, the only algorithm Identity Center takes",
    judge: ({ header }) => header["alg"] === "RS256",
    why: ({ header }) =>
      `The ID token is signed with ${quote(header["alg"])}; Identity Center takes RS256 only.`,
    fix: () => "Set the client's id_token_signed_response_alg to RS256 at the issuer.",
  },
  {
    name: "kid_missing",
    level,
    about: "content",
    members: about("kid"),
    rule: "names a key of the issuer’s JWKS",
    judge: ({ header }) => isText(header["kid"]),
    why: () =>
      "The ID token's header has no kid, so Identity Center cannot tell which key to verify it with.",
    fix: () => "Let the issuer send the kid of its signing key.",
  },
  {
    name: "malformed",
    level,
    about: "content",
    members: about("crit"),
    rule: "a plain signed token, without extensions",
    judge: ({ header }) => header["crit"] === undefined,
    why: () => "The ID token's header demands extensions (crit) Identity Center does not know.",
    fix: () => "Use a plain signed ID token.",
  },
  {
    name: "issuer",
    level,
    about: "content",
    members: about("iss"),
    rule: "equals the registered issuer URL, byte for byte",
    judge: ({ claims, expected }) => claims["iss"] === expected.issuer,
    why: ({ claims, expected }) =>
      `The ID token's iss is ${quote(claims["iss"])}, expected ${quote(expected.issuer)} byte for byte.`,
    fix: () =>
      "Make issuer here, the issuer's discovery document and the trusted token issuer in AWS the same string; mind the trailing slash.",
  },
  {
    name: "audience",
    level,
    about: "content",
    members: about("aud"),
    rule: "one string, the audience registered with AWS",
    judge: ({ claims: { aud }, expected: { audience } }) =>
      audience === undefined ? isText(aud) : aud === audience,
    why: ({ claims: { aud }, expected: { audience } }) =>
      `The ID token's aud is ${Array.isArray(aud) ? "a list" : quote(aud)}, expected ${audience === undefined ? "one string" : `the one string ${quote(audience)}`}.`,
    fix: ({ claims }) =>
      Array.isArray(claims["aud"])
        ? "Let the issuer send aud as a single string; whether AWS takes a list is not documented."
        : "Ask the issuer for a token for the client id that is registered with AWS.",
  },
  requiredText({ name: "sub_missing", claim: () => "sub", rule: "present, one string", fix: oneString }),
  requiredText({
    name: "mapped_claim_missing",
    claim: mappedClaimOf,
    rule: "the claim AWS maps to a user, one string",
    fix: oneString,
  }),
  requiredText({
    name: "jti_missing",
    claim: ({ requireJti }) => (requireJti === false ? undefined : "jti"),
    rule: "never repeats: one token is one exchange",
    fix: () =>
      "Let the issuer add a random jti that never repeats; AWS refuses repeats, and some of its pages require one.",
  }),
  {
    name: "claim_malformed",
    level,
    about: "content",
    members: about(...typedClaims.map(({ name }) => name)),
    rule: "times are seconds since 1970, email_verified is true or false",
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
    level,
    about: "content",
    members: about("email_verified"),
    rule: "an address that counts is not said to be unproven; AWS does not look",
    judge: (token) => !addressCounts(token) || readTruth(token.claims["email_verified"]) !== false,
    why: () =>
      "The ID token says its e-mail address is not verified. AWS does not look, so it is refused here.",
    fix: () => "Verify the user's address at the issuer before a token carries it.",
  },
  {
    name: "exp_missing",
    level,
    about: "content",
    members: about("exp"),
    rule: "present, seconds since 1970",
    judge: ({ claims }) => readNumericDate(claims["exp"]) !== undefined,
    why: ({ claims }) =>
      claims["exp"] === undefined
        ? "The ID token has no exp."
        : `The ID token's exp is ${quote(claims["exp"])}, expected a number of seconds since 1970.`,
    fix: () => "Let the issuer send exp as a number of seconds.",
  },
];
