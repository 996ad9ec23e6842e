// The table of switches as text, for `tti sandbox --rules` and the documentation. Pure.
import type { Certainty } from "./rule.ts";
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

/** How sure a default is, in words. */
const CERTAINTIES: Readonly<Record<Certainty, string>> = {
  documented: "AWS documents it",
  model: "AWS's model says so",
  sample: "AWS's samples do so",
  observed: "others have seen AWS do so",
  inferred: "concluded from what AWS documents, not stated",
  unknown: "AWS publishes no answer",
  contradictory: "AWS's own pages disagree",
};

/**
 * @returns one line for a refusal: the switch that refused, its other values, and what AWS says of the question
 */
export function describeSwitch(found: Rule & { value: string }): string {
  const others = found.values.filter((value) => value !== found.value).join(" or ");
  const way = others === "" ? "set another number to go on here" : `set ${others} to go on here`;
  return `${found.name}=${found.value}; ${way}. ${CERTAINTIES[found.certainty]} (${found.source}).`;
}

/** @returns the page of the switches in Markdown (docs/sandbox-rules.md) */
export function sandboxRulesPage(): string {
  const rows = listRules().map((rule) => {
    const values =
      rule.values.length === 0 ? "a whole number" : rule.values.map((value) => `\`${value}\``).join(", ");
    return `| \`${rule.name}\` | \`${rule.default}\` | ${values} | ${rule.question} | ${rule.certainty} | ${rule.source} |`;
  });
  return `# What the sandbox assumes of AWS

<!-- Written from packages/sandbox/src/rules/rule_table*.ts by \`npm run docs\`. Do not edit. -->

Where AWS publishes no answer, or two that contradict each other, the sandbox has a switch. The default is the strict
reading, so that what passes here passes on AWS; where it is not, the question says why. Change one with
\`tti-sandbox --rule NAME=VALUE\` (or \`tti sandbox\`), \`startSandbox({ rules })\` or \`PUT /_sandbox/rules/NAME\`; a refusal names its rule.
[Probes](probes.md) ask a real account; \`--rules observed.json\` has the sandbox do what AWS did.
Sources are the keys of the project's notes on AWS: documentation (TTI-USE, IDC-LIM, …), AWS's samples (SMP-…) and
published observations.

| rule | default | values | question | certainty | source |
|---|---|---|---|---|---|
${rows.join("\n")}
`;
}
