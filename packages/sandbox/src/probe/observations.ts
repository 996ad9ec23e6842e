// A run as the file that sandboxes obey: what was seen, with its evidence, and without anything that names the account or
// could be used again.
import { OBSERVED_FORMAT, type Observed } from "../rules/observed.ts";
import type { ProbeReport, ProbeResult } from "./run_probes.ts";

const LONGEST = 300;

/**
 * @param earlier what a run of before has seen: it stays where this one has seen nothing
 * @returns the file's content
 */
export function toObserved(
  report: ProbeReport,
  when: { at: Date; region: string; account: string },
  earlier?: Observed,
): Observed {
  const observedAt = when.at.toISOString();
  const rules: Observed["rules"] = { ...earlier?.rules };
  const undecided: Record<string, string> = { ...earlier?.undecided };
  for (const result of report.results) {
    if (result.outcome === "observed") {
      rules[result.name] = {
        value: result.value,
        observedAt,
        evidence: result.evidence.slice(-50).map(masked),
      };
    } else {
      undecided[result.name] = maskIdentifiers(`${result.outcome}: ${result.why}`);
    }
  }
  for (const name of Object.keys(rules)) delete undecided[name];
  return {
    format: OBSERVED_FORMAT,
    observedAt,
    region: when.region,
    account: maskIdentifiers(when.account),
    tool: "tti-sandbox probe",
    rules,
    undecided,
  };
}

function masked({ asked, status, code, message, requestId }: ProbeResult["evidence"][number]) {
  return {
    asked: maskIdentifiers(asked),
    status,
    code,
    message: message === null ? null : maskIdentifiers(message),
    requestId,
  };
}

/** @returns the text without tokens, keys, contexts and account ids, and not too long */
function maskIdentifiers(text: string): string {
  return text
    .replace(/eyJ[\w-]+(?:\.[\w-]*)*/g, "[token]")
    .replace(/\b(?:AQoJ|IQoJ|FwoG|aoa|aor)[\w+/=-]{16,}/g, "[secret]")
    .replace(/\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}/g, "[key]")
    .replace(/\b((?:ssoins|ins|apl|tti)-)[0-9a-f-]{8,}/g, "$1…")
    .replace(/\bd-[0-9a-f]{10}\b/g, "d-…")
    .replace(/\b\d{12}\b/g, "************")
    .slice(0, LONGEST);
}
