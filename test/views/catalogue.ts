// Owns walking the catalogue of texts: each word of a language by its place, those with parameters filled in.

/** Stands for whatever a word is given. */
export const filler = "Xyzzy";

// Whatever a function of the catalogue takes: a text, a number, or an object of such.
const anything: unknown = new Proxy(() => filler, {
  get: (_target, key) =>
    key === Symbol.toPrimitive ? (as: string) => (as === "string" ? filler : 7) : filler,
});

/** Every text of a language, `signIn.title` → "Sign in". */
export function everyText(words: object, place = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
    const here = place === "" ? key : `${place}.${key}`;
    if (typeof value === "string") found.set(here, value);
    else if (typeof value === "function") take(here, value(anything));
    else for (const [inner, text] of everyText(value as object, here)) found.set(inner, text);
  }
  return found;

  function take(here: string, said: unknown): void {
    if (typeof said === "string") found.set(here, said);
    else for (const [inner, text] of everyText(said as object, here)) found.set(inner, text);
  }
}

/** What a page says, as a person reads or hears it: its texts and the labels nobody sees. */
export function saidBy(html: string): string[] {
  const labels = [...html.matchAll(/\s(?:aria-label|title|alt|placeholder)="([^"]*)"/g)].map(
    ([, text = ""]) => text,
  );
  const texts = html
    .slice(html.indexOf("<title>"))
    .replace(/<meta[^>]*>|<link[^>]*>/g, "")
    .split(/<[^>]*>/);
  return [...labels, ...texts]
    .map((text) => text.replaceAll("&#39;", "'").replaceAll("&#34;", '"').replaceAll("&amp;", "&").trim())
    .filter((text) => text !== "");
}
