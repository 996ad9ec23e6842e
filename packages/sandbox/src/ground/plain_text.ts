// Texts for people that hold what strangers sent: nothing in them may move a terminal's cursor or feign a line. Pure.

/** @returns the text on one line, with control characters and those that turn the reading direction made visible */
export function oneLine(text: string): string {
  return plainText(text.replace(/\s+/g, " "));
}

/** @returns the text with its lines, without other control characters: U+FFFD stands for each */
export function plainText(text: string): string {
  return text.replace(/(?![\t\n])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, "\ufffd");
}
