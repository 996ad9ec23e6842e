// Owns how secrets look on a page: long enough to compare two of them, too short to use one.

/**
 * First characters, an ellipsis, last four. A value too short to be cut safely is hidden altogether.
 * @param value token, key or secret
 * @param head characters kept at the start
 */
export function shorten(value: string, head = 6): string {
  return value.length < 2 * (head + 4) ? "…" : `${value.slice(0, head)}…${value.slice(-4)}`;
}
