// Owns what a paper is that people read: headings, sentences, lists, tables and code, as data. paper_markdown.ts and
// paper_html.ts write it; text of other people's making stays text in both.

/** A piece of a sentence. */
export type Piece = string | { code: string } | { strong: string } | { link: string; to: string };

/** A sentence, or what stands in a cell. */
export type Words = string | readonly Piece[];

/** A part of a paper, in the order in which it is read. */
export type Part =
  | { heading: string }
  | { text: Words }
  | { list: readonly Words[]; numbered?: boolean }
  | { table: { head: readonly string[]; rows: readonly (readonly Words[])[] } }
  /** Lines to copy. */
  | { code: string; language: "json" | "sh" | "text" | "hcl" };

/** A paper. */
export interface Paper {
  title: string;
  parts: readonly Part[];
}

/** A value that is copied as it is: an address, an id, a command. */
export const code = (text: string): Piece => ({ code: text });

/** A word that must not be missed. */
export const strong = (text: string): Piece => ({ strong: text });

/** A sentence with pieces in it: say`The role ${code(arn)} may search.` */
export function say(texts: TemplateStringsArray, ...pieces: readonly Piece[]): Words {
  return texts.flatMap((text, at) => {
    const piece = pieces[at];
    return [...(text === "" ? [] : [text]), ...(piece === undefined ? [] : [piece])];
  });
}

/** The pieces of a sentence. */
export const piecesOf = (words: Words): readonly Piece[] => (typeof words === "string" ? [words] : words);

/** Text on one line, without what a terminal obeys or a reader is deceived by. */
export function plainLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/\p{Bidi_Control}/gu, "")
    .trim();
}
