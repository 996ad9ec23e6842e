// Owns how a wish for a language is read, from a browser's header and from an application's parameter. Whatever is no
// wish that can be read is none, and how much is looked at is bounded: both come from strangers.

const mostCharacters = 1_024;
const mostWishes = 50;
const tagPattern = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,7}$/;
// RFC 9110 section 12.4.2: at most three digits.
const weightPattern = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/**
 * The language that an `Accept-Language` header likes best (RFC 9110 section 12.5.4), found by lookup: `de-AT` is served with
 * `de` (RFC 4647 section 3.4).
 * @param header as it came; several lines joined with commas
 * @param offered codes in lower case; where `*` decides, the first one it leaves open
 * @returns undefined where it likes none of them
 */
export function preferredLanguage<Code extends string>(
  header: string,
  offered: readonly Code[],
): Code | undefined {
  const wishes = header
    .slice(0, mostCharacters)
    .split(",", mostWishes)
    .map(readWish)
    .filter((wish) => wish !== undefined);
  const refused = new Set(wishes.filter(({ weight }) => weight === 0).map(({ tag }) => tag));
  const wanted = wishes.filter(({ weight }) => weight > 0).sort((one, other) => other.weight - one.weight);
  for (const { tag } of wanted) {
    const found = tag === "*" ? offered.find((code) => !refused.has(code)) : lookUp(tag, offered);
    if (found !== undefined && !(tag !== found && refused.has(found))) return found;
  }
  return undefined;
}

/**
 * The first language of a `ui_locales` parameter that there is (OpenID Connect Core 1.0 section 3.1.2.1).
 * @param locales tags with spaces between, the best liked first
 */
export function firstLanguage<Code extends string>(
  locales: string,
  offered: readonly Code[],
): Code | undefined {
  for (const tag of locales.slice(0, mostCharacters).split(" ", mostWishes)) {
    const found = tagPattern.test(tag) ? lookUp(tag.toLowerCase(), offered) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function readWish(text: string): { tag: string; weight: number } | undefined {
  const [tag = "", ...parameters] = text.split(";").map((part) => part.trim());
  if (tag !== "*" && !tagPattern.test(tag)) return undefined;
  const weight = parameters.length === 0 ? "1" : /^q\s*=\s*(\S+)$/i.exec(parameters[0] ?? "")?.[1];
  if (weight === undefined || parameters.length > 1 || !weightPattern.test(weight)) return undefined;
  return { tag: tag.toLowerCase(), weight: Number(weight) };
}

// Cut from its end until something is offered by that name.
function lookUp<Code extends string>(tag: string, offered: readonly Code[]): Code | undefined {
  const parts = tag.split("-");
  for (let length = parts.length; length > 0; length -= 1) {
    const range = parts.slice(0, length).join("-");
    const found = offered.find((code) => code === range);
    if (found !== undefined) return found;
  }
  return undefined;
}
