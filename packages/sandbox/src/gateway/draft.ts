// A request's record while it is being answered: opened empty, filled by each step that learns something of it.
import type { AwsError } from "../ground/errors.ts";
import { findOnBehalfOf, tenantOf } from "../operation/on_behalf_of.ts";
import type { Caller, OperationData, SharedContext } from "../operation/operation.ts";
import type { NewRequestRecord } from "../operation/request_log.ts";
import type { InboundRequest, OutboundResponse } from "./http/listener.ts";

/** All of a record but how long it took, which is known at the end; and what of the call no log keeps as it was. */
export type Draft = Omit<NewRequestRecord, "durationMs"> & {
  signer: Caller | null;
  /** The input as it was read, with its secrets. */
  given: OperationData;
};

/** What a request came to. */
export type Outcome = { response: OutboundResponse; output?: OperationData; error?: AwsError };

/** @returns the record of a request of which nothing is known but its first line */
export function openDraft(request: InboundRequest, shared: SharedContext): Draft {
  return {
    requestId: shared.ids.uuid(),
    at: shared.clock().toISOString(),
    method: request.method,
    path: request.rawPath,
    httpVersion: request.httpVersion,
    service: null,
    operation: null,
    region: null,
    accessKeyId: null,
    caller: null,
    onBehalfOf: null,
    tenant: null,
    links: null,
    input: null,
    output: null,
    status: 0,
    errorCode: null,
    errorMessage: null,
    reason: null,
    rule: null,
    switch: null,
    fix: null,
    checks: [],
    injectedFault: null,
    signer: null,
    given: {},
  };
}

/** Writes down who signed, and for whom. */
export function noteCaller(draft: Draft, caller: Caller, { world }: SharedContext): void {
  draft.signer = caller;
  draft.caller = caller.arn;
  draft.onBehalfOf = findOnBehalfOf(world, caller);
  draft.tenant = tenantOf(caller);
}

/** Where a request came from, as IPv4 where it is one. */
export function sourceIpOf(request: InboundRequest): string {
  return request.remoteAddress.replace(/^::ffff:/, "");
}
