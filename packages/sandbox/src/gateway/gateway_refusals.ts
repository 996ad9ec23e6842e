// What the gateway answers when it does not come to an operation: no usable signature, an injected fault, a fault of
// the sandbox itself.
import { AwsError } from "../ground/errors.ts";
import { getModel, type ServiceName } from "../models/index.ts";
import { FOREIGN_PAGE_RULE } from "../operation/request_log.ts";
import type { PendingFault } from "./faults.ts";
import { findForeignOrigin } from "./http/foreign_origin.ts";
import type { InboundRequest } from "./http/listener.ts";
import { signatureError } from "./sigv4/signature_error.ts";

/**
 * What needs no signature, any web page could call that the developer visits (cross-site request, DNS rebinding).
 *
 * @param endpoint the sandbox's own URL
 * @throws AwsError when a page of another origin sent the request, or it came under a name that is not the sandbox's
 */
export function assertNoForeignPage(service: ServiceName, request: InboundRequest, endpoint: string): void {
  const why = findForeignOrigin(request, endpoint);
  if (why === null) return;
  const { protocol } = getModel(service);
  throw new AwsError({
    code: protocol === "query" || protocol === "rest-xml" ? "AccessDenied" : "AccessDeniedException",
    status: 403,
    message: "Access Denied",
    rule: FOREIGN_PAGE_RULE,
    why: why.replace(/\.$/, ""),
    fix: "Call it by its address or localhost, from a program or a page of that same origin.",
  });
}

/** The request carries no signature the sandbox can check. */
export function unusableSignature(service: ServiceName, request: InboundRequest): AwsError {
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

/** @returns the operation an unsigned request asks for, when AWS takes it unsigned and the sandbox does not do it */
export function askedOperation(request: InboundRequest, service: ServiceName): string | undefined {
  const form = request.method === "GET" ? request.rawQuery : request.body.toString("latin1");
  const named =
    service === "sts"
      ? new URLSearchParams(form).get("Action")
      : UNSIGNED_ROUTES.get(`${request.method} ${request.rawPath}`);
  return typeof named === "string" && UNSIGNED_OPERATIONS.has(named) ? named : undefined;
}

/** Operations whose callers have no AWS credentials yet (API references of STS and IAM Identity Center OIDC). */
const UNSIGNED_OPERATIONS = new Set([
  "AssumeRoleWithWebIdentity",
  "AssumeRoleWithSAML",
  "CreateToken",
  "RegisterClient",
  "StartDeviceAuthorization",
  "ListAccounts",
  "ListAccountRoles",
  "GetRoleCredentials",
  "Logout",
]);
const UNSIGNED_ROUTES = new Map([
  ["POST /token", "CreateToken"],
  ["POST /client/register", "RegisterClient"],
  ["POST /device_authorization", "StartDeviceAuthorization"],
  ["GET /assignment/accounts", "ListAccounts"],
  ["GET /assignment/roles", "ListAccountRoles"],
  ["GET /federation/credentials", "GetRoleCredentials"],
  ["POST /logout", "Logout"],
]);

/** Paths of the access portal, whose clients sign nothing and send a bearer token. */
const PORTAL_PATH = /^\/(federation\/credentials|assignment\/(accounts|roles)|logout)$/;

/** Only to choose the shape of a refusal when no usable signature names the service. */
export function guessService(request: InboundRequest): ServiceName {
  const target = headerText(request, "x-amz-target");
  if (target.startsWith("AWSIdentityStore.")) return "identitystore";
  if (target.startsWith("TrentService.")) return "kms";
  if (target.includes("CloudTrail_20131101.")) return "cloudtrail";
  if (target !== "") return "sso-admin";
  if (PORTAL_PATH.test(request.rawPath)) return "sso";
  if (UNSIGNED_ROUTES.has(`${request.method} ${request.rawPath}`)) return "sso-oidc";
  if (request.rawPath === "/token" || request.rawPath.startsWith("/client/")) return "sso-oidc";
  return request.rawPath === "/" ? "sts" : "qbusiness";
}

/**
 * A fault of the sandbox itself in the service's shape.
 *
 * @param thrown what an operation threw that is no AwsError
 */
export function internalError(service: ServiceName, operation: string | null, thrown: unknown): AwsError {
  return new AwsError({
    code: INTERNAL_CODES[getModel(service).protocol],
    status: 500,
    message: "The request processing has failed because of an unknown error, exception or failure.",
    rule: "sandbox.internal",
    why: `The sandbox failed on ${operation ?? "a request"}: ${thrown instanceof Error ? thrown.message : "unknown"}.`,
    fix: "This is a fault of the sandbox; please report it.",
  });
}

/** A change that was made and could not be written down: who called must not take it for kept. */
export function unsavedError(service: ServiceName, thrown: unknown): AwsError {
  return new AwsError({
    code: INTERNAL_CODES[getModel(service).protocol],
    status: 500,
    message: "The request processing has failed because of an unknown error, exception or failure.",
    rule: "sandbox.state",
    why: `The change could not be written to the state file: ${thrown instanceof Error ? thrown.message : "unknown"}`,
    fix: "Make room where the state file is, or start the sandbox without --state.",
  });
}

const INTERNAL_CODES = {
  query: "InternalFailure",
  "rest-xml": "InternalError",
  "rest-json": "InternalServerException",
  json: "InternalServerException",
} as const;

/** The error a test asked for. */
export function injectedError(fault: PendingFault): AwsError {
  const { code, status = 400, message, members } = fault.error ?? { code: "InternalFailure" };
  return new AwsError({
    code,
    status,
    ...(message === undefined ? {} : { message }),
    ...(members === undefined ? {} : { members }),
    rule: "control.fault",
    why: `The control API asked for ${code}.`,
    fix: "Clear the injected faults.",
  });
}

/** An injected fault in words, for the log. */
export function describeFault(fault: PendingFault): string {
  const parts = [
    fault.delayMs === undefined ? "" : `delay ${fault.delayMs} ms`,
    fault.error === undefined ? "" : `error ${fault.error.code}`,
    fault.drop === undefined ? "" : `connection dropped (${fault.drop})`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** What the caller was told: message, or OAuth description. */
export function errorText(error: AwsError): string {
  const description = error.members["error_description"];
  return error.message !== "" ? error.message : typeof description === "string" ? description : "";
}

/** A header as one text; empty when absent. */
export function headerText(request: InboundRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === "string" ? value : (value?.[0] ?? "");
}
