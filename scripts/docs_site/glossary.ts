// Owns reading the glossary: one third heading a term, `### ID token` or `### Trusted token issuer (TTI)`, and the first
// sentence below it, which the site shows where a page first uses the term.
import { lexer } from "marked";
import { relativeUrl } from "./links.ts";
import { headingsOf } from "./markdown_page.ts";
import { plainText, urlOf } from "./site_pages.ts";

/** The page of the terms. */
export const glossaryPage = "docs/glossary.md";

/** A term as one page links it. */
export interface GlossaryTerm {
  /** Finds it in text that is escaped for HTML. */
  readonly pattern: RegExp;
  /** Its place, as seen from the page. */
  readonly href: string;
  /** What it means, in a sentence. */
  readonly meaning: string;
}

/** A term as the glossary has it. */
export interface GlossaryEntry {
  /** Its spellings, the first as the heading begins. */
  readonly names: readonly string[];
  readonly id: string;
  readonly meaning: string;
}

/** The entries of the glossary, in its order. */
export function readGlossary(text: string): GlossaryEntry[] {
  const ids = headingsOf(text);
  const tokens = lexer(text).filter((token) => token.type !== "space");
  let heading = 0;
  return tokens.flatMap((token, index) => {
    if (token.type !== "heading") return [];
    const { depth, id, text: words } = ids[heading++] ?? { depth: 0, id: "", text: "" };
    if (depth !== 3) return [];
    const next = tokens[index + 1];
    const meaning = next?.type === "paragraph" ? plainText([next]).replace(/\s+/g, " ") : "";
    const [, name = "", more = ""] = /^(.*?)(?: \((.*)\))?$/.exec(words) ?? [];
    const names = [name, ...more.split(", ")].filter((one) => one !== "");
    return [{ names, id, meaning: /^.*?[.:](?= |$)/.exec(meaning)?.[0] ?? meaning }];
  });
}

/** The terms as a page links them. */
export function termsFor(source: string, entries: readonly GlossaryEntry[]): GlossaryTerm[] {
  if (source === glossaryPage) return [];
  const place = relativeUrl(urlOf(source), urlOf(glossaryPage));
  return entries.map(({ names, id, meaning }) => ({
    pattern: new RegExp(
      `(?<![\\p{L}\\p{N}_./-])(?:${names.map(spelled).join("|")})(?![\\p{L}\\p{N}_/-])`,
      "u",
    ),
    href: `${place}#${id}`,
    meaning,
  }));
}

// A name that begins like a sentence is found within one too; an abbreviation is found as it is. One or several.
function spelled(name: string): string {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const [first = "", second = ""] = [escaped[0], escaped[1]];
  const isWord = first === first.toUpperCase() && second === second.toLowerCase() && second !== "";
  return `${isWord ? `[${first}${first.toLowerCase()}]${escaped.slice(1)}` : escaped}s?`;
}
