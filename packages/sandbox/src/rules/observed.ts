// What probes have seen of real AWS, as a file: written by `tti-sandbox probe`, obeyed by `tti-sandbox --rules FILE`.
import { z } from "zod";
import { SandboxSetupError } from "../ground/errors.ts";
import { describeFieldFault } from "../ground/field_fault.ts";
import { findRuleFault, listRules, type RuleOverrides } from "./rules.ts";

/** The format this version reads and writes. */
export const OBSERVED_FORMAT = 1;

const text = z.string().max(4096);
const evidenceSchema = z.strictObject({
  asked: text,
  status: z.number().int(),
  code: text.nullable(),
  message: text.nullable(),
  requestId: text.nullable(),
});
const ruleSchema = z.strictObject({
  value: z.union([text, z.number(), z.boolean()]),
  observedAt: z.iso.datetime().optional(),
  evidence: z.array(evidenceSchema).max(200).optional(),
});
const observedSchema = z.strictObject({
  format: z.literal(OBSERVED_FORMAT),
  observedAt: z.iso.datetime(),
  region: text,
  account: text.optional(),
  tool: text.optional(),
  rules: z.record(text, ruleSchema),
  undecided: z.record(text, text).optional(),
});

/** A file of observations. */
export type Observed = z.infer<typeof observedSchema>;

/** What a file of observations sets. */
export type ReadObserved = {
  rules: RuleOverrides;
  /** When and where it was observed, in words. */
  origin: string;
  /** Switches of the file that this version does not have. */
  unknown: string[];
  /** The file as it is. */
  document: Observed;
};

/**
 * Reads a file of observations, as JSON.
 *
 * @param file its name, for what is told of it
 * @throws SandboxSetupError `SANDBOX_OBSERVED_INVALID` naming the field and what to do
 */
export function readObserved(value: unknown, file: string): ReadObserved {
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === "number" && format > OBSERVED_FORMAT) {
    throw invalid(
      file,
      `format: it is ${format}, and this tti-sandbox reads ${OBSERVED_FORMAT}. A newer one wrote the file: update tti-sandbox.`,
    );
  }
  const parsed = observedSchema.safeParse(value, { reportInput: true });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join(".") ?? "";
    const fix =
      issue?.code === "unrecognized_keys"
        ? "Take it out."
        : "Have it written anew by tti-sandbox probe, or mend it by docs/probes.md.";
    throw invalid(
      file,
      `${field === "" ? "the document" : field}: ${issue === undefined ? "is not right" : describeFieldFault(issue)}. ${fix}`,
    );
  }
  const { rules, observedAt, region } = parsed.data;
  const known = new Set<string>(listRules().map(({ name }) => name));
  const overrides: Record<string, string> = {};
  for (const [name, { value: given }] of Object.entries(rules)) {
    if (!known.has(name)) continue;
    const fault = findRuleFault(name, String(given));
    if (fault !== null) throw invalid(file, `rules.${name}.value: ${fault}`);
    overrides[name] = String(given);
  }
  return {
    rules: overrides as RuleOverrides,
    origin: `observed at AWS in ${region} at ${observedAt}`,
    unknown: Object.keys(rules).filter((name) => !known.has(name)),
    document: parsed.data,
  };
}

function invalid(file: string, what: string): SandboxSetupError {
  return new SandboxSetupError("SANDBOX_OBSERVED_INVALID", `${file}: ${what}`);
}
