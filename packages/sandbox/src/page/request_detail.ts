// The page of one request: every check with its outcome, what went in and what came out.

import type { CheckRecord } from "../operation/operation.ts";
import type { RequestRecord } from "../operation/request_log.ts";
import { findChain } from "./exchange_chain.ts";
import { renderExchange } from "./exchange_picture.ts";
import { type Html, html } from "./html.ts";
import { renderBadge, renderCallName, renderReason, resultClass } from "./request_parts.ts";
import { awsPageOf, renderTicket } from "./ticket.ts";
import { countOf, describeCaller, describeDuration } from "./wording.ts";

/**
 * @param records all that are remembered, oldest first, this one among them
 * @returns the body of the page
 */
export function renderRequestDetail(record: RequestRecord, records: readonly RequestRecord[]): Html {
  const position = records.indexOf(record);
  const neighbours = { older: records[position - 1]?.sequence, newer: records[position + 1]?.sequence };
  const chain = findChain(record, records);
  const awsPage = awsPageOf(record);
  const person = record.links?.person;
  const caller = describeCaller(record.caller, record.accessKeyId);
  const failed = record.checks.filter((check) => !check.passed).length;
  return html`<p class="trail"><a href="/">Requests</a>
${neighbours.older !== undefined && html`<a href="/requests/${neighbours.older}" rel="prev">← ${neighbours.older}</a>`}
${neighbours.newer !== undefined && html`<a href="/requests/${neighbours.newer}" rel="next">${neighbours.newer} →</a>`}</p>
<div class="title">
<h1><span class="number">${record.sequence}</span> ${renderCallName(record)}</h1>
${renderBadge(record)}
</div>
${record.reason !== null && html`<section class="verdict ${resultClass(record)}">${renderReason(record)}</section>`}
${chain !== undefined && renderExchange(chain, record)}
<section>
<h2>Checks <small>${failed === 0 ? countOf(record.checks.length, "check") : `${failed} of ${record.checks.length} failed`}</small></h2>
${record.checks.length === 0 ? html`<p class="muted">The request was answered before any check.</p>` : html`<ol class="checks">${record.checks.map(renderCheck)}</ol>`}
</section>
<section>
<h2>Request</h2>
<dl class="kv">
${fact("Caller", html`${record.caller ?? "not known"} <small>${record.accessKeyId ?? caller.detail}</small>`)}
${record.onBehalfOf !== null && fact("On behalf of", html`${record.onBehalfOf.userName ?? record.onBehalfOf.userId} <small>${record.onBehalfOf.applicationName ?? record.onBehalfOf.applicationArn}</small>`)}
${record.onBehalfOf === null && person != null && fact("Person", html`${person.name} <small>${person.isVerified ? (person.email ?? "") : "as the token says, which nobody verified"}</small>`)}
${record.links?.tenant != null && fact("Tenant", record.links.tenant)}
${fact("Service", [record.service, record.region].filter(Boolean).join(" in ") || "not known")}
${fact("HTTP", `${record.method} ${record.path} (HTTP/${record.httpVersion})`)}
${fact("Time", `${record.at}, took ${describeDuration(record.durationMs)}`)}
${fact("Request id", record.requestId)}
${record.rule !== null && fact("Rule that refused", record.rule)}
${record.injectedFault !== null && fact("Injected fault", record.injectedFault)}
${awsPage !== undefined && fact("AWS’s page", html`<a href="${awsPage}" rel="noreferrer">${awsPage}</a>`)}
</dl>
</section>
<section aria-labelledby="ticket-title">
<h2 id="ticket-title">For a ticket</h2>
<p class="muted">Everything somebody else needs, without tokens and keys. One click selects all; <a href="/requests/${record.sequence}.txt">as plain text</a>.</p>
<pre class="ticket" id="ticket" tabindex="0" aria-labelledby="ticket-title">${renderTicket(record)}</pre>
<p class="copy" hidden><button class="btn slim" type="button" data-copy="ticket">Copy</button> <span role="status"></span></p>
</section>
<div class="columns">
<section><h2>In</h2>${json(record.input)}</section>
<section><h2>Out</h2>${record.errorCode === null ? json(record.output) : json(errorAnswer(record))}</section>
</div>`;
}

function renderCheck(check: CheckRecord): Html {
  return html`<li class="check ${check.passed ? "ok" : "refused"}">
<span class="sign" title="${check.passed ? "passed" : "failed"}">${check.passed ? "✓" : "✗"}</span>
<div><b>${check.name}</b><p>${check.why}</p>${
    !check.passed && check.fix !== undefined && html`<p class="fix"><b>Fix</b> ${check.fix}</p>`
  }</div>
</li>`;
}

function fact(name: string, value: Html | string): Html {
  return html`<dt>${name}</dt><dd>${value}</dd>`;
}

/** Secrets were shortened when the record was made. */
function json(value: unknown): Html {
  return value === null || value === undefined
    ? html`<p class="muted">Nothing.</p>`
    : html`<pre>${JSON.stringify(value, null, 2)}</pre>`;
}

function errorAnswer(record: RequestRecord): unknown {
  return { code: record.errorCode, message: record.errorMessage || undefined };
}
