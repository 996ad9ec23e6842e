// What makes an ID token fit for AWS, as one table with one row for each rule: its judge, its words and its fix. The
// exchange throws the first row that is broken; who examines or explains a token takes all the rows.

import { IdTokenError } from "../errors.ts";
import { advice } from "./advice.ts";
import { contentRules } from "./content_rules.ts";
import {
  findTenant,
  type IdTokenAdvice,
  type IdTokenRule,
  type IdTokenRuleName,
  type JudgedIdToken,
} from "./rule_row.ts";
import { timeRules } from "./time_rules.ts";

const tenantRule: IdTokenRule = {
  name: "tenant_missing",
  level: "required",
  about: "tenant",
  members: ({ tenantClaim = "tenant_id" }) => (typeof tenantClaim === "string" ? [tenantClaim] : []),
  rule: "names the customer, from whom connection and session tag follow",
  judge: ({ claims, expected }) => findTenant(claims, expected).tenant !== undefined,
  why: ({ claims, expected }) => {
    const { tenantClaim = "tenant_id" } = expected;
    if ("failure" in findTenant(claims, expected))
      return "The tenantClaim function threw, so the ID token cannot be bound to a customer.";
    const place = typeof tenantClaim === "function" ? "the tenantClaim function" : `claim ${tenantClaim}`;
    return `The ID token names no tenant (${place}), so it cannot be bound to a customer.`;
  },
  fix: ({ claims, expected }) =>
    "failure" in findTenant(claims, expected)
      ? "See the cause; let the function return undefined for tokens it does not know."
      : "Let the issuer add the tenant claim, or set tenantClaim to the claim that names the tenant.",
};

/** In the order they are asked: those a token must keep, then what is advised. */
export const idTokenRules: readonly (IdTokenRule | IdTokenAdvice)[] = [
  ...contentRules,
  ...timeRules,
  tenantRule,
  ...advice,
];

/** What a row says of one token. */
export interface IdTokenVerdict {
  readonly name: (IdTokenRule | IdTokenAdvice)["name"];
  readonly level: "required" | "advised";
  /** The members of header or claims the row is about. */
  readonly members: readonly string[];
  /** The rule, in a few words. */
  readonly rule: string;
  readonly kept: boolean;
  /** The code of the error the exchange throws; of required rules that are broken. */
  readonly code?: `id_token_${IdTokenRuleName}`;
  /** What is wrong, and what to do; of broken rows. */
  readonly why?: string;
  readonly fix?: string;
}

/**
 * Asks every row of the table about a token. Its signature is judged by `judgeSignature`, and whether it is the one
 * that was asked for by the exchange.
 */
export function judgeIdToken(token: JudgedIdToken): readonly IdTokenVerdict[] {
  return idTokenRules.map((row) => {
    const { name, level, rule } = row;
    const verdict = { name, level, rule, members: row.members(token.expected) };
    if (row.judge(token)) return { ...verdict, kept: true };
    const code = row.level === "required" ? { code: `id_token_${row.name}` as const } : {};
    return { ...verdict, kept: false, ...code, why: row.why(token), fix: row.fix(token) };
  });
}

/** @throws IdTokenError of the first required rule of this kind that the token breaks */
export function assertRulesKept(token: JudgedIdToken, kind: IdTokenRule["about"]): void {
  for (const row of idTokenRules) {
    if (row.level !== "required" || row.about !== kind || row.judge(token)) continue;
    throw new IdTokenError({
      code: `id_token_${row.name}`,
      step: "id-token",
      message: row.why(token),
      fix: row.fix(token),
      cause: kind === "tenant" ? findTenant(token.claims, token.expected).failure : undefined,
    });
  }
}
