// Answers a browser at the sandbox's port: the last requests, one request, the contents, the controls, style and script.
// Reads only. A request that carries a signature is AWS's business, not the page's.

import type { InboundRequest, OutboundResponse } from "../gateway/http/listener.ts";
import { isOwnHost } from "../gateway/http/local_host.ts";
import type { MovableClock } from "../ground/clock.ts";
import type { RequestLog } from "../operation/request_log.ts";
import type { SearchEngine } from "../search/search_engine.ts";
import type { World } from "../state/index.ts";
import { renderContents } from "./contents.ts";
import { renderMessagePage, renderPage } from "./layout.ts";
import { SCRIPT, SCRIPT_VERSION } from "./page_script.ts";
import { renderRequestDetail } from "./request_detail.ts";
import { isFiltered, matches, readFilter } from "./request_filter.ts";
import { renderRequestList } from "./request_list.ts";
import { STYLESHEET, STYLESHEET_VERSION } from "./stylesheet.ts";
import { renderTicket } from "./ticket.ts";
import { countOf, describeClockOffset } from "./wording.ts";

/** Requests on the first page. */
const LIST_LENGTH = 100;

/** What the page shows. */
export type PageSources = {
  log: RequestLog;
  world: World;
  search: SearchEngine;
  clock: MovableClock;
  /** Where clients find the sandbox, e.g. `http://localhost:4566`. */
  endpoint: string;
};

/**
 * @returns the answer, or undefined when the request is not the page's: not GET or HEAD, signed, a query API's, or another path
 */
export function handlePage(request: InboundRequest, sources: PageSources): OutboundResponse | undefined {
  if (request.method !== "GET" && request.method !== "HEAD") return undefined;
  if (request.headers["authorization"] !== undefined) return undefined;
  // A call of a query API without a signature, as AWS's pages show AssumeRoleWithWebIdentity.
  if (new URLSearchParams(request.rawQuery).has("Action")) return undefined;
  const render = findPage(request, sources);
  if (render === undefined || isOwnHost(request, sources.endpoint)) return render?.();
  return renderMessagePage(
    421,
    "Not this host",
    "The sandbox shows its pages only under localhost, an IP address or its own name.",
  );
}

function findPage(request: InboundRequest, sources: PageSources): (() => OutboundResponse) | undefined {
  const { rawPath: path, rawQuery } = request;
  if (path === "/page.css") return () => asset(request, "text/css", STYLESHEET, STYLESHEET_VERSION);
  if (path === "/page.js") return () => asset(request, "text/javascript", SCRIPT, SCRIPT_VERSION);
  if (path === "/") return () => listPage(new URLSearchParams(rawQuery), sources);
  if (path === "/contents") return () => contentsPage(sources);
  const id = /^\/requests\/id\/([0-9a-f-]{36})$/.exec(path)?.[1];
  if (id !== undefined) return () => findById(id, sources);
  const [, sequence, isText] = /^\/requests\/(\d{1,9})(\.txt)?$/.exec(path) ?? [];
  if (sequence === undefined) return undefined;
  return () => (isText === undefined ? detailPage : ticketText)(Number(sequence), sources);
}

function asset(
  { rawQuery, headers: { "if-none-match": known } }: InboundRequest,
  type: string,
  content: string,
  version: string,
): OutboundResponse {
  const etag = `"${version}"`;
  const fresh = known === etag;
  return {
    status: fresh ? 304 : 200,
    headers: {
      "content-type": `${type}; charset=utf-8`,
      // Under the address of its very content it never changes.
      "cache-control": rawQuery === version ? "max-age=31536000, immutable" : "no-cache",
      "x-content-type-options": "nosniff",
      etag,
    },
    body: fresh ? "" : content,
  };
}

function contentsPage({ world, search }: PageSources): OutboundResponse {
  return renderPage({ title: "Contents", section: "contents", body: renderContents(world, search) });
}

function listPage(query: URLSearchParams, { log, clock, endpoint }: PageSources): OutboundResponse {
  const all = log.list().reverse();
  const filter = readFilter(query);
  const found = all.filter((record) => matches(record, filter));
  const offset = describeClockOffset(clock.offsetMs());
  const now = `${clock.now().toISOString().slice(0, 19).replace("T", " ")} UTC`;
  return renderPage({
    title: isFiltered(filter) ? `${countOf(found.length, "request")} found` : "Requests",
    section: "requests",
    script: true,
    formAction: "'self'",
    body: renderRequestList({
      records: found.slice(0, LIST_LENGTH),
      found: found.length,
      all,
      filter,
      endpoint,
      clockText: offset === undefined ? now : `${now} (the sandbox's clock is ${offset})`,
    }),
  });
}

function detailPage(sequence: number, { log }: PageSources): OutboundResponse {
  const records = log.list();
  const record = records.find((each) => each.sequence === sequence);
  if (record === undefined) return forgotten(`Request ${sequence}`);
  return renderPage({
    title: `${record.operation ?? record.path} (${record.sequence})`,
    section: "requests",
    script: true,
    body: renderRequestDetail(record, records),
  });
}

function ticketText(sequence: number, { log }: PageSources): OutboundResponse {
  const record = log.list().find((each) => each.sequence === sequence);
  return {
    status: record === undefined ? 404 : 200,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
    body:
      record === undefined
        ? `Request ${sequence} did not happen, or so many came after it that it was forgotten.\n`
        : renderTicket(record),
  };
}

/** For whoever knows only what the answer said: the id in it leads to the page. */
function findById(requestId: string, { log }: PageSources): OutboundResponse {
  const record = log.list().find((each) => each.requestId === requestId);
  if (record === undefined) return forgotten(`The request ${requestId}`);
  return {
    status: 303,
    headers: { location: `/requests/${record.sequence}`, "cache-control": "no-store" },
    body: "",
  };
}

function forgotten(what: string): OutboundResponse {
  return renderMessagePage(
    404,
    "No such request",
    `${what} did not happen, or so many came after it that it was forgotten.`,
  );
}
