// Turns the bytes of a document into the text that is indexed, by content type.

import { TextDecoder } from "node:util";
import { type ExtractedText, UnreadableDocumentError } from "./extracted_text.ts";

export { type ExtractedText, UnreadableDocumentError } from "./extracted_text.ts";

/** The content types of BatchPutDocument (Q Business `ContentType`) this engine can read. */
export type ReadableContentType = "PLAIN_TEXT" | "MD" | "HTML" | "PDF";

/** Whether {@link extractText} knows a content type. */
export function isReadableContentType(contentType: string): contentType is ReadableContentType {
  return ["PLAIN_TEXT", "MD", "HTML", "PDF"].includes(contentType);
}

/**
 * Reads the text of a document.
 *
 * @throws UnreadableDocumentError for binary data in a text format and for PDFs that are broken or locked.
 */
export async function extractText(
  bytes: Uint8Array,
  contentType: ReadableContentType,
): Promise<ExtractedText> {
  // The parsers are loaded with their first document, so that a sandbox without such documents starts fast.
  switch (contentType) {
    case "PDF": {
      const { extractPdfText } = await import("./pdf_text.ts");
      try {
        return await extractPdfText(bytes);
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : "unknown fault";
        throw new UnreadableDocumentError(`is not a readable PDF (${why})`, { cause });
      }
    }
    case "HTML": {
      const { extractHtmlText } = await import("./html_text.ts");
      return extractHtmlText(decodeText(bytes, declaredCharset(bytes)));
    }
    case "MD": {
      const { extractMarkdownText } = await import("./markdown_text.ts");
      return extractMarkdownText(decodeText(bytes));
    }
    case "PLAIN_TEXT":
      return { text: decodeText(bytes).trim() };
  }
}

/** UTF-8, or UTF-16 by its byte order mark, or what an HTML page declares; a declared unknown charset is UTF-8. */
function decodeText(bytes: Uint8Array, charset = "utf-8"): string {
  const label = byteOrderMark(bytes) ?? charset;
  let text: string;
  try {
    text = new TextDecoder(label).decode(bytes);
  } catch {
    text = new TextDecoder("utf-8").decode(bytes);
  }
  if (text.includes("\u0000")) throw new UnreadableDocumentError("holds binary data, not text");
  return text;
}

function byteOrderMark(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return undefined;
}

function declaredCharset(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 1024)).toString("latin1");
  return /<meta[^>]{0,200}charset=["']?([\w-]+)/i.exec(head)?.[1] ?? "utf-8";
}
