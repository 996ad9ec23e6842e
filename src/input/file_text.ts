// Owns reading the files that people hand over: as text, whichever encoding their tools wrote, piece by piece, so that
// a file of any size is read with the memory of a piece. A fault names the file and the line.
import { createReadStream } from "node:fs";
import { TextDecoder } from "node:util";
import { OperationError } from "../errors.ts";

/** Where a fault of a file is told. */
export type FileFault = (line: number, what: string, fix: string) => OperationError;

/** How faults of a file are told: its name, the line, what is wrong with it. */
export const faultsOfFile =
  (path: string): FileFault =>
  (line, what, fix) =>
    new OperationError("invalid_input", `${path}, line ${line}: ${what}.`, { field: "file", fix });

/**
 * Reads a file as text: UTF-8 with or without a byte order mark, or UTF-16 with one, as PowerShell writes it.
 * @throws OperationError invalid_input if it is not there, cannot be read, or is not text in one of these encodings
 */
export async function* readFileText(path: string): AsyncGenerator<string> {
  const fault = faultsOfFile(path);
  let decoder: TextDecoder | undefined;
  let line = 1;
  const decode = (bytes: Uint8Array, last: boolean): string => {
    decoder ??= new TextDecoder(encodingOf(bytes), { fatal: true });
    const { encoding } = decoder;
    try {
      const text = decoder.decode(bytes, { stream: !last });
      for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) line += 1;
      return text;
    } catch {
      throw fault(
        line + linesBeforeFault(bytes, encoding),
        `these bytes are no ${encoding.toUpperCase()}`,
        "Save the file as UTF-8.",
      );
    }
  };
  try {
    for await (const bytes of createReadStream(path)) yield decode(bytes as Buffer, false);
  } catch (error) {
    if (error instanceof OperationError) throw error;
    throw new OperationError("invalid_input", `${path} cannot be read.`, {
      field: "file",
      fix: "Name a file that is there and that you may read.",
      cause: error,
    });
  }
  if (decoder !== undefined) yield decode(new Uint8Array(), true);
}

// A piece may begin with the rest of a letter, which is no fault.
function linesBeforeFault(bytes: Uint8Array, encoding: string): number {
  const begin = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
  const [before = "", ...rest] = new TextDecoder(encoding).decode(bytes.subarray(begin)).split("\ufffd");
  return rest.length === 0 ? 0 : before.split("\n").length - 1;
}

/**
 * The text of a small file, whole.
 *
 * @param bytes UTF-8 with or without a byte order mark, or UTF-16 with one
 * @returns the text without the mark; undefined when the bytes are something else
 */
export function decodeFileText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return "utf-8";
}
