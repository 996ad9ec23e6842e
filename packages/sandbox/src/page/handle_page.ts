// Answers a browser at the sandbox's port: the last requests, one request, the contents, the stylesheet.
// Reads only. A request that carries a signature is AWS's business, not the page's.

import type { InboundRequest, OutboundResponse } from "../gateway/http/listener.ts";
import { isOwnHost } from "../gateway/http/local_host.ts";
import type { MovableClock } from "../ground/clock.ts";
import type { RequestLog } from "../operation/request_log.ts";
import type { SearchEngine } from "../search/search_engine.ts";
import type { World } from "../state/index.ts";
import { renderContents } from "./contents.ts";
import { renderMessagePage, renderPage } from "./layout.ts";
import { renderRequestDetail } from "./request_detail.ts";
import { renderRequestList, resultClass } from "./request_list.ts";
import { STYLESHEET, STYLESHEET_VERSION } from "./stylesheet.ts";
import { describeClockOffset } from "./wording.ts";

/** Requests on the first page. */
const LIST_LENGTH = 100;
const REFRESH_SECONDS = 5;

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
  if (path === "/page.css") return () => stylesheet(request);
  if (path === "/") return () => listPage(new URLSearchParams(rawQuery), sources);
  if (path === "/contents") return () => contentsPage(sources);
  const sequence = /^\/requests\/(\d{1,9})$/.exec(path)?.[1];
  return sequence === undefined ? undefined : () => detailPage(Number(sequence), sources);
}

function stylesheet({ rawQuery, headers: { "if-none-match": known } }: InboundRequest): OutboundResponse {
  const etag = `"${STYLESHEET_VERSION}"`;
  const fresh = known === etag;
  return {
    status: fresh ? 304 : 200,
    headers: {
      "content-type": "text/css; charset=utf-8",
      // Under the address of its very content it never changes.
      "cache-control": rawQuery === STYLESHEET_VERSION ? "max-age=31536000, immutable" : "no-cache",
      "x-content-type-options": "nosniff",
      etag,
    },
    body: fresh ? "" : STYLESHEET,
  };
}

function contentsPage({ world, search }: PageSources): OutboundResponse {
  return renderPage({ title: "Contents", section: "contents", body: renderContents(world, search) });
}

function listPage(query: URLSearchParams, { log, clock, endpoint }: PageSources): OutboundResponse {
  const all = log.list().reverse();
  const refused = all.filter((record) => resultClass(record) === "refused");
  const onlyRefused = query.get("show") === "refused";
  const live = query.get("live") === "on";
  const offset = describeClockOffset(clock.offsetMs());
  const now = `${clock.now().toISOString().slice(0, 19).replace("T", " ")} UTC`;
  return renderPage({
    title: "Requests",
    section: "requests",
    ...(live ? { refreshSeconds: REFRESH_SECONDS } : {}),
    body: renderRequestList({
      records: (onlyRefused ? refused : all).slice(0, LIST_LENGTH),
      total: all.length,
      refused: refused.length,
      onlyRefused,
      live,
      endpoint,
      clockText: offset === undefined ? now : `${now} (the sandbox's clock is ${offset})`,
    }),
  });
}

function detailPage(sequence: number, { log }: PageSources): OutboundResponse {
  const records = log.list();
  const position = records.findIndex((record) => record.sequence === sequence);
  const record = records[position];
  if (record === undefined) {
    return renderMessagePage(
      404,
      "No such request",
      `Request ${sequence} did not happen, or so many came after it that it was forgotten.`,
    );
  }
  return renderPage({
    title: `${record.operation ?? record.path} (${record.sequence})`,
    body: renderRequestDetail(record, {
      older: records[position - 1]?.sequence,
      newer: records[position + 1]?.sequence,
    }),
  });
}
