// Reads the text and title of a PDF, by a library that is handed in: it is large, and loaded with the first PDF.

import type { ExtractedText } from "./extracted_text.ts";

/** @returns the text of all pages, apart by a blank line. @throws whatever the PDF library throws at a broken file. */
export async function extractPdfText(
  bytes: Uint8Array,
  unpdf: typeof import("unpdf"),
): Promise<ExtractedText> {
  const { extractText, getDocumentProxy, getMeta } = unpdf;
  // A copy, because the library takes the buffer over; silent, because its warnings go to the console.
  const pdf = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
  try {
    const { text } = await extractText(pdf);
    const { info } = await getMeta(pdf);
    const title: unknown = info["Title"];
    const known = typeof title === "string" && title.trim() !== "" ? { title: title.trim() } : {};
    return { text: text.join("\n\n").trim(), ...known };
  } finally {
    await pdf.loadingTask.destroy();
  }
}
