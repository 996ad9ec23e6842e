// An error for a service whose model the sandbox has not, in the shape its clients read: CBOR, json, ec2, query, rest-xml
// or rest-json. What the request shows decides; where REST services do not show theirs, their signing name does.
import type { AwsError } from "../../ground/errors.ts";
import { plainText } from "../../ground/plain_text.ts";
import type { InboundRequest } from "../http/listener.ts";
import type { WireResponse } from "../protocol/response.ts";
import { xmlText } from "../protocol/xml_output.ts";
import { isForm } from "./foreign_call.ts";

/** Signing names of the services that answer in XML to REST requests (botocore's models, protocol rest-xml). */
const REST_XML = new Set(["s3", "s3express", "s3-object-lambda", "s3-outposts", "cloudfront", "route53"]);
/** Services whose XML has `Response`, `Errors` and `RequestID` (protocol ec2, and SimpleDB's query). */
const EC2_LIKE = new Set(["ec2", "sdb"]);

/** An answer whose body may be bytes. */
export type ForeignResponse = Omit<WireResponse, "body"> & { body: string | Buffer };

/**
 * @param request what tells the protocol: `smithy-protocol`, `x-amz-target`, or a form
 * @param service signing name of the service
 * @param requestId the id the caller may quote
 */
export function serializeForeignError(
  request: Pick<InboundRequest, "headers">,
  service: string,
  error: AwsError,
  requestId: string,
): ForeignResponse {
  const { status, code } = error;
  const message = plainText(error.message);
  const common = { "x-amzn-requestid": requestId, "x-amzn-errortype": code };
  const answer = (type: string, body: string | Buffer, more: Record<string, string> = {}) => ({
    status,
    headers: { "content-type": type, ...common, ...more },
    body,
  });
  if (request.headers["smithy-protocol"] === "rpc-v2-cbor") {
    const body = cborTexts({ __type: code, message });
    return answer("application/cbor", body, { "smithy-protocol": "rpc-v2-cbor" });
  }
  if (request.headers["x-amz-target"] !== undefined) {
    const asked = String(request.headers["content-type"] ?? "");
    const type = asked.startsWith("application/x-amz-json-1.0") ? asked : "application/x-amz-json-1.1";
    return answer(type, JSON.stringify({ __type: code, message }));
  }
  const detail = `<Code>${xmlText(code)}</Code><Message>${xmlText(message)}</Message>`;
  const id = xmlText(requestId);
  if (EC2_LIKE.has(service)) {
    const body = `<Response><Errors><Error>${detail}</Error></Errors><RequestID>${id}</RequestID></Response>`;
    return answer("text/xml", body);
  }
  // S3's errors stand without a wrapper; all others that speak XML have one.
  if (service.startsWith("s3") && REST_XML.has(service)) {
    return answer("application/xml", `<Error>${detail}<RequestId>${id}</RequestId></Error>`);
  }
  if (isForm(request) || REST_XML.has(service)) {
    const body = `<ErrorResponse><Error><Type>Receiver</Type>${detail}</Error><RequestId>${id}</RequestId></ErrorResponse>`;
    return answer("text/xml", body);
  }
  return answer("application/json", JSON.stringify({ message }));
}

/** A map of texts in CBOR (RFC 8949 section 3): all that an error needs. */
function cborTexts(texts: Record<string, string>): Buffer {
  const entries = Object.entries(texts);
  return Buffer.concat([Buffer.from([0xa0 | entries.length]), ...entries.flat().map(cborText)]);
}

function cborText(text: string): Buffer {
  const bytes = Buffer.from(text);
  const head = Buffer.alloc(3);
  head.writeUInt8(0x79);
  head.writeUInt16BE(Math.min(bytes.length, 0xffff), 1);
  return Buffer.concat([head, bytes.subarray(0, 0xffff)]);
}
