// Reads the text and title of a Markdown document: its markup is rendered and then read as HTML is.

import { marked } from "marked";
import { type ExtractedText, UnreadableDocumentError } from "./extracted_text.ts";
import { extractHtmlText } from "./html_text.ts";

/**
 * @returns the text without markup; the title is the front matter's `title`, or else the first heading
 * @throws UnreadableDocumentError for a document that nests absurdly deep
 */
export function extractMarkdownText(markdown: string): ExtractedText {
  const front = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(markdown);
  const body = front === null ? markdown : markdown.slice(front[0].length);
  const named = /^title:[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\n]*))/m.exec(front?.[1] ?? "");
  const frontTitle = (named?.[1] ?? named?.[2] ?? named?.[3] ?? "").trim();

  const rendered = extractHtmlText(render(body));
  const title = frontTitle === "" ? rendered.title : frontTitle;
  return { text: rendered.text, ...(title === undefined ? {} : { title }) };
}

function render(markdown: string): string {
  try {
    return marked.parse(markdown, { async: false });
  } catch (cause) {
    // The renderer recurses with quotes and lists; absurd nesting exhausts the stack.
    throw new UnreadableDocumentError("is not readable as Markdown (nested too deep)", { cause });
  }
}
