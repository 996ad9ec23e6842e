// What `tti-sandbox probe` prints: the list of probes, the plan of a run, and what came of it.
import { NEEDS, type Probe } from "../probe/bench/probe.ts";
import { PROBES, UNPROBED } from "../probe/probe_table.ts";
import type { ProbeReport } from "../probe/run_probes.ts";

/** @returns every switch, as a document and as text */
export function describeProbes(): { document: unknown; text: string } {
  const probes = PROBES.map(({ answers, asks, makes = null, needs = [] }) => ({
    switch: answers,
    asks,
    makes,
    needs: needs.map((need) => NEEDS[need]),
  }));
  const unprobed = Object.entries(UNPROBED).map(([name, why]) => ({ switch: name, why }));
  const text = [
    ...probes.map((each) =>
      [
        each.switch,
        `  ${each.asks}`,
        ...(each.makes === null ? [] : [`  makes: ${each.makes}`]),
        ...each.needs.map((need) => `  ${need}`),
      ].join("\n"),
    ),
    "Without a probe:",
    ...unprobed.map((each) => `  ${each.switch}: ${each.why}`),
  ].join("\n");
  return { document: { probes, unprobed }, text };
}

/** @returns what a run will make and ask, and what it leaves out */
export function describePlan(
  probes: readonly Probe[],
  lackOf: (probe: Probe) => string | undefined,
  { account, region }: { account: string; region: string },
): string {
  const asked = probes.filter((probe) => lackOf(probe) === undefined);
  const left = probes.filter((probe) => lackOf(probe) !== undefined);
  return [
    `In account ${account}, ${region}, it makes, and removes again:`,
    "  for the run: a user, a trusted token issuer and a customer managed application, named tti-probe-…",
    ...asked.map(
      (probe) =>
        `  ${probe.answers}: ${probe.asks}${probe.makes === undefined ? "" : `; makes ${probe.makes}`}`,
    ),
    ...(left.length === 0 ? [] : ["Left out:"]),
    ...left.map((probe) => `  ${probe.answers}: ${lackOf(probe)}`),
  ].join("\n");
}

/**
 * @param file where it was written; undefined when nothing was seen
 * @param chosen how many probes the run was to ask; one that ended early asked fewer
 * @returns what was seen, what was not, and what could not be removed
 */
export function describeReport(
  { results, left }: ProbeReport,
  file: string | undefined,
  { chosen }: { chosen: number },
): string {
  const observed = results.filter(({ outcome }) => outcome === "observed").length;
  const unasked = chosen - results.length;
  return [
    `${observed} of ${chosen} switches observed${unasked > 0 ? `; ${unasked} not asked` : ""}.`,
    ...(file === undefined ? [] : [`Wrote ${file}. Use it: tti-sandbox --rules ${file}`]),
    ...(left.length === 0 ? [] : ["COULD NOT BE REMOVED; remove it by hand:"]),
    ...left.map(({ what, id, why }) => `  ${what} ${id}: ${why}`),
  ].join("\n");
}
