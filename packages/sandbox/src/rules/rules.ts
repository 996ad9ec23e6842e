// Every fact about AWS that is unknown (or was contradictory), as a named switch: strict by default, so that what
// passes here passes on AWS. `tti sandbox --rules` lists this table; nothing else in the sandbox guesses.

import { SandboxSetupError } from "../ground/errors.ts";
import { nearestName } from "../ground/nearest_name.ts";
import type { Rule } from "./rule.ts";
import { RULE_TABLE } from "./rule_table.ts";

export type { Certainty, Rule } from "./rule.ts";

/** Name of a rule. */
export type RuleName = (typeof RULE_TABLE)[number]["name"];

/** Rules chosen by the user: name → value. */
export type RuleOverrides = Partial<Record<RuleName, string | number | boolean>>;

/** The rules in force. */
export type Rules = {
  get(name: RuleName): string;
  /** Value of a rule that is a whole number. */
  getNumber(name: RuleName): number;
  /** @throws SandboxSetupError `SANDBOX_RULE_INVALID` naming the rule and its values */
  set(name: string, value: string | number | boolean): void;
  /** Back to what was given at the start. */
  reset(): void;
  /** Every rule with its present value. */
  list(): SwitchInForce[];
  /** @returns the switch of this name with its present value; undefined when a check of this name is no switch */
  find(name: string): SwitchInForce | undefined;
};

/** A switch with the value it has now. */
export type SwitchInForce = Rule & { value: string };

/** @returns the table of switches, in its printed order */
export function listRules(): readonly Rule[] {
  return RULE_TABLE;
}

/** @returns why a switch cannot have this value, with those it can have; null when it can */
export function findRuleFault(name: string, text: string): string | null {
  const rule = RULE_TABLE.find((candidate) => candidate.name === name);
  if (rule === undefined) {
    const known = RULE_TABLE.map((each) => each.name);
    const meant = nearestName(name, known);
    const fix = meant === undefined ? `Known rules: ${known.join(", ")}.` : `Did you mean "${meant}"?`;
    return `There is no sandbox rule "${name.slice(0, 60)}". ${fix}`;
  }
  const allowed: readonly string[] = rule.values;
  const fits = allowed.length === 0 ? /^\d{1,9}$/.test(text) : allowed.includes(text);
  if (fits) return null;
  const right = allowed.length === 0 ? "a whole number of at most nine digits" : allowed.join(" or ");
  return `Rule "${name}" cannot be "${text.slice(0, 60)}"; use ${right}.`;
}

/**
 * @param overrides rules that shall not have their default
 * @throws SandboxSetupError `SANDBOX_RULE_INVALID` for an unknown rule or value
 */
export function createRules(overrides: RuleOverrides = {}): Rules {
  const values = new Map<string, string>();
  const set = (name: string, value: string | number | boolean) => {
    const fault = findRuleFault(name, String(value));
    if (fault !== null) throw new SandboxSetupError("SANDBOX_RULE_INVALID", fault);
    values.set(name, String(value));
  };
  const reset = () => {
    values.clear();
    for (const rule of RULE_TABLE) values.set(rule.name, rule.default);
    for (const [name, value] of Object.entries(overrides)) if (value !== undefined) set(name, value);
  };
  reset();
  const inForce = (rule: Rule): SwitchInForce => ({ ...rule, value: values.get(rule.name) ?? rule.default });
  const get = (name: RuleName) => values.get(name) ?? "";
  return {
    get,
    getNumber: (name) => Number(get(name)),
    set,
    reset,
    list: () => RULE_TABLE.map(inForce),
    find(name) {
      const rule = RULE_TABLE.find((candidate) => candidate.name === name);
      return rule === undefined ? undefined : inForce(rule);
    },
  };
}
