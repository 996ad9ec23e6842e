// Writes answers onto the wire: an operation's output in the service's protocol.
// Pure: values in, status, headers and body out. Errors are error_response.ts's business.

import { getModel, getOperation, type ServiceName } from "../../models/index.ts";
import { jsonBody } from "./json_output.ts";
import { restXmlResponse } from "./rest_xml_output.ts";
import { xmlElements, xmlText } from "./xml_output.ts";

/** An answer ready to be sent. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** The content type of each protocol's bodies. */
export const contentTypes = {
  query: "text/xml",
  "rest-json": "application/json",
  "rest-xml": "application/xml",
  json: "application/x-amz-json-1.1",
} as const;

/**
 * Serialises an operation's output.
 *
 * @param output the output's members by their model names: Date for timestamps, Uint8Array for blobs;
 *   undefined and null members are left out
 * @param requestId the id the caller may quote; header and, for query services, body carry it
 * @throws Error when a member is not in the model or has another type: the operation is wrong, not the caller
 */
export function serializeResponse(
  service: ServiceName,
  operation: string,
  output: Readonly<Record<string, unknown>>,
  requestId: string,
): WireResponse {
  const model = getModel(service);
  const { output: shape, resultWrapper } = getOperation(service, operation);
  const headers = { "content-type": contentTypes[model.protocol], "x-amzn-requestid": requestId };
  if (model.protocol === "rest-xml")
    return restXmlResponse(model, getOperation(service, operation), output, requestId);
  if (model.protocol !== "query") {
    // Operations without output answer with an empty body in json 1.1, with `{}` in rest-json.
    const empty = model.protocol === "json" ? "" : "{}";
    return { status: 200, headers, body: shape ? jsonBody(output, shape, model) : empty };
  }
  const members = shape ? xmlElements(output, shape) : "";
  const result = resultWrapper === undefined ? "" : `<${resultWrapper}>${members}</${resultWrapper}>`;
  const metadata = `<ResponseMetadata><RequestId>${xmlText(requestId)}</RequestId></ResponseMetadata>`;
  const namespace = model.xmlNamespace === undefined ? "" : ` xmlns="${model.xmlNamespace}"`;
  const body = `<${operation}Response${namespace}>${result}${metadata}</${operation}Response>`;
  return { status: 200, headers, body };
}
