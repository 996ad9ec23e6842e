// Owns how a sentence of the catalogue carries emphasis without markup: what is put into it is marked with characters that
// no text may hold, and a template draws the parts, each escaped.

const [strongBegins, hostBegins, ends] = ["\uE000", "\uE001", "\uE002"] as const;
const marks = /[\uE000-\uE002]/g;

/** A piece of a sentence. */
export interface SaidPart {
  text: string;
  /** `host`: an address or a code, in the font of code. */
  as?: "strong" | "host" | undefined;
}

const marked = (begins: string) => {
  return <Text extends string | undefined>(text: Text) =>
    (text === undefined ? undefined : `${begins}${text.replace(marks, "")}${ends}`) as Text;
};

/** Marks a value as the word that matters. */
export const strong = marked(strongBegins);

/** Marks a value as an address or a code. */
export const host = marked(hostBegins);

/** Cuts a sentence into its parts. */
export function saidParts(sentence: string): readonly SaidPart[] {
  return sentence.split(/([\uE000\uE001][^\uE002]*\uE002)/).flatMap((piece): SaidPart[] => {
    const text = piece.replace(marks, "");
    if (text === "") return [];
    if (piece.startsWith(strongBegins)) return [{ text, as: "strong" }];
    return [{ text, as: piece.startsWith(hostBegins) ? "host" : undefined }];
  });
}
