// Cuts a document's text into passages, the unit that is ranked and answered. Pure.

/** Longest passage in characters: the model's limit of one string attribute, and of `content` in practice. */
export const MAX_PASSAGE_CHARACTERS = 2048;

/** Passages are filled to about this size, so that one passage is about one thing. */
const TARGET_PASSAGE_CHARACTERS = 800;

/**
 * Splits text at blank lines, then at sentence ends, then at spaces, and joins the pieces again up to the target
 * size. A heading (a short line without end punctuation) stays with the text that follows it. No text is lost
 * but white space.
 */
export function splitPassages(text: string): string[] {
  const blocks = text
    .replace(/\r\n?/g, "\n")
    .split(/\n[ \t]*\n\s*/)
    .map((block) => block.trim())
    .filter((block) => block !== "")
    .flatMap((block) => (block.length <= MAX_PASSAGE_CHARACTERS ? [block] : splitLong(block)));

  const passages: string[] = [];
  let open = "";
  for (const block of blocks) {
    const joined = open === "" ? block : `${open}\n\n${block}`;
    const keeps = open === "" || joined.length <= TARGET_PASSAGE_CHARACTERS || isHeading(open);
    if (keeps && joined.length <= MAX_PASSAGE_CHARACTERS && !(isHeading(block) && open.length > 400)) {
      open = joined;
      continue;
    }
    if (open !== "") passages.push(open);
    open = block;
  }
  if (open !== "") passages.push(open);
  return passages;
}

function isHeading(block: string): boolean {
  return block.length <= 120 && !block.includes("\n") && !/[.!?:;,]$/.test(block);
}

function splitLong(block: string): string[] {
  const sentences = block.split(/(?<=[.!?。！？])\s+|\n+/u).flatMap((sentence) => hardWrap(sentence));
  const parts: string[] = [];
  let open = "";
  for (const sentence of sentences) {
    const joined = open === "" ? sentence : `${open} ${sentence}`;
    if (joined.length <= TARGET_PASSAGE_CHARACTERS || open === "") {
      open = joined;
    } else {
      parts.push(open);
      open = sentence;
    }
  }
  if (open !== "") parts.push(open);
  return parts;
}

/** Breaks text without sentence ends at spaces and, failing that, between characters (never inside a pair). */
function hardWrap(sentence: string): string[] {
  const parts: string[] = [];
  let rest = sentence.trim();
  while (rest.length > MAX_PASSAGE_CHARACTERS) {
    const space = rest.lastIndexOf(" ", MAX_PASSAGE_CHARACTERS);
    let cut = space > TARGET_PASSAGE_CHARACTERS ? space : MAX_PASSAGE_CHARACTERS;
    const before = rest.charCodeAt(cut - 1);
    if (before >= 0xd800 && before <= 0xdbff) cut -= 1;
    parts.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  if (rest !== "") parts.push(rest);
  return parts;
}
