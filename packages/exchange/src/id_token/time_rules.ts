// The rows of the rules that depend on the moment: whose clock says what, with one tolerance.

import { clockToleranceSeconds, isoTime } from "./claim_values.ts";
import { about, type IdTokenRule, type JudgedIdToken, timeOf } from "./rule_row.ts";

const level = "required";
const tolerance = ({ expected }: JudgedIdToken): number =>
  expected.clockToleranceSeconds ?? clockToleranceSeconds;

export const timeRules: readonly IdTokenRule[] = [
  {
    name: "clocks_differ",
    level,
    about: "time",
    members: about("iat"),
    rule: "not issued in the future: the clocks agree",
    judge: (token) => !isFromTheFuture(token) && !(isExpired(token) && isAliveAtTheIssuer(token)),
    why: (token) =>
      isFromTheFuture(token)
        ? `This machine's clock and the issuer's differ: the ID token's iat lies in the future (${isoTime(Number(token.claims["iat"]))}, now ${isoTime(token.nowSeconds)}).`
        : `This machine's clock and the issuer's differ: the ID token has expired by this clock (${isoTime(token.nowSeconds)}), but not by the issuer's (${isoTime(token.nowSeconds + (token.issuerAheadSeconds ?? 0))}).`,
    fix: () => "Synchronise the clocks of this machine and the issuer (NTP); AWS has a third one.",
  },
  {
    name: "expired",
    level,
    about: "time",
    members: about("exp"),
    rule: "not over when it arrives",
    judge: (token) => !isExpired(token),
    why: ({ claims, nowSeconds }) =>
      `The ID token expired, or will before it arrives (exp ${isoTime(Number(claims["exp"]))}, now ${isoTime(nowSeconds)}).`,
    fix: () =>
      "Mint a token for every call. If it was just minted, this machine's clock runs ahead of the issuer's.",
  },
  {
    name: "not_yet_valid",
    level,
    about: "time",
    members: about("nbf"),
    rule: "valid already",
    judge: (token) => (timeOf(token, "nbf") ?? 0) <= token.nowSeconds + tolerance(token),
    why: ({ claims, nowSeconds }) =>
      `The ID token's nbf lies in the future (${isoTime(Number(claims["nbf"]))}, now ${isoTime(nowSeconds)}).`,
    fix: () => "Let the issuer mint tokens that are valid at once, and synchronise the clocks (NTP).",
  },
];

/** Nobody issues a token after it arrived. */
function isFromTheFuture(token: JudgedIdToken): boolean {
  return (timeOf(token, "iat") ?? 0) > token.nowSeconds + tolerance(token);
}

/** One without exp is for `exp_missing`, which is asked before. */
function isExpired(token: JudgedIdToken): boolean {
  const exp = timeOf(token, "exp");
  return exp !== undefined && exp <= token.nowSeconds + (token.expected.minRemainingSeconds ?? 5);
}

function isAliveAtTheIssuer(token: JudgedIdToken): boolean {
  const ahead = token.issuerAheadSeconds ?? 0;
  if (Math.abs(ahead) <= tolerance(token)) return false;
  return !isExpired({ ...token, nowSeconds: token.nowSeconds + ahead });
}
