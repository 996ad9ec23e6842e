// Owns reading a posted form: small, urlencoded, each field once.
import type { IncomingMessage } from "node:http";
import { OperationError } from "../errors.ts";
import { BodyFault, readFormFields } from "../input/request_body.ts";

const maxBytes = 16 * 1024;

/** The posted form cannot be used; `status` is the HTTP answer it deserves. */
export class FormError extends Error {
  override readonly name = "FormError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const statuses = { type: 415, size: 413, time: 408 } as const;

/**
 * Reads a form body.
 * @throws FormError 413 above 16 KiB, 415 for another content type, 408 if it does not arrive, 400 for a field that
 *   comes twice or is no text
 */
export async function readForm(request: IncomingMessage): Promise<ReadonlyMap<string, string>> {
  try {
    return await readFormFields(request, { mostBytes: maxBytes });
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const status = error instanceof BodyFault ? statuses[error.kind] : 400;
    throw new FormError(status, error.message.replace(/\.$/, ""));
  }
}
