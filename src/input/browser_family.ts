// Owns which browser somebody uses, roughly, as a notice tells it: a family and a system, both of a closed list. What a request
// says of itself is anybody's text, so nothing of it is repeated.

const families: readonly (readonly [mark: string, name: string])[] = [
  ["Edg", "Edge"],
  ["OPR/", "Opera"],
  ["SamsungBrowser/", "Samsung Internet"],
  ["Firefox/", "Firefox"],
  ["FxiOS/", "Firefox"],
  ["Chrome/", "Chrome"],
  ["CriOS/", "Chrome"],
  ["Safari/", "Safari"],
];

const systems: readonly (readonly [mark: string, name: string])[] = [
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Android", "Android"],
  ["Windows", "Windows"],
  ["CrOS", "ChromeOS"],
  ["Macintosh", "Mac"],
  ["Linux", "Linux"],
];

// Longer than any browser's own.
const mostRead = 500;

const nameOf = (list: typeof families, text: string): string | undefined =>
  list.find(([mark]) => text.includes(mark))?.[1];

/**
 * Names the browser of a request.
 * @param userAgent its User-Agent header; of a long one the beginning is read
 * @returns for instance `Firefox, Windows`; undefined: it is none of the known ones
 * @see RFC 9110 section 10.1.5
 */
export function browserFamily(userAgent: string | undefined): string | undefined {
  const read = (userAgent ?? "").slice(0, mostRead);
  const family = nameOf(families, read);
  if (family === undefined) return undefined;
  const system = nameOf(systems, read);
  return system === undefined ? family : `${family}, ${system}`;
}

/** Whether a text is one that {@link browserFamily} makes. */
export function isBrowserFamily(text: string): boolean {
  const [family, system, ...more] = text.split(", ");
  const among = (list: typeof families, name: string | undefined) => list.some(([, one]) => one === name);
  return more.length === 0 && among(families, family) && (system === undefined || among(systems, system));
}
