// Owns answers that are streamed as lines, one JSON document each, while their pages are read.
import { Readable } from "node:stream";
import { answerOf } from "../http_errors.ts";

/**
 * Streams pages as lines. The first page is waited for, so that a refusal still has its own status; a failure later can
 * only be a last line of its own.
 * @param rowsOf what of a page is a line each
 */
export async function linesOf<Page>(
  pages: AsyncGenerator<Page>,
  rowsOf: (page: Page) => readonly unknown[],
): Promise<Readable> {
  const first = await pages.next();
  const linesOfPage = (page: Page) =>
    rowsOf(page)
      .map((row) => `${JSON.stringify(row)}\n`)
      .join("");
  const lines = async function* () {
    try {
      if (first.done !== true) yield linesOfPage(first.value);
      for await (const page of pages) yield linesOfPage(page);
    } catch (error) {
      const { code, message, fix } = answerOf(error);
      yield `${JSON.stringify({ error: code, error_description: message, fix })}\n`;
    }
  };
  return Readable.from(lines());
}
