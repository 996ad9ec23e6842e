// Owns reading the shell blocks of a page, in order, as a reader would copy them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./checkout.ts";

/** A fenced block whose language is `sh`. */
export interface ShellBlock {
  page: string;
  /** Line of the opening fence, for messages. */
  line: number;
  text: string;
}

/** The shell blocks of a page. */
export function shellBlocksOf(page: string): ShellBlock[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^```(?:sh|bash|shell|console)\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split("\n").length,
    text: match[1] ?? "",
  }));
}
