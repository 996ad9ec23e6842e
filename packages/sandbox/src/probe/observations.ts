// A run as the file that sandboxes obey: what was seen, with its evidence, and without anything that names the account or
// could be used again.
import { OBSERVED_FORMAT, type Observed } from "../rules/observed.ts";
import type { ProbeReport, ProbeResult } from "./run_probes.ts";

const LONGEST = 300;

/** @returns the file's content */
export function toObserved(
  report: ProbeReport,
  when: { at: Date; region: string; account: string },
): Observed {
  const of = (outcome: ProbeResult["outcome"]) =>
    report.results.filter((result) => result.outcome === outcome);
  return {
    format: OBSERVED_FORMAT,
    observedAt: when.at.toISOString(),
    region: when.region,
    account: maskIdentifiers(when.account),
    tool: "tti-sandbox probe",
    rules: Object.fromEntries(
      of("observed").flatMap((result) =>
        result.outcome === "observed"
          ? [[result.name, { value: result.value, evidence: result.evidence.slice(-50).map(masked) }]]
          : [],
      ),
    ),
    undecided: Object.fromEntries(
      report.results.flatMap((result) =>
        result.outcome === "observed"
          ? []
          : [[result.name, maskIdentifiers(`${result.outcome}: ${result.why}`)]],
      ),
    ),
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
export function maskIdentifiers(text: string): string {
  return text
    .replace(/eyJ[\w-]+(?:\.[\w-]*)*/g, "[token]")
    .replace(/\b(?:AQoJ|IQoJ|FwoG|aoa|aor)[\w+/=-]{16,}/g, "[secret]")
    .replace(/\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}/g, "[key]")
    .replace(/\b((?:ssoins|ins|apl|tti)-)[0-9a-f-]{8,}/g, "$1…")
    .replace(/\bd-[0-9a-f]{10}\b/g, "d-…")
    .replace(/\b\d{12}\b/g, "************")
    .slice(0, LONGEST);
}
