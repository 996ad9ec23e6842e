// Owns reading the blocks of a page as a reader comes to them: commands to copy, what they print, what is done by hand
// between two of them, and what a test leaves alone, with the reason that stands before it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./checkout.ts";

/** One fenced block, or one thing to do by hand. */
export interface PageBlock {
  page: string;
  /** Line of the opening fence or of the note, for messages. */
  line: number;
  /**
   * `run`: commands. `output`: what the commands before it print. `by hand`: what the reader does elsewhere, named in a
   * comment `<!-- by hand: NAME -->`. `left out`: a line `*Not tried by a test: REASON*` stands right before it.
   * `other`: a language nobody types into a shell.
   */
  kind: "run" | "output" | "by hand" | "left out" | "other";
  text: string;
  language: string;
}

const pattern =
  /^<!-- by hand: (?<act>.+) -->$|(?:^\*Not tried by a test: (?<reason>.+)\*\n\n?)?^```(?<language>\S*)\n(?<text>[\s\S]*?)^```$/gm;
const shells = ["sh", "bash", "shell", "console"];

/** Every block of a page, in order. Of a `left out` one the text is the reason and the first line. */
export function blocksOf(page: string): PageBlock[] {
  return parseBlocks(page, readFileSync(join(root, page), "utf8"));
}

/** The same of a text, for tests. */
export function parseBlocks(page: string, source: string): PageBlock[] {
  return [...source.matchAll(pattern)].map((match) => {
    const { act, reason, language = "", text = "" } = match.groups ?? {};
    const at = { page, line: source.slice(0, match.index).split("\n").length, language };
    if (act !== undefined) return { ...at, kind: "by hand", text: act };
    if (reason !== undefined) return { ...at, kind: "left out", text: `${reason}: ${text.split("\n")[0]}` };
    const kind = shells.includes(language) ? "run" : language === "text" ? "output" : "other";
    return { ...at, kind, text };
  });
}

/** The commands that a page has in its tables, in place of blocks, one a line. */
export const commandsOfTables = (page: string): string =>
  [...readFileSync(join(root, page), "utf8").matchAll(/^\|.*?`(npx --no tti [^`]+)`/gm)]
    .map(([, command = ""]) => command)
    .join("\n");

/**
 * Where what was printed differs from what a page shows: the first line of the page that does not come; undefined: it all
 * comes, in its order. `…` stands for any characters of a line, a line `…` for any number of lines.
 */
export function missingLine(shown: string, printed: string): string | undefined {
  const lines = printed.split("\n").map((line) => line.trimEnd());
  let at = 0;
  let free = true;
  for (const wanted of shown
    .trimEnd()
    .split("\n")
    .map((line) => line.trimEnd())) {
    if (wanted === "…") {
      free = true;
      continue;
    }
    const words = wanted.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const form = new RegExp(`^${words.join(".*")}$`);
    const found = lines.findIndex((line, index) => index >= at && form.test(line));
    if (found < 0 || (!free && found !== at)) return wanted;
    at = found + 1;
    free = false;
  }
  return undefined;
}
