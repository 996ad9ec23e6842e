// Owns reading a posted form: small, urlencoded, each field once.
import type { IncomingMessage } from "node:http";

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

/**
 * Reads a form body.
 * @throws FormError 413 above 16 KiB, 415 for another content type, 400 for a field that comes twice
 */
export async function readForm(request: IncomingMessage): Promise<ReadonlyMap<string, string>> {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") throw new FormError(415, "the body is no form");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > maxBytes) throw new FormError(413, "the form is too large");
    chunks.push(chunk);
  }
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(Buffer.concat(chunks).toString("utf8"))) {
    if (fields.has(name)) throw new FormError(400, `the field ${JSON.stringify(name)} comes twice`);
    fields.set(name, value);
  }
  return fields;
}
