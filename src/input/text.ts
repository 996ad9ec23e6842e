// Owns what a text from outside may look like: one parser for every face (provider, handoff, minting, admin, CLI),
// so that a name which one of them refuses cannot come in by another, and both stores keep it letter by letter.

/** What a field takes. */
export interface TextRule {
  /** At most this many characters (code points, as people count, not UTF-16 units). */
  most: number;
  /** At least this many; 1 unless said otherwise. */
  least?: number;
  /** Whether it may have several lines: line feeds stay then, other control characters do not. */
  lines?: boolean;
  /** Whether the text is an identifier: compared as sent, so what would be trimmed or composed is refused. */
  exact?: boolean;
}

/** A name that people read: of a person, a customer, an application. */
export const nameRule: TextRule = { most: 200 };

// Everything that is not seen, or changes how the rest is seen: control and format characters (reversed writing,
// zero-width ones, tags), line and paragraph separators, fillers, halves of characters, and what is no character.
const invisible =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u;

// Three invisible ones belong to writing: the joiners between letters of scripts that need them (Persian, Indic),
// the joiner between pictures, and the selector that makes a picture of a sign (UAX #31 section 2.3).
const legitimate =
  /(?<=[^\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Common}\p{sc=Inherited}])[\u200c\u200d](?=\p{L})|(?<=\p{Extended_Pictographic}\ufe0f?\p{Emoji_Modifier}?)\u200d(?=\p{Extended_Pictographic})|(?<=[\p{Extended_Pictographic}#*0-9])\ufe0f/gu;

/**
 * Reads a text that people read. It comes out in Unicode normalization form C, without surrounding space.
 * @param rule what the field takes
 * @returns the text, or what is wrong with it: a phrase that follows the field's name
 */
export function readText(value: unknown, rule: TextRule): { text: string } | { fault: string } {
  if (typeof value !== "string") return { fault: wrongLength(rule) };
  if (!value.isWellFormed()) return { fault: "holds half a character (a lone surrogate)" };
  // Normalizing can lengthen text eighteenfold; nothing sensible is this long.
  if (value.length > rule.most * 4 + 64) return { fault: wrongLength(rule) };
  const text = value.normalize("NFC").trim();
  if (rule.exact && text !== value)
    return { fault: "has space around it, or letters that are not composed (NFC)" };
  const judged = (rule.lines ? text.replace(/\r?\n/g, "") : text).replace(legitimate, "");
  if (invisible.test(judged)) return { fault: "holds invisible characters (control, format or line break)" };
  const length = [...text].length;
  return length < (rule.least ?? 1) || length > rule.most ? { fault: wrongLength(rule) } : { text };
}

const wrongLength = ({ least, most }: TextRule): string =>
  `must be text of ${least ?? 1} to ${most} characters`;

/**
 * Whether a text can be kept, or looked for, on either store: PostgreSQL takes no U+0000, and half a character
 * would come back as another. An id that is not storable names nothing.
 */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}
