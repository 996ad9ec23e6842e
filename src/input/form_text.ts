// Owns how form-encoded text is decoded: queries and posted forms alike. Strict where the platform's parsers are
// lenient: bytes that are no UTF-8 would silently become other characters, and U+0000 breaks PostgreSQL.
import { OperationError } from "../errors.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Most parameters of a query or a form: no page of ours and no program needs as many, and each costs to be looked at. */
export const mostParameters = 1_000;

/**
 * Decodes `a=1&b=2`.
 * @param raw the text with one character for each byte (latin1), as node gives a request's target
 * @returns names and values in order; a name may repeat
 * @throws OperationError invalid_input for bytes that are no UTF-8, U+0000, or more parameters than {@link mostParameters}
 * @see https://url.spec.whatwg.org/#concept-urlencoded-parser
 */
export function parseFormText(raw: string): [string, string][] {
  const pairs = raw.split("&", mostParameters + 1);
  if (pairs.length > mostParameters) {
    throw new OperationError("invalid_input", `There are more than ${mostParameters} parameters.`);
  }
  return pairs
    .filter((pair) => pair !== "")
    .map((pair) => {
      const at = pair.indexOf("=");
      const name = decode(at < 0 ? pair : pair.slice(0, at));
      return [name, at < 0 ? "" : decode(pair.slice(at + 1))];
    });
}

/**
 * The one rule on repetition: a name is sent once, or the request is refused, because whoever checks one of two
 * values and whoever uses the other are deceived together (parameter pollution).
 * @throws OperationError invalid_input naming the field
 */
export function onceEach(pairs: Iterable<readonly [string, string]>): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of pairs) {
    if (values.has(name)) {
      const field = shown(name);
      throw new OperationError("invalid_input", `${field} was sent twice.`, {
        field,
        fix: "Send each parameter once.",
      });
    }
    values.set(name, value);
  }
  return values;
}

/**
 * Makes sure that a request's target holds text only: its path and query decode to Unicode without U+0000.
 * @param target as the request line has it
 * @throws OperationError invalid_input
 */
export function assertTextTarget(target: string): void {
  const at = target.indexOf("?");
  decode((at < 0 ? target : target.slice(0, at)).replaceAll("+", "%2B"));
  if (at >= 0) parseFormText(target.slice(at + 1));
}

/**
 * Decodes bytes that must be UTF-8.
 * @param what they are, for the error: "The form", "The body"
 * @throws OperationError invalid_input
 */
export function parseUtf8(bytes: Uint8Array, what: string): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new OperationError("invalid_input", `${what} holds bytes that are not UTF-8.`, {
      fix: "Send UTF-8.",
      cause,
    });
  }
}

function decode(part: string): string {
  // Beyond latin1 there is no byte to stand for; node never gives such a target.
  if (/[^\0-\xff]/.test(part)) throw new OperationError("invalid_input", "The request is not encoded.");
  const bytes = part.replaceAll("+", " ").replace(/%([0-9a-f]{2})/gi, (_, hex: string) => {
    return String.fromCharCode(Number.parseInt(hex, 16));
  });
  const text = parseUtf8(Buffer.from(bytes, "latin1"), "The request");
  if (!text.includes("\0")) return text;
  throw new OperationError("invalid_input", "The request holds the character U+0000.", { fix: "Remove it." });
}

// A name of the caller's making, as an error may repeat it.
const shown = (name: string): string => (/^[\w.~-]{1,64}$/.test(name) ? name : "A parameter");
