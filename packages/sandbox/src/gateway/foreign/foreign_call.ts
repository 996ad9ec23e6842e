// What a request says of the service it is meant for, when that is none of the sandbox's: read off whatever signature it
// bears (Signature Version 4, 4a, a presigned URL) and, for the operation, off the protocol it speaks. Pure.
import type { InboundRequest } from "../http/listener.ts";

/** A call of a service that is not simulated. */
export type ForeignCall = {
  /** Name in the credential scope, e.g. `dynamodb`; several services may share one (`bedrock`). */
  service: string;
  /** Null in a scope of Signature Version 4a, which names none. */
  region: string | null;
  accessKeyId: string;
};

/** `<key>/<date>/[<region>/]<service>/aws4_request`; Signature Version 4a has no region. */
const SCOPE = /^([\w]{16,128})\/\d{8}\/(?:([a-z0-9-]+)\/)?([a-z0-9-]+)\/aws4_request$/;

const CREDENTIAL = "Credential=";

/** @returns undefined for a request without a credential scope */
export function readForeignCall(
  request: Pick<InboundRequest, "headers" | "rawQuery">,
): ForeignCall | undefined {
  const { authorization } = request.headers;
  const claimed =
    credentialOf(typeof authorization === "string" ? authorization : "") ??
    new URLSearchParams(request.rawQuery).get("X-Amz-Credential") ??
    "";
  const [, accessKeyId, region, service] = SCOPE.exec(claimed) ?? [];
  if (accessKeyId === undefined || service === undefined) return undefined;
  return { service, region: region ?? null, accessKeyId };
}

/**
 * The `Credential` of a Signature Version 4 or 4a header. Nothing is authenticated yet when this reads, so it takes the
 * header apart at single characters: its work grows with the header's length and no faster.
 */
function credentialOf(header: string): string | undefined {
  const [algorithm = "", ...fields] = header.split(/[,\s]/);
  if (!algorithm.startsWith("AWS4-")) return undefined;
  return fields.findLast((field) => field.startsWith(CREDENTIAL))?.slice(CREDENTIAL.length);
}

/**
 * The operation a foreign call asks for, as far as its protocol says: `x-amz-target` (json), the path (CBOR), `Action`
 * (query, ec2). A REST service says it by method and path alone.
 */
export function askedForeignOperation(request: InboundRequest): string | null {
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") return bounded(target.split(".").at(-1));
  const rpc = /^\/service\/\w+\/operation\/(\w+)$/.exec(request.rawPath)?.[1];
  if (rpc !== undefined) return bounded(rpc);
  const action = new URLSearchParams(isForm(request) ? request.body.toString("latin1") : request.rawQuery);
  return bounded(action.get("Action") ?? undefined);
}

/** Whether a request is a form, as the query protocol and ec2's send them. */
export function isForm(request: Pick<InboundRequest, "headers">): boolean {
  return String(request.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded");
}

function bounded(name: string | undefined): string | null {
  return name !== undefined && /^\w{1,100}$/.test(name) ? name : null;
}
