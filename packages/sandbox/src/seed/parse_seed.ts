// Reads a seed: its form, then what its names point to. Every fault is told, with its field.
import { SandboxSetupError } from "../ground/errors.ts";
import { describeFieldFault } from "../ground/field_fault.ts";
import { checkReferences } from "./check_references.ts";
import { formatField } from "./field_names.ts";
import { type SandboxSeed, seedSchema } from "./schema.ts";

/**
 * @param value a seed as it came from a file or a program
 * @returns the seed, checked
 * @throws SandboxSetupError `SANDBOX_SEED_INVALID` naming every faulty field, or, when all have their form, every name that
 *   points nowhere or is there twice
 */
export function parseSeed(value: unknown): SandboxSeed {
  const parsed = seedSchema.safeParse(value, { reportInput: true });
  const faults = parsed.success
    ? checkReferences(parsed.data).faults
    : parsed.error.issues.map((issue) => `${formatField(issue.path)}: ${describeFieldFault(issue)}`);
  if (parsed.success && faults.length === 0) return parsed.data;
  throw new SandboxSetupError("SANDBOX_SEED_INVALID", `The sandbox seed is not valid. ${faults.join("; ")}.`);
}
