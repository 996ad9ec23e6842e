// What is said of a code that comes from no AWS call, where only the code is at hand: its meaning and fix, from the place
// that gives them to the error itself.

import { type OtherCode, otherCodes } from "../error_codes.ts";
import type { ExchangeStep } from "../errors.ts";
import { otherFixes } from "../failures/other_fixes.ts";
import { idTokenRules } from "../id_token/id_token_rules.ts";
import { explainKeyFault } from "../id_token/key_faults.ts";
import type { KeyFault } from "../id_token/published_keys.ts";
import type { JudgedIdToken } from "../id_token/rule_row.ts";

// A token that says nothing: the rows' fixes then name the member instead of its value.
const anyToken: JudgedIdToken = {
  compact: "",
  header: {},
  claims: {},
  expected: { issuer: "the issuer", audience: undefined },
  nowSeconds: 0,
};

const keyFaults: readonly KeyFault[] = [
  { kind: "not-found" },
  { kind: "ambiguous", count: 2 },
  { kind: "unusable", why: "" },
  { kind: "does-not-verify" },
];

/**
 * Explains a code that no AWS call has.
 *
 * @returns undefined if there is no such code, or it is of an AWS call
 */
export function explainOwnCode(code: string) {
  if (!Object.hasOwn(otherCodes, code)) return undefined;
  const known = code as OtherCode;
  const title = otherCodes[known].replace(/\.$/, "");
  return {
    code: known,
    step: stepOf(known),
    title: title.charAt(0).toLowerCase() + title.slice(1),
    causes: [],
    fix: fixOf(known),
  };
}

function fixOf(code: OtherCode): string {
  const written: string | undefined = Reflect.get(otherFixes, code);
  if (written !== undefined) return written;
  const rule = idTokenRules.find(({ level, name }) => level === "required" && code === `id_token_${name}`);
  if (rule !== undefined) return rule.fix(anyToken);
  const faults = keyFaults.map((fault) => explainKeyFault(fault, "of the token", "of the token"));
  return faults.find((fault) => fault.code === code)?.fix ?? "";
}

const stepOf = (code: OtherCode): ExchangeStep | undefined =>
  code.startsWith("id_token_") ? "id-token" : code.startsWith("authorization_") ? "authorize" : undefined;
