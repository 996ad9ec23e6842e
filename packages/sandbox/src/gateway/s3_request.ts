// What is S3's own in a request: two services under one signing name, the bucket in the host's name, bodies in chunks.
import { findServiceBySigningName, type ServiceName } from "../models/index.ts";
import { refuseS3Body } from "../models/refuse_request.ts";
import { headerText } from "./gateway_refusals.ts";
import type { InboundRequest } from "./http/listener.ts";
import { decodeChunked } from "./protocol/aws_chunked.ts";

/** S3 Control signs as S3; its paths begin with its version. */
const CONTROL_PATH = "/v20180820/";

/** @returns the service of a credential scope; `s3` may be S3 Control */
export function findAskedService(signingName: string, request: InboundRequest): ServiceName | undefined {
  const service = findServiceBySigningName(signingName);
  const isControl =
    request.rawPath.startsWith(CONTROL_PATH) && headerText(request, "x-amz-account-id") !== "";
  return service === "s3" && isControl ? "s3control" : service;
}

/**
 * Path and body as the operation reads them: SDKs put the bucket before the host's name unless that is an address
 * (virtual-hosted style), and stream in chunks.
 *
 * @throws AwsError for chunks whose framing is broken
 */
export function asS3Sees(request: InboundRequest, service: ServiceName): { path: string; body: Buffer } {
  if (service !== "s3") return { path: request.rawPath, body: request.body };
  const host = headerText(request, "host") || headerText(request, ":authority");
  const bucket = /^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.(?:localhost|s3[.-][\w.-]+|s3)(?::\d+)?$/.exec(
    host,
  )?.[1];
  const body = decodeChunked(request.body, headerText(request, "x-amz-content-sha256"));
  if (body === undefined) throw refuseS3Body();
  const path = bucket === undefined ? request.rawPath : `/${bucket}${request.rawPath}`;
  // A bucket alone may come with a slash at its end.
  return { path: /^\/[^/]+\/$/.test(path) ? path.slice(0, -1) : path, body };
}
