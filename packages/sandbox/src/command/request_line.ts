// One request as lines for a terminal: what was asked, and when it was refused, why and how to fix it. Pure.

import { plainText } from "../ground/plain_text.ts";
import type { RequestRecord } from "../operation/request_log.ts";
import { describeSwitch } from "../rules/render_rules.ts";

/**
 * @returns one line for an answered request, further indented lines for a refusal and for warnings
 */
export function formatRequest(record: RequestRecord): string {
  return (
    linesOf(record)
      // Callers choose parts of a line; they must not end it, nor reach the terminal as its commands.
      .map((line) => plainText(line.replace(/[\t\n\r]+/g, " ")))
      .join("\n")
  );
}

function linesOf(record: RequestRecord): string[] {
  const what = `${record.service ?? "?"} ${record.operation ?? record.path}`;
  const who = record.caller === null ? "" : ` by ${record.caller}`;
  const person =
    record.onBehalfOf === null ? "" : ` for ${record.onBehalfOf.userName ?? record.onBehalfOf.userId}`;
  const fault = record.injectedFault === null ? "" : ` [injected: ${record.injectedFault}]`;
  const head = `${record.status} ${what} (${record.region ?? "no region"}, ${record.durationMs} ms)${who}${person}${fault}`;
  if (record.errorCode !== null) {
    return [
      `${head}: ${record.errorCode}`,
      `    why:  ${record.reason ?? record.errorMessage ?? "unknown"}`,
      ...(record.rule === null ? [] : [`    rule: ${record.rule}`]),
      ...(record.fix === null ? [] : [`    fix:  ${record.fix}`]),
      ...(record.switch === null ? [] : [`    switch: ${describeSwitch(record.switch)}`]),
    ];
  }
  const warnings = record.checks
    .filter((check) => !check.passed)
    .map(
      (check) => `    warning: ${check.name}: ${check.why}${check.fix === undefined ? "" : ` ${check.fix}`}`,
    );
  return [head, ...warnings];
}
