// Owns writing a paper as one HTML file that stands by itself: no script, nothing loaded, to be opened, mailed or printed.
// Everything of a paper is escaped. Pure.
import { type Paper, type Part, type Piece, piecesOf, type Words } from "./paper.ts";

/** The paper as an HTML document. */
export function htmlOf({ title, parts }: Paper): string {
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    "</head>",
    "<body>",
    "<main>",
    `<h1>${escaped(title)}</h1>`,
    ...parts.map(partHtml),
    "</main>",
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function partHtml(part: Part): string {
  if ("heading" in part) return `<h2>${escaped(part.heading)}</h2>`;
  if ("text" in part) return `<p>${wordsHtml(part.text)}</p>`;
  if ("list" in part) {
    const tag = part.numbered === true ? "ol" : "ul";
    return [`<${tag}>`, ...part.list.map((words) => `<li>${wordsHtml(words)}</li>`), `</${tag}>`].join("\n");
  }
  if ("table" in part) {
    const { head, rows } = part.table;
    const cells = (tag: "th" | "td", row: readonly Words[]) =>
      `<tr>${row.map((words) => `<${tag}>${wordsHtml(words)}</${tag}>`).join("")}</tr>`;
    return [
      "<table>",
      `<thead>${cells("th", head)}</thead>`,
      "<tbody>",
      ...rows.map((row) => cells("td", row)),
      "</tbody>",
      "</table>",
    ].join("\n");
  }
  return `<pre><code>${escaped(part.code)}</code></pre>`;
}

const wordsHtml = (words: Words): string => piecesOf(words).map(pieceHtml).join("");

function pieceHtml(piece: Piece): string {
  if (typeof piece === "string") return escaped(piece);
  if ("code" in piece) return `<code>${escaped(piece.code)}</code>`;
  if ("strong" in piece) return `<strong>${escaped(piece.strong)}</strong>`;
  return `<a href="${escaped(piece.to)}">${escaped(piece.link)}</a>`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => entities[sign] ?? "").replace(/[^\P{Cc}\n\t]|\p{Bidi_Control}/gu, " ");

const style = `
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff; }
main { max-width: 52rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border: 1px solid #c9ced6; }
code { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: .8rem; background: #f3f4f6; border: 1px solid #c9ced6; } pre code { overflow-wrap: normal; }
li { margin: .3rem 0; }
@media (prefers-color-scheme: dark) { body { color: #e6e8eb; background: #14171a; } pre { background: #1d2126; } th, td, pre { border-color: #454c55; } a { color: #8ab4ff; } }
@media print { body { color: #000; background: #fff; } pre { white-space: pre-wrap; } }
`;
