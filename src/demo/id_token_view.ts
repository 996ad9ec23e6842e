// Owns how an ID token is explained: each header member and claim with its meaning and the rule of a trusted
// token issuer it keeps. Pure; the token was verified before it came here.
import type { DemoClaim } from "../views/demo_pages.ts";
import { shorten } from "./shorten.ts";

/** A decoded ID token. */
export interface DecodedToken {
  header: Readonly<Record<string, unknown>>;
  payload: Readonly<Record<string, unknown>>;
}

/** What the rules are checked against. */
export interface TokenExpectations {
  issuer: string;
  clientId: string;
  tenantClaim: string;
}

interface Explanation {
  meaning: string;
  /** The rule it keeps, if this value keeps it. */
  rule?: (value: unknown, expected: TokenExpectations) => string | undefined;
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

const headerExplanations: Readonly<Record<string, Explanation>> = {
  alg: {
    meaning: "How it is signed: RSA with SHA-256.",
    rule: (value) => (value === "RS256" ? "RS256, the only algorithm Identity Center takes" : undefined),
  },
  kid: {
    meaning: "Which of the issuer’s published keys signed it.",
    rule: (value) => (isText(value) ? "names a key of the issuer’s JWKS" : undefined),
  },
  typ: { meaning: "What kind of token this is." },
};

const claimExplanations: Readonly<Record<string, Explanation>> = {
  iss: {
    meaning: "Who issued it.",
    rule: (value, { issuer }) =>
      value === issuer ? "equals the registered issuer URL, byte for byte" : undefined,
  },
  aud: {
    meaning: "Whom it is for: the client id registered with AWS.",
    rule: (value, { clientId }) => (value === clientId ? "one string, the registered audience" : undefined),
  },
  sub: {
    meaning: "The user at this issuer. It never changes, even if the address does.",
    rule: (value) => (isText(value) ? "present" : undefined),
  },
  email: {
    meaning: "The user’s address. Identity Center looks for the one user who has it.",
    rule: (value) => (isText(value) ? "the mapped claim, one string" : undefined),
  },
  email_verified: {
    meaning: "The address is proven. AWS does not look, so the issuer must.",
    rule: (value) => (value === true ? "only proven addresses reach a token" : undefined),
  },
  jti: {
    meaning: "The token’s own number, drawn at random.",
    rule: (value) => (isText(value) ? "never repeats: one token is one exchange" : undefined),
  },
  exp: {
    meaning: "When it ends.",
    rule: (value) => (typeof value === "number" ? "present and enforced" : undefined),
  },
  iat: { meaning: "When it was issued." },
  auth_time: { meaning: "When the user last proved who they are." },
  name: { meaning: "What to call the user. Identity Center ignores it." },
  nonce: { meaning: "Ties the token to the sign-in this application began." },
  at_hash: { meaning: "Ties the token to the access token that came with it." },
  amr: { meaning: "How the user signed in." },
  acr: { meaning: "How strong that sign-in was." },
  sid: { meaning: "The session at the issuer, so that signing out reaches it." },
};

const tenantExplanation: Explanation = {
  meaning: "The customer the user works for. It becomes the session tag of the AWS calls.",
  rule: (value) => (isText(value) ? "set from the membership, by nobody else" : undefined),
};

const times = new Set(["exp", "iat", "auth_time", "nbf"]);

/**
 * Decodes a compact JWS that was verified before.
 * @throws SyntaxError if it is none
 */
export function decodeVerifiedToken(compact: string): DecodedToken {
  const [header = "", payload = ""] = compact.split(".");
  return { header: decodePart(header), payload: decodePart(payload) };
}

/**
 * The rows of the claims table, in the order the token has them.
 * @param token decoded token
 * @param expected the values registered with AWS
 */
export function explainToken(
  token: DecodedToken,
  expected: TokenExpectations,
): { header: DemoClaim[]; payload: DemoClaim[] } {
  const row = (name: string, value: unknown, explanation: Explanation | undefined): DemoClaim => ({
    name,
    value: showValue(name, value),
    meaning: explanation?.meaning ?? "An additional claim. Identity Center ignores it.",
    rule: explanation?.rule?.(value, expected),
  });
  const claimExplanation = (name: string): Explanation | undefined =>
    name === expected.tenantClaim ? tenantExplanation : own(claimExplanations, name);
  return {
    header: Object.entries(token.header).map(([name, value]) =>
      row(name, value, own(headerExplanations, name)),
    ),
    payload: inOrder(Object.entries(token.payload), expected.tenantClaim).map(([name, value]) =>
      row(name, value, claimExplanation(name)),
    ),
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
  const known = Object.keys(claimExplanations);
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

function decodePart(part: string): Record<string, unknown> {
  const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SyntaxError("a part of the token is no JSON object");
  }
  return { ...value };
}
