// Owns writing a paper as Markdown (CommonMark, tables of GitHub's). Text is escaped, so that a name is never markup. Pure.
import { type Paper, type Part, type Piece, piecesOf, plainLine, type Words } from "./paper.ts";

/** The paper as Markdown. */
export function markdownOf({ title, parts }: Paper): string {
  return `${[`# ${escaped(title)}`, ...parts.map(partText)].join("\n\n")}\n`;
}

function partText(part: Part): string {
  if ("heading" in part) return `## ${escaped(part.heading)}`;
  if ("text" in part) return wordsText(part.text);
  if ("list" in part) {
    return part.list
      .map((words, at) => `${part.numbered === true ? `${at + 1}.` : "-"} ${wordsText(words)}`)
      .join("\n");
  }
  if ("table" in part) {
    const { head, rows } = part.table;
    const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
    const cell = (words: Words) => wordsText(words, true);
    return [
      line(head.map(cell)),
      line(head.map(() => "---")),
      ...rows.map((row) => line(row.map(cell))),
    ].join("\n");
  }
  const fence = "`".repeat(Math.max(3, longestRun(part.code) + 1));
  return `${fence}${part.language}\n${part.code.replace(/\n$/, "")}\n${fence}`;
}

const wordsText = (words: Words, inTable = false): string =>
  piecesOf(words)
    .map((piece, at) => pieceText(piece, inTable, at === 0))
    .join("");

function pieceText(piece: Piece, inTable: boolean, isFirst: boolean): string {
  if (typeof piece === "string") return escaped(piece, isFirst);
  if ("strong" in piece) return `**${escaped(piece.strong)}**`;
  if ("link" in piece)
    return `[${escaped(piece.link)}](<${piece.to.replace(/[<>\s\\]/g, encodeURIComponent)}>)`;
  const text = oneLine(piece.code);
  const ticks = "`".repeat(longestRun(text) + 1);
  const space = text.startsWith("`") || text.endsWith("`") ? " " : "";
  const marked = `${ticks}${space}${text}${space}${ticks}`;
  // A bar ends a cell, in code too; escaped, it is one.
  return inTable ? marked.replaceAll("|", "\\|") : marked;
}

const longestRun = (text: string): number =>
  Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));

const oneLine = (text: string): string => plainLine(text) || " ";

// Every sign that CommonMark gives a meaning may be escaped; and what begins a list or a heading where a text begins.
function escaped(text: string, isFirst = true): string {
  const inside = plainLine(text).replace(/[\\`*_{}[\]<>#|~!&]/g, (sign) => `\\${sign}`);
  const begun = isFirst
    ? inside.replace(/^([+\-=]|\d+(?=[.)]))/, (sign) => (/^\d/.test(sign) ? `${sign}\\` : `\\${sign}`))
    : inside;
  const [before, after] = [/^\s/.test(text) ? " " : "", /\S\s+$/.test(text) ? " " : ""];
  return `${before}${begun}${after}`;
}
