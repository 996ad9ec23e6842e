// Owns reading a JSON request body: small, of the right type, an object.
import type { IncomingMessage } from "node:http";
import { OperationError } from "../errors.ts";
import { parseJson } from "../input/json_text.ts";

const mostBytes = 64 * 1024;

/**
 * Reads a request's body as a JSON object.
 * @throws OperationError invalid_input
 */
export async function readJsonBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const type = request.headers["content-type"] ?? "";
  if (!/^application\/json *(;|$)/i.test(type)) {
    throw new OperationError("invalid_input", "The body is not announced as JSON.", {
      field: "content-type",
      fix: "Send Content-Type: application/json.",
    });
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) {
      throw new OperationError("invalid_input", `The body is larger than ${mostBytes} bytes.`);
    }
    chunks.push(chunk);
  }
  const body = parseJson(Buffer.concat(chunks));
  if (typeof body === "object" && body !== null && !Array.isArray(body))
    return body as Record<string, unknown>;
  throw new OperationError("invalid_input", "The body is not a JSON object.");
}
