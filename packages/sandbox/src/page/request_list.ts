// The page at `/`: the last requests, newest first, each refusal with its reason and fix at once, and the filter.
import type { RequestRecord } from "../operation/request_log.ts";
import { type Html, html } from "./html.ts";
import { choicesOf, isFiltered, listAddress, type RequestFilter } from "./request_filter.ts";
import { renderBadge, renderReason, resultClass } from "./request_parts.ts";
import { countOf, describeCaller, describeDuration, timeOfDay } from "./wording.ts";

/** What the list shows. */
export type RequestListModel = {
  /** Those of the filter, newest first. */
  records: readonly RequestRecord[];
  /** How many there are of the filter, shown or not. */
  found: number;
  /** All that are remembered. */
  all: readonly RequestRecord[];
  filter: RequestFilter;
  /** Where clients find the sandbox. */
  endpoint: string;
  clockText: string;
};

/** @returns the body of the page */
export function renderRequestList(model: RequestListModel): Html {
  const { records, all, filter } = model;
  const refused = all.filter((record) => resultClass(record) === "refused").length;
  const toggle = (outcome: RequestFilter["outcome"], label: string, count: number) =>
    html`<a class="btn slim toggle" href="${listAddress({ ...filter, outcome })}"${filter.outcome === outcome && html` aria-current="true"`}>${label} <b data-live-part="${label}">${count}</b></a>`;
  return html`<div class="title">
<h1>Requests</h1>
<p class="muted" data-live-part="clock">${model.clockText}</p>
</div>
<div class="tools">
${toggle("", "All", all.length)}
${toggle("refused", "Refused", refused)}
<p class="livebar"><span role="status" data-live-status></span>
<a class="btn slim" data-live-reload href="${listAddress(filter)}">Reload</a>
<button class="btn slim live" type="button" data-live-toggle hidden>Pause</button></p>
</div>
${renderFilter(model)}
<div data-live-part="list">
${records.length === 0 ? renderEmpty(model) : html`<ol class="requests" data-live-list>${records.map(renderItem)}</ol>`}
</div>`;
}

function renderFilter({ all, filter, found, records }: RequestListModel): Html {
  const { users, tenants, services } = choicesOf(all);
  const option = (value: string, label: string, present: string) =>
    html`<option value="${value}"${value === present && html` selected`}>${label}</option>`;
  return html`<form class="filter" method="get" action="/" role="search" aria-label="Filter requests">
<div class="field"><label for="user">Person</label><input id="user" name="user" list="users" value="${filter.user}" maxlength="256" autocomplete="off"></div>
<datalist id="users">${users.map((name) => html`<option value="${name}">`)}</datalist>
<div class="field"><label for="tenant">Tenant</label><input id="tenant" name="tenant" list="tenants" value="${filter.tenant}" maxlength="256" autocomplete="off"></div>
<datalist id="tenants">${tenants.map((name) => html`<option value="${name}">`)}</datalist>
<div class="field"><label for="service">Service</label><select id="service" name="service">${option("", "Any", filter.service)}${withPresent(services, filter.service).map((name) => option(name, name, filter.service))}</select></div>
<div class="field"><label for="outcome">Outcome</label><select id="outcome" name="outcome">${(
    [
      ["", "Any"],
      ["ok", "Answered"],
      ["warned", "Answered, with a warning"],
      ["refused", "Refused"],
    ] as const
  ).map(([value, label]) => option(value, label, filter.outcome))}</select></div>
<div class="actions"><button class="btn" type="submit">Filter</button>${isFiltered(filter) && html`<a class="btn quiet" href="/">Clear</a>`}</div>
</form>
${isFiltered(filter) && html`<p class="muted found" data-live-part="found">${countOf(found, "request")} of ${all.length}${found > records.length && `, the last ${records.length} shown`}</p>`}`;
}

/** A service nobody called yet may be asked for by an address. */
function withPresent(services: readonly string[], present: string): readonly string[] {
  return present === "" || services.includes(present) ? services : [...services, present];
}

function renderItem(record: RequestRecord): Html {
  const caller = describeCaller(record.caller, record.accessKeyId);
  const failed = record.checks.filter((check) => !check.passed).length;
  const { person, tenant } = record.links ?? {};
  const about = [person?.name, tenant && `tenant ${tenant}`].filter((part) => typeof part === "string");
  return html`<li class="request ${resultClass(record)}" data-sequence="${record.sequence}">
<a class="row" href="/requests/${record.sequence}">
<span class="number">${record.sequence}</span>
<time datetime="${record.at}">${timeOfDay(record.at)}</time>
<span class="operation"><b>${record.operation ?? `${record.method} ${record.path}`}</b> <small>${[record.service, record.region, record.operation === null && record.service !== null && "the request names no operation"].filter(Boolean).join(" · ")}</small></span>
<span class="caller"><b>${caller.name}</b> <small>${[caller.detail, ...about].join(" · ")}</small></span>
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

function renderEmpty({ all, filter, endpoint }: RequestListModel): Html {
  if (all.length > 0) {
    const isOnlyRefused =
      isFiltered(filter) && listAddress({ ...filter, outcome: "" }) === "/" && filter.outcome === "refused";
    return isOnlyRefused
      ? html`<p class="empty">Nothing was refused so far.</p>`
      : html`<p class="empty"><span>No request matches. <a href="/">Clear the filter</a></span></p>`;
  }
  return html`<div class="empty">
<p>No request yet. Point any AWS SDK or the AWS CLI here; no other change is needed:</p>
<pre>export AWS_ENDPOINT_URL=${endpoint}
aws sts get-caller-identity</pre>
<p>Users, applications and access keys are listed under <a href="/contents">Contents</a>.</p>
</div>`;
}
