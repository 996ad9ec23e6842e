// Turns the bytes of a document into the text that is indexed, by content type.

import { loadOptional } from "../../ground/optional_package.ts";
import { byteOrderMark, decodeAs } from "./decode_text.ts";
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
 * @throws UnreadableDocumentError for binary data in a text format and for PDFs that are broken or locked;
 *   MissingPackageError when the package that reads this type is not installed
 */
export async function extractText(
  bytes: Uint8Array,
  contentType: ReadableContentType,
): Promise<ExtractedText> {
  // The parsers are loaded with their first document, so that a sandbox without such documents starts fast.
  switch (contentType) {
    case "PDF": {
      const { extractPdfText } = await import("./pdf_text.ts");
      const unpdf = await loadOptional("unpdf", "Reading PDF", () => import("unpdf"));
      try {
        return await extractPdfText(bytes, unpdf);
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : "unknown fault";
        throw new UnreadableDocumentError(`is not a readable PDF (${why})`, { cause });
      }
    }
    case "HTML": {
      const { extractHtmlText } = await loadOptional(
        "htmlparser2",
        "Reading HTML",
        () => import("./html_text.ts"),
      );
      return extractHtmlText(decodeText(bytes, declaredCharset(bytes), UNDECLARED_HTML));
    }
    case "MD": {
      const load = () => import("./markdown_text.ts");
      // Markdown is rendered, and then read as HTML is.
      const { extractMarkdownText } = await loadOptional("marked", "Reading Markdown", () =>
        loadOptional("htmlparser2", "Reading Markdown", load),
      );
      return extractMarkdownText(decodeText(bytes));
    }
    case "PLAIN_TEXT":
      return { text: decodeText(bytes, xmlCharset(bytes)).trim() };
  }
}

/** What an HTML page is read as that declares no encoding and is not UTF-8 (HTML standard, the default of most locales). */
const UNDECLARED_HTML = "windows-1252";
/** A declaration farther down is not looked for. */
const DECLARATION_BYTES = 64 * 1024;

/**
 * Reads bytes as what they say they are, or as UTF-8. Nothing is replaced: what cannot be read so is told.
 *
 * @param declared encoding the document declares
 * @param undeclared encoding to try at last when nothing is declared
 */
function decodeText(bytes: Uint8Array, declared?: string, undeclared?: string): string {
  const mark = byteOrderMark(bytes);
  if (!mark?.startsWith("utf-16") && bytes.includes(0))
    throw new UnreadableDocumentError("holds binary data, not text");
  // A declaration that can be read as ASCII is not UTF-16, whatever it says (HTML standard, prescan a byte stream).
  const named = declared !== undefined && !/^utf-?16/i.test(declared) ? [declared] : [];
  const tried = mark === undefined ? [...named, "utf-8"] : [mark];
  const last = mark === undefined && declared === undefined && undeclared !== undefined ? [undeclared] : [];
  for (const label of [...tried, ...last]) {
    const text = decodeAs(bytes, label);
    if (text === undefined) continue;
    if (text.includes("\u0000")) throw new UnreadableDocumentError("holds binary data, not text");
    return text;
  }
  throw new UnreadableDocumentError(
    `is not ${mark ?? declared ?? "UTF-8"}; save it as UTF-8${undeclared === undefined ? "" : ", or declare its charset"}`,
  );
}

/** Plain text declares nothing, but XML is handed over as it too. */
function xmlCharset(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 200)).toString("latin1");
  return head.startsWith("<?xml") ? declaredCharset(bytes) : undefined;
}

/** The encoding an HTML page or XML document declares: in its XML declaration, or in the first `<meta>` that names one. */
function declaredCharset(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, DECLARATION_BYTES)).toString("latin1");
  return (
    /^\s*<\?xml[^>]{0,200}encoding=["']([\w-]+)/i.exec(head)?.[1] ??
    /<meta[^>]{0,200}charset=["']?([\w-]+)/i.exec(head)?.[1]
  );
}
