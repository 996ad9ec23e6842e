// Writes errors onto the wire in the shape of the service's protocol. What AWS would not say
// (reason, rule, fix) stays here: only code, message and modelled members leave.

import type { AwsError } from "../../ground/errors.ts";
import { plainText } from "../../ground/plain_text.ts";
import { getModel, type ServiceName } from "../../models/index.ts";
import { contentTypes, type WireResponse } from "./response.ts";
import { xmlText } from "./xml_output.ts";

/**
 * Serialises an error.
 *
 * @param error code and status as AWS has them; query services may be given the shape's name, its wire code is sent
 * @param requestId the id the caller may quote
 */
export function serializeError(service: ServiceName, error: AwsError, requestId: string): WireResponse {
  const model = getModel(service);
  const headers = { "content-type": contentTypes[model.protocol], "x-amzn-requestid": requestId };
  const { status } = error;
  // Clients print it on terminals, and it may quote what the caller or a token said.
  const text = plainText(error.message);
  switch (model.protocol) {
    case "query": {
      const shape = model.shapes.get(error.code);
      const code = (shape?.kind === "structure" ? shape.exception?.code : undefined) ?? error.code;
      const type = status >= 500 ? "Receiver" : "Sender";
      const detail = `<Type>${type}</Type><Code>${xmlText(code)}</Code><Message>${xmlText(text)}</Message>`;
      const id = `<RequestId>${xmlText(requestId)}</RequestId>`;
      const namespace = model.xmlNamespace === undefined ? "" : ` xmlns="${model.xmlNamespace}"`;
      return {
        status,
        headers,
        body: `<ErrorResponse${namespace}><Error>${detail}</Error>${id}</ErrorResponse>`,
      };
    }
    case "rest-xml": {
      const detail = `<Code>${xmlText(error.code)}</Code><Message>${xmlText(text)}</Message>`;
      const id = `<RequestId>${xmlText(requestId)}</RequestId>`;
      // S3's own errors stand without a wrapper; S3 Control's have one.
      const body =
        service === "s3"
          ? `<Error>${detail}${id}</Error>`
          : `<ErrorResponse><Error>${detail}</Error>${id}</ErrorResponse>`;
      return { status, headers: { ...headers, "x-amz-request-id": requestId }, body };
    }
    case "json": {
      const message = text === "" ? {} : { [messageMember(service)]: text };
      return { status, headers, body: JSON.stringify({ __type: error.code, ...message, ...error.members }) };
    }
    case "rest-json": {
      const message = text === "" ? {} : { message: text };
      return {
        status,
        headers: { ...headers, "x-amzn-errortype": error.code },
        body: JSON.stringify({ ...message, ...error.members }),
      };
    }
  }
}

/** KMS writes `message`; Identity Center and Identity Store write `Message`. */
function messageMember(service: ServiceName): "message" | "Message" {
  return service === "kms" ? "message" : "Message";
}
