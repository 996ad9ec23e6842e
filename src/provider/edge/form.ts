// Owns reading what our own pages post: small, form-encoded, from our own origin, every field once.
import type { IncomingMessage } from "node:http";
import { OperationError } from "../../errors.ts";
import { readFormFields, readFormPairs as readPairs } from "../../input/request_body.ts";

const mostBytes = 16 * 1024;
const mostFields = 20;

/** How large a form may be. */
export interface FormLimits {
  mostBytes: number;
  mostFields: number;
}

/** A form is refused for where it came from, whoever sent it. */
export class ForeignForm extends OperationError {
  constructor(message: string, fix: string) {
    super("forbidden", message, { fix });
  }
}

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
  throw new ForeignForm(
    "This form was sent from another site.",
    "Go back to the application and start again.",
  );
}

/**
 * Reads a posted form.
 * @param limits of a form with many fields; absent: 20 fields in 16 KiB
 * @returns each field's one value
 * @throws OperationError invalid_input for another content type, too much of anything, bytes that are no text, or a
 *   field sent twice
 */
export async function readForm(
  request: IncomingMessage,
  limits: FormLimits = { mostBytes, mostFields },
): Promise<ReadonlyMap<string, string>> {
  const fields = await readFormFields(request, limits);
  if (fields.size > limits.mostFields)
    throw new OperationError("invalid_input", "The form has too many fields.");
  return fields;
}

/**
 * Reads a posted form whose fields may repeat.
 * @throws OperationError invalid_input for another content type, too much, or bytes that are no text
 */
export async function readFormPairs(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams(await readPairs(request, { mostBytes }));
}
