// Owns the profile an issuer and its tokens keep so that AWS takes them: numbered rules, each with what it rests on and the
// checks that prove it. docs/tti-profile.md is written from it; what the doctor finds is told by these numbers. Numbers are
// a contract with other providers' teams: add, never renumber, never reuse.
import { idTokenRules } from "tti-exchange";
import type { Finding } from "./finding.ts";

/** What a rule rests on. */
export type Basis =
  /** AWS documents it. */
  | "documented"
  /** Seen to hold at AWS by somebody who published it. */
  | "observed"
  /** AWS says nothing, or two things: the strict reading, which any of them takes. */
  | "strict reading"
  /** No rule of AWS: a duty of whoever issues the tokens. */
  | "issuer's duty";

/** One rule. */
export interface ProfileRule {
  number: string;
  level: "MUST" | "SHOULD";
  rule: string;
  basis: Basis;
  /** The doctor's checks that look at it. */
  checks: readonly string[];
}

const must = (number: string, rule: string, basis: Basis, ...checks: string[]): ProfileRule => ({
  number,
  level: "MUST",
  rule,
  basis,
  checks,
});
const should = (...given: Parameters<typeof must>): ProfileRule => ({ ...must(...given), level: "SHOULD" });

const issuerRules: readonly ProfileRule[] = [
  must(
    "I-1",
    "The issuer URL has at most 512 characters of the set AWS takes, no query, no fragment and no `.well-known`.",
    "documented",
    "issuer",
  ),
  must(
    "I-2",
    "The issuer is reached from the Internet: at public addresses, on the port of its scheme (443, 80).",
    "documented",
    "issuer",
    "addresses",
  ),
  must(
    "I-3",
    "Its certificate is of a public authority, whole, and for its host name.",
    "strict reading",
    "tls",
  ),
  must(
    "I-4",
    "`<issuer>/.well-known/openid-configuration` answers 200 with a JSON object, without a redirect.",
    "strict reading",
    "discovery",
  ),
  must("I-5", "`issuer` in that document equals the issuer URL byte for byte.", "documented", "discovery"),
  must(
    "I-6",
    "It names `jwks_uri`, `subject_types_supported`, `response_types_supported`, and RS256 in `id_token_signing_alg_values_supported`.",
    "documented",
    "discovery",
  ),
  should("I-7", "It does not offer to leave ID tokens unsigned (`none`).", "issuer's duty", "algorithms"),
  must("I-8", "No header of a request changes the addresses in it.", "issuer's duty", "host"),
  should("I-9", "Discovery and key set have at most 65536 bytes each.", "strict reading", "sizes"),
  must("I-10", "The issuer's clock is right to within 30 seconds.", "strict reading", "clock"),
  must("I-11", "The issuer URL ends in no slash.", "strict reading", "issuer"),
  must("I-12", "The issuer is https.", "issuer's duty", "issuer"),
];

const keyRules: readonly ProfileRule[] = [
  must(
    "K-1",
    "`jwks_uri` answers 200 with a JSON object, without a redirect, from the Internet, by https on port 443.",
    "documented",
    "keys",
  ),
  must(
    "K-2",
    "The set holds an RSA key of 2048 bits for RS256 signatures, with a `kid`.",
    "observed",
    "keys",
  ),
  must("K-3", "No private half of a key is published.", "issuer's duty", "keys"),
  must("K-4", "No two keys have one `kid`, now or ever.", "observed", "keys"),
  must("K-5", "The key that signs is published.", "documented", "signing_key"),
  should("K-6", "A key is published 24 hours before it signs.", "strict reading", "rotation_lead"),
  should(
    "K-7",
    "The set says for how long it may be kept: minutes, and no longer than a day.",
    "strict reading",
    "caching",
  ),
];

/** Of the table of rules that the exchange client keeps, by its rows' names; in the order of the numbers. */
const tokenRows: readonly (readonly [row: string, rule: string, basis: Basis])[] = [
  ["too_large", "has at most 8192 characters", "strict reading"],
  ["algorithm", "is signed with RS256", "documented"],
  ["kid_missing", "names its key by `kid`", "observed"],
  ["malformed", "demands no extension (`crit`)", "strict reading"],
  ["issuer", "has the issuer URL as `iss`, byte for byte", "documented"],
  ["audience", "has the client id registered with AWS as `aud`, as one string", "documented"],
  ["sub_missing", "has `sub`, one string", "documented"],
  ["mapped_claim_missing", "has the claim that AWS maps to a user, one string; mostly `email`", "documented"],
  ["jti_missing", "has a `jti` that never comes again", "strict reading"],
  ["claim_malformed", "has times in seconds, and `email_verified` as true or false", "strict reading"],
  ["email_unverified", "carries no address that it says is not verified", "issuer's duty"],
  ["exp_missing", "has `exp`", "documented"],
  ["clocks_differ", "was not issued in the future", "strict reading"],
  ["expired", "is not over when it arrives", "documented"],
  ["not_yet_valid", "is valid already (`nbf`)", "strict reading"],
  ["tenant_missing", "names the customer", "issuer's duty"],
  ["email_unconfirmed", "says that its address is verified", "issuer's duty"],
  ["jti_short", "has 128 random bits as `jti`", "issuer's duty"],
  ["iat_missing", "says when it was issued", "issuer's duty"],
  ["long_lived", "lives an hour at most", "observed"],
  ["auth_time_missing", "says when the person logged in, where the issuer knows", "issuer's duty"],
];

const firstRow = 3;
const tokenRules: readonly ProfileRule[] = [
  must("T-1", "The token is a signed JWT in compact form.", "documented", "token.form"),
  must("T-2", "Its signature verifies with the published key of its `kid`.", "documented", "token.signature"),
  ...tokenRows.map(([row, rule, basis], at): ProfileRule => {
    const level = idTokenRules.find(({ name }) => name === row)?.level === "advised" ? "SHOULD" : "MUST";
    return {
      number: `T-${at + firstRow}`,
      level,
      rule: `The token ${rule}.`,
      basis,
      checks: [`token.${row}`],
    };
  }),
];

/** Every rule, in the order of the documentation. */
export const profileRules: readonly ProfileRule[] = [...issuerRules, ...keyRules, ...tokenRules];

/** The rules a finding tells of: those it names, or all that its check looks at. */
export function rulesOf({ check, rules }: Pick<Finding, "check" | "rules">): readonly string[] {
  return rules ?? profileRules.filter(({ checks }) => checks.includes(check)).map(({ number }) => number);
}

/** How an issuer stands to the profile. */
export interface Conformance {
  /** Kept, as far as the checks see. */
  kept: string[];
  /** MUST rules that are broken. */
  broken: string[];
  /** SHOULD rules that are broken, and MUST rules of which something should not stay so. */
  doubtful: string[];
  /** Rules that nothing was there to look at for. */
  unseen: string[];
}

/** Counts what the findings say of the rules. */
export function conformanceOf(findings: readonly Finding[]): Conformance {
  const conformance: Conformance = { kept: [], broken: [], doubtful: [], unseen: [] };
  for (const { number, level } of profileRules) {
    const outcomes = findings
      .filter((finding) => rulesOf(finding).includes(number))
      .map(({ outcome }) => outcome);
    const place =
      outcomes.length === 0
        ? "unseen"
        : outcomes.includes("failed")
          ? level === "MUST"
            ? "broken"
            : "doubtful"
          : outcomes.includes("warning")
            ? "doubtful"
            : "kept";
    conformance[place].push(number);
  }
  return conformance;
}
