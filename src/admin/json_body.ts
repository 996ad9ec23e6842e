// Owns reading a JSON request body: small, of the right type, an object.
import type { IncomingMessage } from "node:http";
import { OperationError } from "../errors.ts";
import { parseJson } from "../input/json_text.ts";
import { readJsonBytes } from "../input/request_body.ts";

const mostBytes = 64 * 1024;

/**
 * Reads a request's body as a JSON object; no body is an empty one, whatever type it is announced as.
 * @throws OperationError invalid_input
 */
export async function readJsonBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const { "transfer-encoding": coding, "content-length": length = "0" } = request.headers;
  if (coding === undefined && Number(length) === 0) return {};
  const body = parseJson(await readJsonBytes(request, { mostBytes }));
  if (typeof body === "object" && body !== null && !Array.isArray(body))
    return body as Record<string, unknown>;
  throw new OperationError("invalid_input", "The body is not a JSON object.");
}
