// Bytes to text without loss: what no encoding explains is told, never replaced by U+FFFD.
import { TextDecoder } from "node:util";

/**
 * Decodes what says itself how it is to be read, or is UTF-8.
 *
 * @param bytes UTF-8 with or without byte order mark, or UTF-16 with one
 * @returns undefined when the bytes are something else
 */
export function decodeMarkedText(bytes: Uint8Array): string | undefined {
  return decodeAs(bytes, byteOrderMark(bytes) ?? "utf-8");
}

/** @returns the text, without byte order mark; undefined when the bytes are not of this encoding, or it is unknown */
export function decodeAs(bytes: Uint8Array, label: string): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** @returns the encoding a byte order mark tells */
export function byteOrderMark(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return "utf-8";
  return undefined;
}
