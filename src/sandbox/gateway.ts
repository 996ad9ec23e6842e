// The AWS front door: which service, who signed, which operation, may the caller, do it, answer in AWS's words.
// Everything it learns about a request ends up in the request log.
import { assertIdentityPolicy, iamActionOf } from "./authorization.ts";
import { resolveCaller } from "./caller.ts";
import type { Clock } from "./clock.ts";
import { AwsError } from "./errors.ts";
import type { FaultQueue, PendingFault } from "./faults.ts";
import type { InboundRequest, OutboundResponse } from "./http/listener.ts";
import { findServiceBySigningName, type ServiceName } from "./models/index.ts";
import { validateInput } from "./models/validate.ts";
import { parseRequest, serializeError, serializeResponse } from "./protocol/index.ts";
import type { RateLimiter } from "./rate_limit.ts";
import { type NewRequestRecord, type RequestLog, type RequestRecord, shortenSecrets } from "./request_log.ts";
import type { CheckRecord, OperationContext, OperationData, Registry } from "./services.ts";
import { parseAuthorization, type SigV4Authorization } from "./sigv4/authorization_header.ts";
import { signatureError } from "./sigv4/signature_error.ts";
import { verifySignature } from "./sigv4/verify.ts";

/** What every operation shares; the gateway adds what belongs to one request. */
export type SharedContext = Pick<OperationContext, "world" | "search" | "ids" | "clock" | "rules">;

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
  wait(ms: number): Promise<void>;
};

type Draft = Omit<NewRequestRecord, "durationMs">;
type Outcome = { response: OutboundResponse; output?: unknown; error?: AwsError };

/** @returns a handler for every request that carries, or should carry, an AWS signature */
export function createGateway(
  options: GatewayOptions,
): (request: InboundRequest) => Promise<OutboundResponse> {
  return async (request) => {
    const startedAt = performance.now();
    const draft = openDraft(request, options);
    const outcome = await answer(request, draft, options);
    const { error } = outcome;
    const record = options.log.add({
      ...draft,
      output: shortenSecrets(outcome.output ?? null),
      status: outcome.response.status,
      errorCode: error?.code ?? null,
      errorMessage: error === undefined ? null : errorText(error),
      reason: error?.reason ?? null,
      rule: error?.rule ?? null,
      fix: error?.fix ?? null,
      durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
    });
    options.onRequest(record);
    return {
      ...outcome.response,
      headers: { ...outcome.response.headers, date: options.signatureClock().toUTCString() },
    };
  };
}

async function answer(request: InboundRequest, draft: Draft, options: GatewayOptions): Promise<Outcome> {
  const authorization = parseAuthorization(headerText(request, "authorization"));
  const scopeService = authorization && findServiceBySigningName(authorization.scope.service);
  const service = scopeService ?? guessService(request);
  draft.service = service;
  try {
    if (authorization === undefined || scopeService === undefined)
      throw unsigned(service, authorization, request);
    draft.region = authorization.scope.region;
    draft.accessKeyId = authorization.accessKeyId;
    return await perform(request, service, authorization, draft, options);
  } catch (thrown) {
    const error = toAwsError(thrown, draft);
    return { error, response: serializeError(service, error, draft.requestId) };
  }
}

async function perform(
  request: InboundRequest,
  service: ServiceName,
  authorization: SigV4Authorization,
  draft: Draft,
  options: GatewayOptions,
): Promise<Outcome> {
  const { shared } = options;
  const caller = authenticate(request, service, authorization, draft, options);
  draft.caller = caller.arn;
  const { operation, input } = parseRequest(
    {
      method: request.method,
      path: request.rawPath,
      query: new URLSearchParams(request.rawQuery),
      headers: request.headers,
      body: request.body,
    },
    service,
  );
  draft.operation = operation;
  draft.input = shortenSecrets(input);
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
    region: authorization.scope.region,
    accountId: caller.accountId,
    caller,
    sourceIp: request.remoteAddress.replace(/^::ffff:/, ""),
    check: recorder(draft.checks),
  };
  assertAdminRate(context, options);
  const output = (await invoke(options.registry, context, input)) ?? {};
  const response = serializeResponse(service, operation, output, draft.requestId);
  const cut = fault?.drop === "after" ? "instead" : fault?.drop === "middle" ? "middle" : undefined;
  return { output, response: cut === undefined ? response : { ...response, cut } };
}

/**
 * Validates, authorizes and runs one operation. Also what the seed uses, so that both go the same way.
 *
 * @throws AwsError
 */
export async function invoke(
  registry: Registry,
  context: OperationContext,
  input: OperationData,
): Promise<OperationData | undefined> {
  const found = registry.find(context.service, context.operation);
  if (found === undefined) {
    throw new AwsError({
      code: "UnsupportedOperation",
      status: 501,
      message: `${context.operation} is not supported by the sandbox`,
      rule: "sandbox.operation",
      reason: `The sandbox knows ${context.service} ${context.operation} from AWS's model but does not do it.`,
      fix: "See docs/divergences.md for what the sandbox covers.",
    });
  }
  validateInput(context.service, context.operation, input);
  if (found.authorization !== "handler") {
    const action = iamActionOf(context.service, context.operation);
    assertIdentityPolicy(context, action, found.resource?.(input, context));
  }
  return found.handler(input, context);
}

/** @returns a check function that appends to `checks` */
export function recorder(checks: CheckRecord[]): OperationContext["check"] {
  return (name, passed, why, fix) => {
    checks.push(fix === undefined ? { name, passed, why } : { name, passed, why, fix });
  };
}

/** Administration APIs of Identity Center share one quota per account and region (IDC-LIM); off unless asked for. */
function assertAdminRate(context: OperationContext, { limiter }: GatewayOptions): void {
  const isAdmin = context.service === "sso-admin" || context.service === "identitystore";
  const limit = context.rules.getNumber("adminApi.callsPerSecond");
  const key = `adminApi|${context.accountId}|${context.region}`;
  if (!isAdmin || limiter.take(key, limit)) return;
  const why = `more than ${limit} administration calls within a second`;
  const fix = "Back off and retry.";
  context.check("adminApi.callsPerSecond", false, why, fix);
  throw new AwsError({
    code: "ThrottlingException",
    status: 400,
    message: "Rate exceeded",
    rule: "adminApi.callsPerSecond",
    reason: `${why}.`,
    fix,
  });
}

function authenticate(
  request: InboundRequest,
  service: ServiceName,
  authorization: SigV4Authorization,
  draft: Draft,
  { shared, signatureClock }: GatewayOptions,
) {
  const verdict = verifySignature(request, authorization, {
    findKey: (accessKeyId) => shared.world.accessKeys.get(accessKeyId),
    now: signatureClock(),
    sessionNow: shared.clock(),
  });
  const check = recorder(draft.checks);
  if (!verdict.valid) {
    check(`signature.${verdict.fault}`, false, verdict.why, verdict.fix);
    throw signatureError(service, verdict.fault, verdict);
  }
  const { region, service: name } = authorization.scope;
  check("signature", true, `signed by ${authorization.accessKeyId} for ${name} in ${region}`);
  return resolveCaller(shared.world, verdict.key);
}

function unsigned(
  service: ServiceName,
  authorization: SigV4Authorization | undefined,
  request: InboundRequest,
): AwsError {
  if (authorization !== undefined) {
    return signatureError(service, "incomplete", {
      why: `the credential scope names the service "${authorization.scope.service}", which the sandbox does not have`,
      fix: "Use a client of sts, sso-oidc, sso-admin, identitystore, qbusiness, iam or kms.",
    });
  }
  const header = headerText(request, "authorization");
  if (header === "") {
    return signatureError(service, "missing", {
      why: "the request carries no Authorization header",
      fix: "Use an AWS SDK with credentials; presigned URLs are not supported.",
    });
  }
  return signatureError(service, "incomplete", {
    why: "the Authorization header is not a well-formed AWS4-HMAC-SHA256 signature",
    fix: "Sign with Signature Version 4, one region (not SigV4a).",
  });
}

/** Only to choose the shape of a refusal when no usable signature names the service. */
function guessService(request: InboundRequest): ServiceName {
  const target = headerText(request, "x-amz-target");
  if (target.startsWith("AWSIdentityStore.")) return "identitystore";
  if (target.startsWith("TrentService.")) return "kms";
  if (target !== "") return "sso-admin";
  if (request.rawPath === "/token" || request.rawPath.startsWith("/client/")) return "sso-oidc";
  return request.rawPath === "/" ? "sts" : "qbusiness";
}

function openDraft(request: InboundRequest, { shared }: GatewayOptions): Draft {
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
    input: null,
    output: null,
    status: 0,
    errorCode: null,
    errorMessage: null,
    reason: null,
    rule: null,
    fix: null,
    checks: [],
    injectedFault: null,
  };
}

function toAwsError(thrown: unknown, draft: Draft): AwsError {
  if (thrown instanceof AwsError) return thrown;
  recorder(draft.checks)(
    "sandbox.internal",
    false,
    thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
  );
  return new AwsError({
    code: draft.service === "sts" || draft.service === "iam" ? "InternalFailure" : "InternalServerException",
    status: 500,
    message: "The request processing has failed because of an unknown error, exception or failure.",
    rule: "sandbox.internal",
    reason: `The sandbox failed on ${draft.operation ?? "a request"}: ${thrown instanceof Error ? thrown.message : "unknown"}.`,
    fix: "This is a fault of the sandbox; please report it.",
  });
}

function injectedError(fault: PendingFault): AwsError {
  const { code, status = 400, message, members } = fault.error ?? { code: "InternalFailure" };
  return new AwsError({
    code,
    status,
    ...(message === undefined ? {} : { message }),
    ...(members === undefined ? {} : { members }),
    rule: "control.fault",
    reason: `The control API asked for ${code}.`,
    fix: "Clear the injected faults.",
  });
}

function describeFault(fault: PendingFault): string {
  const parts = [
    fault.delayMs === undefined ? "" : `delay ${fault.delayMs} ms`,
    fault.error === undefined ? "" : `error ${fault.error.code}`,
    fault.drop === undefined ? "" : `connection dropped (${fault.drop})`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function errorText(error: AwsError): string {
  const description = error.members["error_description"];
  return error.message !== "" ? error.message : typeof description === "string" ? description : "";
}

function headerText(request: InboundRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === "string" ? value : (value?.[0] ?? "");
}
