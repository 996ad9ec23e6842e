// The table of switches as text, for `tti sandbox --rules` and the documentation. Pure.
import { listRules, type Rule } from "./rules.ts";

/**
 * @param rules default: every switch with its default
 * @returns one block per switch: name, values, question, certainty and source
 */
export function sandboxRulesTable(rules: readonly (Rule & { value?: string })[] = listRules()): string {
  return rules
    .map((rule) => {
      const values = rule.values.length === 0 ? "a whole number" : rule.values.join(" | ");
      const isChanged = rule.value !== undefined && rule.value !== rule.default;
      const value = isChanged ? `${rule.value} (default ${rule.default})` : rule.default;
      return [
        `${rule.name} = ${value}`,
        `  ${rule.question}`,
        `  values: ${values}; certainty: ${rule.certainty}; source: ${rule.source}`,
      ].join("\n");
    })
    .join("\n");
}
