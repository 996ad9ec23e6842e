// Owns what a posted form may be before oidc-provider reads it: UTF-8, without U+0000, each parameter once. The
// library decodes leniently, in whatever charset the sender names, and looks for repetitions of the parameters it
// knows only.
import type { IncomingMessage } from "node:http";
import { OperationError } from "../../errors.ts";
import { onceEach, parseFormText } from "../../input/form_text.ts";

/**
 * Reads a form and makes sure of it, then lets it be read once more.
 * Does nothing for a request that posts no form: the library says what it takes.
 * @param mostBytes more are refused
 * @throws OperationError invalid_input
 */
export async function guardPostedForm(request: IncomingMessage, mostBytes: number): Promise<void> {
  if (request.method !== "POST" || !isForm(request)) return;
  const body = await readFormBytes(request, mostBytes);
  onceEach(parseFormText(body.toString("latin1")));
  // oidc-provider reads what `readable` and `iterator` give (lib/shared/selective_body.js).
  Object.defineProperty(request, "readable", { value: true, configurable: true });
  Object.defineProperty(request, "iterator", {
    value: async function* replay() {
      if (body.length > 0) yield body;
    },
    configurable: true,
  });
}

/**
 * Reads the body of a form.
 * @throws OperationError invalid_input for another content type, another charset, or too much
 */
export async function readFormBytes(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  if (!isForm(request)) {
    throw new OperationError("invalid_input", "The form must be sent as application/x-www-form-urlencoded.", {
      field: "content-type",
    });
  }
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(request.headers["content-type"] ?? "")?.[1];
  if (charset !== undefined && charset.toLowerCase() !== "utf-8") {
    throw new OperationError("invalid_input", "The form is in another charset than UTF-8.", {
      field: "content-type",
      fix: "Leave charset out, or say utf-8.",
    });
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes)
      throw new OperationError("invalid_input", `The form is larger than ${mostBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function isForm(request: IncomingMessage): boolean {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  return type === "application/x-www-form-urlencoded";
}
