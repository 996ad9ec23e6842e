// The AWS front door: which service, who signed, which operation, may the caller, do it, answer in AWS's words.
// Everything it learns about a request ends up in the request log.

import type { Clock } from "../ground/clock.ts";
import { AwsError } from "../ground/errors.ts";
import { findServiceBySigningName, type ServiceName, serviceNames } from "../models/index.ts";
import { anonymousCaller } from "../operation/caller.ts";
import { linksOf } from "../operation/exchange_links.ts";
import { describeBearer } from "../operation/on_behalf_of.ts";
import type { Caller, OperationContext, Registry, SharedContext } from "../operation/operation.ts";
import type { RateLimiter } from "../operation/rate_limit.ts";
import { recorder, recordRefusal, refusing } from "../operation/refuse.ts";
import { type RequestLog, type RequestRecord, shortenSecrets } from "../operation/request_log.ts";
import { runOperation } from "../operation/run_operation.ts";
import type { SwitchInForce } from "../rules/rules.ts";
import { findSigner } from "./authenticate.ts";
import { type Draft, noteCaller, type Outcome, openDraft, sourceIpOf } from "./draft.ts";
import type { FaultQueue } from "./faults.ts";
import { askedForeignOperation, type ForeignCall, readForeignCall } from "./foreign/foreign_call.ts";
import { serializeForeignError } from "./foreign/foreign_error.ts";
import { notSimulated } from "./foreign/not_simulated.ts";
import {
  askedOperation,
  assertNoForeignPage,
  describeFault,
  errorText,
  guessService,
  headerText,
  injectedError,
  internalError,
  unsavedError,
  unusableSignature,
} from "./gateway_refusals.ts";
import type { InboundRequest, OutboundResponse } from "./http/listener.ts";
import { parseRequest, refuseUnsupported, serializeError, serializeResponse } from "./protocol/index.ts";
import { recordInTrail } from "./record_in_trail.ts";
import { asS3Sees, findAskedService } from "./s3_request.ts";
import { parseAuthorization, type SigV4Authorization } from "./sigv4/authorization_header.ts";
import { signatureError } from "./sigv4/signature_error.ts";

/** What the gateway works with. */
export type GatewayOptions = {
  registry: Registry;
  shared: SharedContext;
  /** Clock that signatures are compared with. */
  signatureClock: Clock;
  faults: FaultQueue;
  log: RequestLog;
  limiter: RateLimiter;
  /** Told of each finished request. */
  onRequest(record: RequestRecord): void;
  /**
   * The request begins to change things.
   * @returns resolves when what it changed is on disk, where a sandbox keeps its state
   */
  begin(): () => Promise<void>;
  /** Told when it cannot be. */
  onUnsaved(error: unknown): void;
  wait(ms: number): Promise<void>;
  /** The sandbox's own URL. */
  endpoint(): string;
};

/** An unsigned request names no region; STS's global endpoint is in this one. */
const UNSIGNED_REGION = "us-east-1";

/** @returns a handler for every request that carries, or should carry, an AWS signature */
export function createGateway(
  options: GatewayOptions,
): (request: InboundRequest) => Promise<OutboundResponse> {
  return async (request) => {
    const startedAt = performance.now();
    const draft = openDraft(request, options.shared);
    const saved = options.begin();
    const answered = await answer(request, draft, options);
    recordInTrail(request, draft, answered, options.shared);
    const outcome = await assertSaved(answered, saved, draft, options);
    const { error } = outcome;
    const found = error && options.shared.rules.find(error.rule);
    const { signer: _signer, given: _given, ...seen } = draft;
    const logged = options.log.add({
      ...seen,
      links: linksOf(options.shared.world, { ...draft, output: outcome.output }),
      output: shortenSecrets(outcome.output ?? null),
      status: outcome.response.status,
      errorCode: error?.code ?? null,
      errorMessage: error === undefined ? null : errorText(error),
      reason: error === undefined ? null : `${error.why}.`,
      rule: error?.rule ?? null,
      switch: found ?? null,
      fix: error?.fix ?? null,
      durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
    });
    options.onRequest(logged);
    return {
      ...outcome.response,
      headers: {
        ...outcome.response.headers,
        date: options.signatureClock().toUTCString(),
        ...(error === undefined ? {} : explainInHeaders(error.rule, found)),
      },
    };
  };
}

/** What a developer sees who has only the answer: AWS's clients pass over headers they do not know. */
function explainInHeaders(rule: string, found: SwitchInForce | undefined): Record<string, string> {
  return {
    "x-tti-sandbox-rule": rule,
    ...(found === undefined ? {} : { "x-tti-sandbox-switch": `${found.name}=${found.value}` }),
  };
}

async function answer(request: InboundRequest, draft: Draft, options: GatewayOptions): Promise<Outcome> {
  const authorization = parseAuthorization(headerText(request, "authorization"));
  const scopeService = authorization && findAskedService(authorization.scope.service, request);
  const service = scopeService ?? guessService(request);
  draft.service = service;
  const foreign = readForeignCall(request);
  try {
    if (authorization === undefined) assertNoForeignPage(service, request, options.endpoint());
    if (foreign !== undefined && findServiceBySigningName(foreign.service) === undefined)
      return answerForeign(request, foreign, authorization, draft, options);
    if (authorization === undefined && isTakenUnsigned(service, request, draft, options))
      return await perform(request, service, undefined, draft, options);
    if (authorization === undefined || scopeService === undefined) throw unusableSignature(service, request);
    draft.region = authorization.scope.region;
    draft.accessKeyId = authorization.accessKeyId;
    return await perform(request, service, authorization, draft, options);
  } catch (thrown) {
    const error = thrown instanceof AwsError ? thrown : internalError(service, draft.operation, thrown);
    if (error === thrown) recordRefusal(error, draft.checks);
    else draft.checks.push({ name: error.rule, passed: false, why: traceOf(thrown), fix: error.fix });
    return { error, response: serializeError(service, error, draft.requestId) };
  }
}

/** What could not be written down is not acknowledged. */
async function assertSaved(
  outcome: Outcome,
  saved: () => Promise<void>,
  draft: Draft,
  { onUnsaved }: GatewayOptions,
): Promise<Outcome> {
  try {
    await saved();
    return outcome;
  } catch (thrown) {
    onUnsaved(thrown);
    const service = serviceNames.find((name) => name === draft.service) ?? "sts";
    const error = unsavedError(service, thrown);
    recordRefusal(error, draft.checks);
    return { error, response: serializeError(service, error, draft.requestId) };
  }
}

async function perform(
  request: InboundRequest,
  service: ServiceName,
  authorization: SigV4Authorization | undefined,
  draft: Draft,
  options: GatewayOptions,
): Promise<Outcome> {
  const { shared } = options;
  const caller =
    authorization === undefined
      ? anonymousCaller
      : authenticate(request, service, authorization, draft, options);
  const { operation, input } = parseRequest(
    {
      method: request.method,
      ...asS3Sees(request, service),
      query: new URLSearchParams(request.rawQuery),
      headers: request.headers,
    },
    service,
  );
  draft.operation = operation;
  draft.input = shortenSecrets(input);
  draft.given = input;
  const fault = options.faults.take(service, operation);
  if (fault !== undefined) {
    draft.injectedFault = describeFault(fault);
    if (fault.delayMs !== undefined) await options.wait(fault.delayMs);
    if (fault.drop === "before") return { response: { status: 0, headers: {}, body: "", cut: "instead" } };
    if (fault.error !== undefined) throw injectedError(fault);
  }
  const context: OperationContext = {
    ...shared,
    requestId: draft.requestId,
    service,
    operation,
    region: authorization?.scope.region ?? UNSIGNED_REGION,
    accountId: caller.accountId,
    caller,
    sourceIp: sourceIpOf(request),
    ...recorder(draft.checks),
  };
  assertAdminRate(context, options);
  const output = await runOperation(options.registry, context, input);
  const response = serializeResponse(service, operation, output, draft.requestId);
  const cut = fault?.drop === "after" ? "instead" : fault?.drop === "middle" ? "middle" : undefined;
  return { output, response: cut === undefined ? response : { ...response, cut } };
}

/** A service AWS has and the sandbox has not: told by its own name and the caller's, in a shape its clients read. */
function answerForeign(
  request: InboundRequest,
  call: ForeignCall,
  authorization: SigV4Authorization | undefined,
  draft: Draft,
  options: GatewayOptions,
): Outcome {
  const { shared } = options;
  draft.service = call.service;
  draft.region = call.region;
  draft.accessKeyId = call.accessKeyId;
  draft.operation = askedForeignOperation(request);
  const signer = authorization && findSigner(request, authorization, options);
  let bearer = `the sandbox verifies no signature of this kind, so whose name the call bears is not known`;
  if (signer?.caller !== undefined) {
    noteCaller(draft, signer.caller, shared);
    bearer = describeBearer(shared.world, signer.caller, shared.clock().getTime());
  } else if (signer !== undefined) {
    bearer = `whose name the call bears is not known: ${signer.why}`;
  }
  const error = notSimulated(call, draft.operation, bearer);
  recordRefusal(error, draft.checks);
  return { error, response: serializeForeignError(request, call.service, error, draft.requestId) };
}

/**
 * Operations AWS takes without a signature are not told to sign.
 *
 * @returns whether the request asks for one
 * @throws AwsError when it asks for one that the sandbox does not do
 */
function isTakenUnsigned(
  service: ServiceName,
  request: InboundRequest,
  draft: Draft,
  { registry }: GatewayOptions,
): boolean {
  const operation = askedOperation(request, service);
  if (operation === undefined) return false;
  draft.operation = operation;
  if (registry.find(service, operation)?.unsigned === true) return true;
  throw refuseUnsupported(service, operation);
}

/** Administration APIs of Identity Center share one quota per account and region (IDC-LIM); off unless asked for. */
function assertAdminRate(context: OperationContext, { limiter }: GatewayOptions): void {
  const isAdmin = context.service === "sso-admin" || context.service === "identitystore";
  const limit = context.rules.getNumber("adminApi.callsPerSecond");
  const key = `adminApi|${context.accountId}|${context.region}`;
  if (!isAdmin || limiter.take(key, limit)) return;
  throw refusing(context.service, { ThrottlingException: 400 })("ThrottlingException", "Rate exceeded", {
    rule: "adminApi.callsPerSecond",
    why: `more than ${limit} administration calls within a second`,
    fix: "Back off and retry.",
  });
}

/** @throws AwsError the signature's fault in the service's words */
function authenticate(
  request: InboundRequest,
  service: ServiceName,
  authorization: SigV4Authorization,
  draft: Draft,
  options: GatewayOptions,
): Caller {
  const signer = findSigner(request, authorization, options);
  if (signer.caller === undefined)
    throw signatureError(service, signer.fault, signer, options.shared.rules.get("signature.skewError"));
  const { region, service: name } = authorization.scope;
  recorder(draft.checks).passed(
    "signature",
    `signed by ${authorization.accessKeyId} for ${name} in ${region}`,
  );
  noteCaller(draft, signer.caller, options.shared);
  return signer.caller;
}

function traceOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
