// Owns how JSON from outside is decoded: strict UTF-8, text that both stores can keep, finite numbers, and no deeper
// than anything here is. (Of a member given twice the last counts, as everywhere: nothing else reads the body.)
import { OperationError } from "../errors.ts";
import { parseUtf8 } from "./form_text.ts";
import { isStorable } from "./text.ts";

const mostDepth = 32;

/**
 * Parses a JSON document.
 * @param bytes the document; a byte order mark in front is let pass
 * @throws OperationError invalid_input for another encoding, bad syntax, U+0000 or half a character in a text or a
 *   name, a number beyond what a double holds (1e400), or nesting deeper than 32
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = parseUtf8(bytes, "The body").replace(/^\ufeff/, "");
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new OperationError("invalid_input", "The body is not JSON.", { cause });
  }
  assertKeepable(document, 0);
  return document;
}

function assertKeepable(value: unknown, depth: number): void {
  if (depth > mostDepth) throw refuse(`is nested deeper than ${mostDepth}`);
  if (typeof value === "string" && !isStorable(value)) throw refuse("holds U+0000 or half a character");
  if (typeof value === "number" && !Number.isFinite(value)) throw refuse("holds a number that is too large");
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    assertKeepable(name, depth);
    // JSON.parse makes an own member of it, which a later copy would turn into a prototype.
    if (name === "__proto__") throw refuse("holds a member called __proto__");
    assertKeepable(member, depth + 1);
  }
}

function refuse(what: string): OperationError {
  return new OperationError("invalid_input", `The body ${what}.`);
}
