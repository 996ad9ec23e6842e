// Owns reading what our own pages post: small, form-encoded, from our own origin, every field once.
import type { IncomingMessage } from "node:http";
import { OperationError } from "../../errors.ts";

const mostBytes = 16 * 1024;
const mostFields = 20;

/**
 * Makes sure that a form was posted by one of our own pages. The interaction's cookie is SameSite=Lax already;
 * this also stops what a browser sends from a neighbouring host of the same site.
 * @param origin of the issuer
 * @throws OperationError forbidden
 * @see https://www.w3.org/TR/fetch-metadata/ for Sec-Fetch-Site
 */
export function assertOwnForm(request: IncomingMessage, origin: string): void {
  const site = request.headers["sec-fetch-site"];
  const sender = request.headers["origin"];
  const own =
    site !== undefined
      ? site === "same-origin"
      : sender === undefined || sender === "null" || sender === origin;
  if (own) return;
  throw new OperationError("forbidden", "This form was sent from another site.", {
    fix: "Go back to the application and start again.",
  });
}

/**
 * Reads a posted form.
 * @returns each field's one value
 * @throws OperationError invalid_input for another content type, too much of anything, or a field sent twice
 */
export async function readForm(request: IncomingMessage): Promise<ReadonlyMap<string, string>> {
  const fields = new Map<string, string>();
  for (const [name, value] of await readFormPairs(request)) {
    if (fields.has(name))
      throw new OperationError("invalid_input", `${name} was sent twice.`, { field: name });
    fields.set(name, value);
    if (fields.size > mostFields) throw new OperationError("invalid_input", "The form has too many fields.");
  }
  return fields;
}

/**
 * Reads a posted form whose fields may repeat.
 * @throws OperationError invalid_input for another content type or too much
 */
export async function readFormPairs(request: IncomingMessage): Promise<URLSearchParams> {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") {
    throw new OperationError("invalid_input", "The form must be sent as application/x-www-form-urlencoded.", {
      field: "content-type",
    });
  }
  return new URLSearchParams(await readBody(request));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes)
      throw new OperationError("invalid_input", `The form is larger than ${mostBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
