// Reads a request off the wire: which operation it asks for, and its input as plain values.
// Pure: no socket, no state. Constraints on those values are models/validate.ts's business.

import { getModel, type Operation, type ServiceModel, type ServiceName } from "../../models/index.ts";
import { parseJsonBody, readJsonInput } from "../../models/json_input.ts";
import { refuseOperation, refuseSyntax } from "../../models/refuse_request.ts";
import { readQueryInput } from "./query_input.ts";
import { matchRoute, readRouteInput } from "./rest_route.ts";
import { readXmlInput } from "./xml_input.ts";

/** A request as the server received it; the path still percent-encoded, as it was signed. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** An operation and its input: strings, numbers, booleans, Dates, Uint8Arrays, arrays and plain objects. */
export interface ParsedRequest {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/**
 * Parses a request by the service's own protocol.
 *
 * @param request the request; header names in lower case
 * @param service the service its credential scope names
 * @returns the operation's name and its input, unknown members left out
 * @throws AwsError in the service's own words: no such operation, unreadable body, or a value of another type
 */
export function parseRequest(request: WireRequest, service: ServiceName): ParsedRequest {
  const model = getModel(service);
  switch (model.protocol) {
    case "query":
      return parseQueryRequest(request, model);
    case "json":
      return parseJsonRequest(request, model);
    case "rest-json":
      return parseRestRequest(request, model);
    case "rest-xml":
      return parseRestXmlRequest(request, model);
  }
}

function parseQueryRequest(request: WireRequest, model: ServiceModel): ParsedRequest {
  const form = request.method === "GET" ? request.query : parseForm(request, model);
  if (request.path !== "/") throw refuseOperation(model, request.path);
  const action = form.get("Action");
  const version = form.get("Version");
  const operation = action === null ? undefined : model.operations.get(action);
  if (!operation || version !== model.apiVersion)
    throw refuseOperation(model, action ?? "", version ?? undefined);
  return { operation: operation.name, input: readQueryInput(form, operation, model) };
}

function parseForm(request: WireRequest, model: ServiceModel): URLSearchParams {
  if (request.method !== "POST") throw refuseOperation(model, request.method);
  return new URLSearchParams(decodeText(request.body, model));
}

function parseJsonRequest(request: WireRequest, model: ServiceModel): ParsedRequest {
  const target = headerValue(request, "x-amz-target") ?? "";
  const at = target.lastIndexOf(".");
  const [prefix, name] = [target.slice(0, Math.max(at, 0)), target.slice(at + 1)];
  const operation = at < 0 ? undefined : model.operations.get(name);
  if (!operation || !isPrefix(prefix, model) || request.method !== "POST" || request.path !== "/") {
    throw refuseOperation(model, at < 0 ? "" : name);
  }
  return { operation: operation.name, input: readBody(request, operation, model) };
}

/** CloudTrail's targets begin with a name of Java's in botocore, and with its last part in Smithy's SDKs. */
function isPrefix(prefix: string, { targetPrefix }: ServiceModel): boolean {
  return prefix === targetPrefix || prefix === targetPrefix?.split(".").at(-1);
}

function parseRestRequest(request: WireRequest, model: ServiceModel): ParsedRequest {
  const route = matchRoute(model, request.method, request.path, request.query);
  if (!route) throw refuseOperation(model, `${request.method} ${request.path}`);
  const input = readBody(request, route.operation, model);
  return {
    operation: route.operation.name,
    input: { ...input, ...readRouteInput(route, request.query, model, request.headers) },
  };
}

/** S3's sub-resources are other operations on the same paths: what the sandbox has not must not be taken for what it has. */
const S3_SUBRESOURCES =
  /^(abac|accelerate|acl|analytics|attributes|cors|delete|encryption|intelligent-tiering|inventory|legal-hold|lifecycle|location|logging|metadata\w*|metrics|notification|object-lock|ownershipControls|partNumber|policy|policyStatus|publicAccessBlock|replication|requestPayment|restore|retention|select|session|tagging|torrent|uploadId|uploads|versionId|versioning|versions|website)$/;

function parseRestXmlRequest(request: WireRequest, model: ServiceModel): ParsedRequest {
  const other = [...request.query.keys()].find((name) => S3_SUBRESOURCES.test(name));
  const copies = request.headers["x-amz-copy-source"] !== undefined;
  const route = matchRoute(model, request.method, request.path, request.query);
  const isOther = model.service === "s3" && (other !== undefined || copies);
  if (!route || isOther) {
    const what = copies ? " with x-amz-copy-source" : other === undefined ? "" : `?${other}`;
    throw refuseOperation(model, `${request.method} ${request.path}${what}`);
  }
  const { input } = route.operation;
  const payload = input?.payload === undefined ? undefined : input.members.get(input.payload);
  return {
    operation: route.operation.name,
    input: {
      ...(payload?.target.kind === "blob"
        ? { [payload.name]: request.body }
        : readXmlInput(request.body, input, payload, model)),
      ...readRouteInput(route, request.query, model, request.headers),
    },
  };
}

function readBody(request: WireRequest, operation: Operation, model: ServiceModel): Record<string, unknown> {
  const hasMembers = [...(operation.input?.members.values() ?? [])].some(
    (member) => member.location === "body",
  );
  // rest-json operations without a body ignore what is sent; json services need at least `{}`.
  if (!hasMembers && model.protocol === "rest-json") return {};
  const text = decodeText(request.body, model);
  const json = text === "" ? {} : parseJsonBody(text, model);
  return operation.input ? readJsonInput(json, operation.input, model) : {};
}

function decodeText(body: Buffer, model: ServiceModel): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw refuseSyntax(model, "the body is not UTF-8");
  }
}

function headerValue(request: WireRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : value?.[0];
}
