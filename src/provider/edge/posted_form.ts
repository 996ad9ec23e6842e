// Owns what a posted form may be before oidc-provider reads it: UTF-8, without U+0000, each parameter once. The
// library decodes leniently, in whatever charset the sender names, and looks for repetitions of the parameters it
// knows only.
import type { IncomingMessage } from "node:http";
import { onceEach, parseFormText } from "../../input/form_text.ts";
import { bringsForm, readFormBytes } from "../../input/request_body.ts";

/**
 * Reads a form and makes sure of it, then lets it be read once more.
 * Does nothing for a request that posts no form: the library says what it takes.
 * @param mostBytes more are refused
 * @throws OperationError invalid_input
 */
export async function guardPostedForm(request: IncomingMessage, mostBytes: number): Promise<void> {
  if (request.method !== "POST" || !bringsForm(request)) return;
  const body = await readFormBytes(request, { mostBytes });
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
