// Reads the text and title of an HTML document, block by block, as a reader of the page would see it.

import { Parser } from "htmlparser2";
import { type ExtractedText, UnreadableDocumentError } from "./extracted_text.ts";

/** Elements whose content is not text of the page. */
const SILENT = new Set([
  "script",
  "style",
  "noscript",
  "template",
  "svg",
  "iframe",
  "object",
  "nav",
  "select",
]);

/** Elements that end a paragraph. */
const BLOCKS = new Set(
  (
    "address article aside blockquote body dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 " +
    "header hr li main ol p pre section table ul details summary caption"
  ).split(" "),
);

/** No page for readers nests elements deeper; the parser's work grows with the square of the depth. */
const MAX_DEPTH = 5000;

/** Elements that end a line. */
const LINES = new Set(["br", "tr", "option"]);

/**
 * @returns the page's text, paragraphs apart by a blank line, and its title: `<title>`, or else the first `<h1>`
 * @throws UnreadableDocumentError for a page that nests absurdly deep
 */
export function extractHtmlText(html: string): ExtractedText {
  let text = "";
  let title = "";
  let firstHeading = "";
  let depth = 0;
  let silentDepth = 0;
  let preformatted = 0;
  let inTitle = false;
  let inFirstHeading = false;

  const parser = new Parser({
    onopentag(name, attributes) {
      depth += 1;
      if (depth > MAX_DEPTH) throw new UnreadableDocumentError(`nests elements deeper than ${MAX_DEPTH}`);
      if (SILENT.has(name)) silentDepth += 1;
      else if (name === "title") inTitle = true;
      else if (name === "pre") preformatted += 1;
      if (name === "h1" && firstHeading === "") inFirstHeading = true;
      if (BLOCKS.has(name)) text += "\n\n";
      else if (LINES.has(name)) text += "\n";
      else if (name === "td" || name === "th") text += " ";
      else if (name === "img" && silentDepth === 0 && attributes["alt"]) text += ` ${attributes["alt"]} `;
    },
    ontext(data) {
      if (silentDepth > 0) return;
      if (inTitle) {
        title += data;
        return;
      }
      if (inFirstHeading) firstHeading += data;
      text += preformatted > 0 ? data : data.replace(/\s+/g, " ");
    },
    onclosetag(name) {
      depth -= 1;
      if (SILENT.has(name)) silentDepth = Math.max(0, silentDepth - 1);
      else if (name === "title") inTitle = false;
      else if (name === "pre") preformatted = Math.max(0, preformatted - 1);
      else if (name === "h1") inFirstHeading = false;
      if (BLOCKS.has(name)) text += "\n\n";
    },
  });
  parser.end(html);

  const heading = oneLine(title) || oneLine(firstHeading);
  return { text: tidy(text), ...(heading === "" ? {} : { title: heading }) };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function tidy(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim().replace(/[ \t]{2,}/g, " "))
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
