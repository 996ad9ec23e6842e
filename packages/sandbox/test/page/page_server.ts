// A sandbox port that serves only the pages, with a request log and world a test fills.

import { listen } from "../../src/gateway/http/listener.ts";
import { movableClock } from "../../src/ground/clock.ts";
import { createRequestLog, type NewRequestRecord, type RequestLog } from "../../src/operation/request_log.ts";
import { handlePage } from "../../src/page/handle_page.ts";
import { createSearchEngine } from "../../src/search/search_engine.ts";
import { createWorld } from "../../src/state/index.ts";

/** A request that was answered; tests change what they are about. */
export function requestRecord(changes: Partial<NewRequestRecord> = {}): NewRequestRecord {
  return {
    requestId: "c6104cbe-1111-4222-8333-123456789abc",
    at: "2026-11-23T12:00:05.120Z",
    method: "POST",
    path: "/",
    httpVersion: "1.1",
    service: "sts",
    operation: "AssumeRole",
    region: "us-east-1",
    accessKeyId: "ASIAEXAMPLE000000001",
    caller: "arn:aws:sts::111122223333:assumed-role/isv/ada",
    onBehalfOf: null,
    tenant: null,
    links: null,
    input: { RoleArn: "arn:aws:iam::111122223333:role/isv" },
    output: { PackedPolicySize: 2 },
    status: 200,
    errorCode: null,
    errorMessage: null,
    reason: null,
    rule: null,
    switch: null,
    fix: null,
    checks: [{ name: "signature", passed: true, why: "signed by ASIAEXAMPLE000000001" }],
    injectedFault: null,
    durationMs: 3.4,
    ...changes,
  };
}

/** Starts the pages on a free port; close with `close`. */
export async function startPages(log: RequestLog = createRequestLog()) {
  const world = createWorld();
  const clock = movableClock(() => new Date("2026-11-23T12:00:00Z"));
  const search = createSearchEngine({ secret: "secret", clock: clock.now });
  const endpoint = "http://sandbox.example:4566";
  const listener = await listen(0, "127.0.0.1", async (request) => {
    const none = { status: 404, headers: {}, body: "not the page's" };
    return handlePage(request, { log, world, search, clock, endpoint }) ?? none;
  });
  const url = `http://127.0.0.1:${listener.port}`;
  return { log, world, clock, search, url, close: () => listener.close() };
}
