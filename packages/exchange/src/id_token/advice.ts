// The rows that are advised: a token without them is exchanged, and whoever examines it is told.

import { about, addressCounts, type IdTokenAdvice, isText, timeOf } from "./rule_row.ts";

const level = "advised";
/** An hour is the longest life that was seen to pass at AWS. */
const longestLifeSeconds = 3600;
const shortestJti = 16;

export const advice: readonly IdTokenAdvice[] = [
  {
    name: "email_unconfirmed",
    level,
    members: about("email_verified"),
    rule: "the issuer says that the address is proven; AWS does not look",
    judge: (token) => !addressCounts(token) || token.claims["email_verified"] !== undefined,
    why: () =>
      "email_verified is missing: nobody says that the address is proven, and AWS finds the user by it.",
    fix: () => "Let the issuer name proven addresses only, and say so.",
  },
  {
    name: "jti_short",
    level,
    members: about("jti"),
    rule: "long enough never to repeat",
    judge: ({ claims: { jti } }) => !isText(jti) || jti.length >= shortestJti,
    why: () => "The ID token's jti is short. AWS refuses one it has seen, for a day or longer.",
    fix: () => "Let the issuer draw 128 random bits.",
  },
  {
    name: "iat_missing",
    level,
    members: about("iat"),
    rule: "says when it was issued",
    judge: ({ claims }) => claims["iat"] !== undefined,
    why: () => "The ID token has no iat, so nobody can tell how old it is.",
    fix: () => "Let the issuer send it.",
  },
  {
    name: "long_lived",
    level,
    members: about("exp"),
    rule: "lives an hour at most, which is proven at AWS",
    judge: (token) => {
      const exp = timeOf(token, "exp");
      return exp === undefined || exp - (timeOf(token, "iat") ?? token.nowSeconds) <= longestLifeSeconds;
    },
    why: () => "The ID token lives longer than an hour, though each serves one exchange.",
    fix: () => "Let it live five minutes.",
  },
  {
    name: "auth_time_missing",
    level,
    members: about("auth_time"),
    rule: "says when the person logged in",
    judge: ({ claims }) => claims["auth_time"] !== undefined,
    why: () => "The ID token has no auth_time, so nobody can tell when the person logged in.",
    fix: () => "Let the issuer send it where it knows.",
  },
];
