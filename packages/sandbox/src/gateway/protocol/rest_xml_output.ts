// Writes answers of rest-xml services: some members as headers, one as the whole body or the rest as XML.
import type { Operation, ServiceModel, Shape } from "../../models/shapes.ts";
import { mismatch, presentMembers } from "./output_value.ts";
import { xmlElements, xmlText } from "./xml_output.ts";

/**
 * @param output the output's members by their model names
 * @throws Error when a member is not in the model or has another type: the operation is wrong, not the caller
 */
export function restXmlResponse(
  model: ServiceModel,
  { name, output: shape, status }: Operation,
  output: Readonly<Record<string, unknown>>,
  requestId: string,
): { status: number; headers: Record<string, string>; body: string | Buffer } {
  const headers: Record<string, string> = { "x-amz-request-id": requestId, "x-amzn-requestid": requestId };
  if (shape === undefined) return { status, headers, body: "" };
  const members = presentMembers(output, shape);
  for (const [{ location, wireName, target }, value] of members) {
    if (location === "header") headers[wireName.toLowerCase()] = headerText(value, target);
    if (location === "headers") {
      for (const [key, text] of Object.entries(value as Record<string, string>))
        headers[`${wireName.toLowerCase()}${key}`] = oneLine(text);
    }
  }
  const payload = members.find(([member]) => member.name === shape.payload)?.[1];
  if (shape.payload !== undefined && payload instanceof Uint8Array)
    return { status: "content-range" in headers ? 206 : status, headers, body: Buffer.from(payload) };
  const hasBody = [...shape.members.values()].some(({ location }) => location === "body");
  if (!hasBody || shape.payload !== undefined) return { status, headers, body: "" };
  const root = model.service === "s3" ? (ROOTS[name] ?? shape.name) : shape.name;
  const namespace = model.xmlNamespace ?? NAMESPACES[model.service];
  const xmlns = namespace === undefined ? "" : ` xmlns="${xmlText(namespace)}"`;
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${xmlns}>${xmlElements(output, shape)}</${root}>`;
  return { status, headers: { ...headers, "content-type": "application/xml" }, body };
}

/** S3's documents are not called as its models call them (S3 API reference). */
const ROOTS: Readonly<Record<string, string>> = {
  ListBuckets: "ListAllMyBucketsResult",
  ListObjectsV2: "ListBucketResult",
};
const NAMESPACES: Readonly<Record<string, string>> = {
  s3: "http://s3.amazonaws.com/doc/2006-03-01/",
  s3control: "http://awss3control.amazonaws.com/doc/2018-08-20/",
};

function headerText(value: unknown, shape: Shape): string {
  switch (shape.kind) {
    case "timestamp":
      if (!(value instanceof Date)) throw mismatch(shape, value);
      return value.toUTCString();
    case "string":
      if (typeof value !== "string") throw mismatch(shape, value);
      return oneLine(value);
    case "boolean":
    case "integer":
    case "long":
      if (typeof value !== "boolean" && typeof value !== "number") throw mismatch(shape, value);
      return String(value);
    default:
      throw new Error(`${shape.name}: a ${shape.kind} cannot travel in a header`);
  }
}

/** What HTTP carries in a header: one line of Latin-1. */
function oneLine(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, "?");
}
