// Owns reading a form that brings a file (multipart/form-data, RFC 7578): as browsers write it and not otherwise, every field
// once, little of everything. A file is given as base64, by the name of its field: it is a text like any other from there on.
import type { IncomingMessage } from "node:http";
import { OperationError } from "../errors.ts";
import { onceEach, parseUtf8 } from "./form_text.ts";
import { BodyFault, readUploadBytes } from "./request_body.ts";

/** How large such a form may be. */
export interface UploadLimits {
  /** The field that brings the file. */
  file: string;
  mostFileBytes: number;
  mostFields: number;
}

const mostHeadBytes = 1_024;
// Of everything but the file.
const mostOtherBytes = 16 * 1024;

/**
 * Reads a posted form that brings a file.
 * @returns each field's one value; a file's bytes in base64, empty where none was chosen
 * @throws OperationError invalid_input for another content type, too much of anything (of a file by its field), what is not written as RFC 7578 says, a
 *   field that is no text, or one that was sent twice
 */
export async function readUploadedForm(
  request: IncomingMessage,
  { file, mostFileBytes, mostFields }: UploadLimits,
): Promise<ReadonlyMap<string, string>> {
  const mostBytes = mostFileBytes + mostOtherBytes;
  const { bytes, boundary } = await readUploadBytes(request, { mostBytes }).catch((error: unknown) => {
    if (!(error instanceof BodyFault) || error.kind !== "size") throw error;
    throw new OperationError("invalid_input", `${file} is larger than ${mostFileBytes / 1024} KiB.`, {
      field: file,
      fix: "Choose a smaller file.",
    });
  });
  return onceEach(partsOf(bytes, boundary, mostFields));
}

/**
 * Cuts such a form into its fields. Pure.
 * @param boundary as the content type says it
 * @throws OperationError invalid_input
 */
export function partsOf(body: Buffer, boundary: string, mostFields: number): [string, string][] {
  const line = Buffer.from(`\r\n--${boundary}`, "latin1");
  // As if a line had ended before the form begins, so that every boundary is alike.
  const whole = Buffer.concat([Buffer.from("\r\n"), body]);
  if (whole.indexOf(line) !== 0) throw malformed();
  const fields: [string, string][] = [];
  for (let at = line.length; ; ) {
    const next = whole.toString("latin1", at, at + 2);
    if (next === "--") {
      if (!["", "\r\n"].includes(whole.toString("latin1", at + 2))) throw malformed();
      return fields;
    }
    const end = whole.indexOf(line, at);
    const head = whole.indexOf("\r\n\r\n", at);
    if (next !== "\r\n" || end < 0 || head < 0 || head > end || head - at > mostHeadBytes) throw malformed();
    if (fields.length === mostFields)
      throw new OperationError("invalid_input", "The form has too many fields.");
    fields.push(fieldOf(parseUtf8(whole.subarray(at + 2, head), "The form"), whole.subarray(head + 4, end)));
    at = end + line.length;
  }
}

function fieldOf(head: string, content: Buffer): [string, string] {
  const lines = head.split("\r\n").filter((line) => /^content-disposition:/i.test(line));
  const told = /^content-disposition: form-data; name="([^"\r\n]{1,64})"(; filename="[^"\r\n]*")?$/i.exec(
    lines.length === 1 ? (lines[0] ?? "") : "",
  );
  const [, name, file] = told ?? [];
  if (name === undefined) throw malformed();
  if (file !== undefined) return [name, content.toString("base64")];
  const text = parseUtf8(content, "The form");
  if (text.includes("\0"))
    throw new OperationError("invalid_input", "The form holds U+0000.", { fix: "Send text." });
  return [name, text];
}

const malformed = (): OperationError =>
  new OperationError("invalid_input", "The form is not written as multipart/form-data.", {
    fix: "Send it from the page, in a browser.",
  });
