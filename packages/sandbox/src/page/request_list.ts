// The page at `/`: the last requests, newest first, each refusal with its reason and fix at once.

import type { RequestRecord } from "../operation/request_log.ts";
import { describeSwitch } from "../rules/render_rules.ts";
import { type Html, html } from "./html.ts";
import { asSentence, countOf, describeCaller, describeDuration, timeOfDay } from "./wording.ts";

/** What the list shows. */
export type RequestListModel = {
  /** Newest first. */
  records: readonly RequestRecord[];
  total: number;
  refused: number;
  onlyRefused: boolean;
  /** Whether the page reloads itself. */
  live: boolean;
  /** Where clients find the sandbox. */
  endpoint: string;
  clockText: string;
};

/** @returns the body of the page */
export function renderRequestList(model: RequestListModel): Html {
  return html`<div class="title">
<h1>Requests</h1>
<p class="muted">${model.clockText}</p>
</div>
<div class="tools">
${toggle(!model.onlyRefused, link({ refused: false, live: model.live }), "All", model.total)}
${toggle(model.onlyRefused, link({ refused: true, live: model.live }), "Refused", model.refused)}
<a class="btn slim live${model.live && " on"}" href="${link({ refused: model.onlyRefused, live: !model.live })}">${
    model.live ? "Live: pause" : "Paused: go live"
  }</a>
</div>
${model.records.length === 0 ? renderEmpty(model) : html`<ol class="requests" reversed>${model.records.map(renderItem)}</ol>`}`;
}

function link({ refused, live }: { refused: boolean; live: boolean }): string {
  const query = [refused ? "show=refused" : "", live ? "live=on" : ""].filter((part) => part !== "");
  return query.length === 0 ? "/" : `/?${query.join("&")}`;
}

function toggle(current: boolean, href: string, label: string, count: number): Html {
  return html`<a class="btn slim toggle" href="${href}"${current && html` aria-current="true"`}>${label} <b>${count}</b></a>`;
}

function renderItem(record: RequestRecord): Html {
  const caller = describeCaller(record.caller, record.accessKeyId);
  const failed = record.checks.filter((check) => !check.passed).length;
  return html`<li class="request ${resultClass(record)}">
<a class="row" href="/requests/${record.sequence}">
<span class="number">${record.sequence}</span>
<time datetime="${record.at}">${timeOfDay(record.at)}</time>
<span class="operation"><b>${record.operation ?? `${record.method} ${record.path}`}</b> <small>${[record.service, record.region].filter(Boolean).join(" · ")}</small></span>
<span class="caller"><b>${caller.name}</b> <small>${caller.detail}</small></span>
<span class="result">${renderBadge(record)} <small>${checkCounts(record.checks.length - failed, failed)}</small></span>
<span class="duration">${describeDuration(record.durationMs)}</span>
</a>
${record.reason !== null && renderReason(record)}
</li>`;
}

function checkCounts(passed: number, failed: number): string {
  if (passed + failed === 0) return "no checks";
  return failed === 0 ? countOf(passed, "check") : `${passed} passed, ${failed} failed`;
}

/** @returns a short badge with status and error code */
export function renderBadge(record: RequestRecord): Html {
  const text = record.status === 0 ? "connection cut" : (record.errorCode ?? "OK");
  return html`<span class="badge ${tones[resultClass(record)]}">${record.status || "–"} ${text}</span>`;
}

const tones = { ok: "ok", warned: "warn", refused: "bad" } as const;

/** @returns `ok`, `warned` (answered, but a check failed) or `refused` */
export function resultClass(record: RequestRecord): keyof typeof tones {
  if (record.errorCode !== null || record.status === 0 || record.status >= 400) return "refused";
  return record.checks.some((check) => !check.passed) ? "warned" : "ok";
}

/** @returns why a request was refused and what to change */
export function renderReason(record: RequestRecord): Html {
  return html`<div class="reason">
<p><b>Why</b> ${asSentence(record.reason ?? "")}</p>
${record.fix !== null && html`<p><b>Fix</b> ${record.fix}</p>`}
${record.switch !== null && html`<p><b>Switch</b> ${describeSwitch(record.switch)}</p>`}
</div>`;
}

function renderEmpty(model: RequestListModel): Html {
  if (model.onlyRefused && model.total > 0) return html`<p class="empty">Nothing was refused so far.</p>`;
  return html`<div class="empty">
<p>No request yet. Point any AWS SDK or the AWS CLI here; no other change is needed:</p>
<pre>export AWS_ENDPOINT_URL=${model.endpoint}
aws sts get-caller-identity</pre>
<p>Users, applications and access keys are listed under <a href="/contents">Contents</a>.</p>
</div>`;
}
