// Hands a finished request to CloudTrail's event history, when it is known who called and what.

import { findServiceName } from "../models/index.ts";
import { eventSourceOf } from "../operation/authorization.ts";
import { recordEvent } from "../operation/event_history.ts";
import type { SharedContext } from "../operation/operation.ts";
import { type Draft, type Outcome, sourceIpOf } from "./draft.ts";
import { headerText } from "./gateway_refusals.ts";
import type { InboundRequest } from "./http/listener.ts";

/** Requests whose signature does not hold are in no account's history, as on AWS. */
export function recordInTrail(
  request: InboundRequest,
  draft: Draft,
  { output, error }: Outcome,
  { world, ids }: SharedContext,
): void {
  const { signer, operation, service: name, region } = draft;
  if (signer === null || operation === null || name === null || region === null) return;
  const service = findServiceName(name);
  const call = {
    requestId: draft.requestId,
    at: draft.at,
    service: service ?? null,
    operation,
    eventSource: service === undefined ? `${name}.amazonaws.com` : eventSourceOf(service),
    region,
    caller: signer,
    sourceIp: sourceIpOf(request),
    userAgent: headerText(request, "user-agent").slice(0, 400),
    input: draft.given,
    output,
    error,
  };
  recordEvent(world, call, ids.uuid);
}
