// What several pages draw of a request: how it ended, as a class and a badge, and why it was refused.
import type { RequestRecord } from "../operation/request_log.ts";
import { describeSwitch } from "../rules/render_rules.ts";
import { type Html, html } from "./html.ts";
import { asSentence } from "./wording.ts";

const tones = { ok: "ok", warned: "warn", refused: "bad" } as const;

/** How a request ended. */
export type Outcome = keyof typeof tones;

/** @returns `ok`, `warned` (answered, but a check failed) or `refused` */
export function resultClass(record: RequestRecord): Outcome {
  if (record.errorCode !== null || record.status === 0 || record.status >= 400) return "refused";
  return record.checks.some((check) => !check.passed) ? "warned" : "ok";
}

/** @returns a short badge with status and error code */
export function renderBadge(record: RequestRecord): Html {
  const text = record.status === 0 ? "connection cut" : (record.errorCode ?? "OK");
  return html`<span class="badge ${tones[resultClass(record)]}">${record.status || "–"} ${text}</span>`;
}

/** @returns why a request was refused and what to change */
export function renderReason(record: RequestRecord): Html {
  return html`<div class="reason">
<p><b>Why</b> ${asSentence(record.reason ?? "")}</p>
${record.fix !== null && html`<p><b>Fix</b> ${record.fix}</p>`}
${record.switch !== null && html`<p><b>Switch</b> ${describeSwitch(record.switch)}</p>`}
</div>`;
}

/**
 * What was called, breaking between its words where the screen is narrow, not within one: the operation, or method and path
 * where the request names none.
 */
export function renderCallName({ operation, method, path }: RequestRecord): Html {
  const words = (operation ?? `${method} ${path}`).split(/(?<=[a-z\d])(?=[A-Z])|(?<=\/)/);
  return html`${words.map((word, at) => html`${at > 0 && html`<wbr>`}${word}`)}`;
}
