// An error for a service whose model the sandbox has not: in the shape its protocol most likely reads.
import type { AwsError } from "../../ground/errors.ts";
import type { WireResponse } from "./response.ts";
import { xmlText } from "./xml_output.ts";

/**
 * @param request what tells the protocol: `x-amz-target` (json), the service s3 (rest-xml), a form (query), else rest-json
 * @param service signing name of the service
 * @param requestId the id the caller may quote
 */
export function serializeForeignError(
  request: { headers: Readonly<Record<string, string | readonly string[] | undefined>> },
  service: string,
  error: AwsError,
  requestId: string,
): WireResponse {
  const { status, code, message } = error;
  const text = (type: string, body: string) => ({
    status,
    headers: { "content-type": type, "x-amzn-requestid": requestId, "x-amzn-errortype": code },
    body,
  });
  const detail = `<Code>${xmlText(code)}</Code><Message>${xmlText(message)}</Message>`;
  if (service === "s3")
    return text("application/xml", `<Error>${detail}<RequestId>${xmlText(requestId)}</RequestId></Error>`);
  const contentType = String(request.headers["content-type"] ?? "");
  if (contentType.startsWith("application/x-www-form-urlencoded")) {
    const body = `<ErrorResponse><Error><Type>Receiver</Type>${detail}</Error><RequestId>${xmlText(requestId)}</RequestId></ErrorResponse>`;
    return text("text/xml", body);
  }
  if (request.headers["x-amz-target"] !== undefined)
    return text("application/x-amz-json-1.1", JSON.stringify({ __type: code, message }));
  return text("application/json", JSON.stringify({ message }));
}
