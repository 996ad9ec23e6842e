// The file of switches that `--rules FILE` names: read, told, obeyed.
import { readObserved } from "../rules/observed.ts";
import type { RuleOverrides } from "../rules/rules.ts";
import { readJsonFile } from "./read_json_file.ts";

/**
 * Reads what probes have seen, and tells what it sets.
 *
 * @param file absent: nothing was seen
 * @throws SandboxSetupError `SANDBOX_OBSERVED_INVALID`, `SANDBOX_FILE_UNREADABLE`, `SANDBOX_FILE_INVALID`
 */
export async function readRulesFile(
  file: string | undefined,
  say: (text: string) => void,
): Promise<RuleOverrides> {
  if (file === undefined) return {};
  const { rules, origin, unknown } = readObserved(await readJsonFile(file), file);
  say(`Rules: ${Object.keys(rules).length} of ${file}, ${origin}.`);
  if (unknown.length > 0) {
    say(
      `Passed over, because this version has no such switch: ${unknown.join(", ")}. A newer tti-sandbox may have it.`,
    );
  }
  return rules;
}
