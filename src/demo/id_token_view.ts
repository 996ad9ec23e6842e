// Owns how an ID token is explained: each header member and claim with its meaning, and the rule it keeps from the
// exchange client's table. Pure; the token was verified before it came here.
import { decodeIdToken, type IdToken, judgeIdToken } from "tti-exchange";
import type { DemoClaim } from "../views/demo_pages.ts";
import { shorten } from "./shorten.ts";

/** What the rules are checked against. */
export interface TokenExpectations {
  issuer: string;
  clientId: string;
  tenantClaim: string;
  now: Date;
}

const headerMeanings: Readonly<Record<string, string>> = {
  alg: "How it is signed: RSA with SHA-256.",
  kid: "Which of the issuer’s published keys signed it.",
  typ: "What kind of token this is.",
};

const claimMeanings: Readonly<Record<string, string>> = {
  iss: "Who issued it.",
  aud: "Whom it is for: the client id registered with AWS.",
  sub: "The user at this issuer. It never changes, even if the address does.",
  email: "The user’s address. Identity Center looks for the one user who has it.",
  email_verified: "The address is proven. AWS does not look, so the issuer must.",
  jti: "The token’s own number, drawn at random.",
  exp: "When it ends.",
  iat: "When it was issued.",
  auth_time: "When the user last proved who they are.",
  name: "What to call the user. Identity Center ignores it.",
  nonce: "Ties the token to the sign-in this application began.",
  at_hash: "Ties the token to the access token that came with it.",
  amr: "How the user signed in.",
  acr: "How strong that sign-in was.",
  sid: "The session at the issuer, so that signing out reaches it.",
};

const tenantMeaning = "The customer the user works for. It becomes the session tag of the AWS calls.";
const otherMeaning = "An additional claim. Identity Center ignores it.";

const times = new Set(["exp", "iat", "auth_time", "nbf"]);

/**
 * The rows of the claims table: what AWS checks first, then the rest in the token's order.
 * @param compact a token that was verified before
 * @param expected the values registered with AWS
 * @throws ExchangeError `id_token_malformed` if it is no token
 */
export function explainToken(
  compact: string,
  expected: TokenExpectations,
): { header: DemoClaim[]; payload: DemoClaim[] } {
  const token = decodeIdToken(compact);
  const { tenantClaim } = expected;
  const ruleOf = rulesKept(token, expected);
  const row = (name: string, value: unknown, meaning: string | undefined): DemoClaim => ({
    name,
    value: showValue(name, value),
    meaning: meaning ?? otherMeaning,
    rule: ruleOf(name),
  });
  const meaningOf = (name: string): string | undefined =>
    name === tenantClaim ? tenantMeaning : own(claimMeanings, name);
  return {
    header: Object.entries(token.header).map(([name, value]) => row(name, value, own(headerMeanings, name))),
    payload: inOrder(Object.entries(token.claims), tenantClaim).map(([name, value]) =>
      row(name, value, meaningOf(name)),
    ),
  };
}

/** The first rule a member keeps; none where it breaks one that is required. */
function rulesKept(token: IdToken, expected: TokenExpectations): (member: string) => string | undefined {
  const { issuer, clientId: audience, tenantClaim, now } = expected;
  const verdicts = judgeIdToken({
    ...token,
    expected: { issuer, audience, tenantClaim },
    nowSeconds: now.getTime() / 1000,
  });
  return (member) => {
    const rows = verdicts.filter(({ members }) => members.includes(member));
    if (rows.some(({ kept, level }) => !kept && level === "required")) return undefined;
    // A row about several members tells of none of them alone.
    return rows.find(({ members, kept }) => kept && members.length === 1)?.rule;
  };
}

/** The three parts of a token, each shortened so that the whole cannot be put together again. */
export function shortenToken(compact: string): readonly [string, string, string] {
  const [header = "", payload = "", signature = ""] = compact.split(".");
  return [shorten(header, 12), shorten(payload, 12), shorten(signature, 12)];
}

/** What AWS checks comes first, as the table above has it; the rest keeps the token's order. */
function inOrder(
  claims: readonly [string, unknown][],
  tenantClaim: string,
): readonly (readonly [string, unknown])[] {
  const known = Object.keys(claimMeanings);
  const rank = (name: string): number => {
    const at = name === tenantClaim ? known.indexOf("email_verified") + 0.5 : known.indexOf(name);
    return at < 0 ? known.length : at;
  };
  return claims.toSorted(([left], [right]) => rank(left) - rank(right));
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function showValue(name: string, value: unknown): string {
  if (times.has(name) && typeof value === "number") {
    return `${value} (${new Date(value * 1000).toISOString().slice(11, 19)} UTC)`;
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}
