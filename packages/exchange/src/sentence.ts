// Owns ending a sentence with words of somebody else's making, which may end one themselves.

/** The words with one full stop at their end; none where they end with `?` or `!`. */
export function sentence(words: string): string {
  const bare = words.trimEnd();
  return /[?!]$/.test(bare) ? bare : `${bare.replace(/\.+$/, "")}.`;
}
