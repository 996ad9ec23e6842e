// Policy variables: `${key}`, `${key, 'default'}` and the three escapes, as values of conditions and in Resource.
// Pure. IAM user guide, "IAM policy elements: Variables and tags".

/** Condition key (compared without case) → values of the request. A key that is absent has no entry. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

/** A text to match with: each character, and whether it is a wildcard. A variable's value never brings a wildcard. */
export type Pattern = readonly { character: string; isWildcard: boolean }[];

/** Version of the policy language that knows variables; in an older document, or one without Version, they are text. */
const VERSION_WITH_VARIABLES = "2012-10-17";
const VARIABLE = /\$\{([^}]*)\}/g;
const KEY_WITH_DEFAULT = /^\s*([^,\s]+)\s*(?:,\s*'([^']*)'\s*)?$/;
const ESCAPED = new Set(["*", "?", "$"]);

/** @returns whether a document of this Version substitutes variables */
export function hasVariables(version: string | undefined): boolean {
  return version === VERSION_WITH_VARIABLES;
}

/** @returns the text as a pattern, its `*` and `?` as wildcards, with nothing substituted */
export function literalPattern(text: string): Pattern {
  return Array.from(text, (character) => ({ character, isWildcard: character === "*" || character === "?" }));
}

/** @returns the characters of a pattern as a text, for comparisons that know no wildcards and for reports */
export function textOf(pattern: Pattern): string {
  return pattern.map((each) => each.character).join("");
}

/**
 * Substitutes the variables of a policy's text.
 *
 * @param context condition keys of the request
 * @returns null when a variable has no value and no default: "there is no equal or like value"
 */
export function expandVariables(text: string, context: RequestContext): Pattern | null {
  const expanded: { character: string; isWildcard: boolean }[] = [];
  let end = 0;
  for (const match of text.matchAll(VARIABLE)) {
    expanded.push(...literalPattern(text.slice(end, match.index)));
    const value = singleValue(match[1] ?? "", context);
    if (value === null) return null;
    expanded.push(...Array.from(value, (character) => ({ character, isWildcard: false })));
    end = match.index + match[0].length;
  }
  expanded.push(...literalPattern(text.slice(end)));
  return expanded;
}

/** @returns the values of a condition key, whose name is compared without case */
export function findKey(context: RequestContext, key: string): readonly string[] | undefined {
  const direct = context.get(key);
  if (direct !== undefined) return direct;
  const wanted = key.toLowerCase();
  for (const [name, values] of context) if (name.toLowerCase() === wanted) return values;
  return undefined;
}

/** A key with several values has no single value to put in a text. */
function singleValue(variable: string, context: RequestContext): string | null {
  if (ESCAPED.has(variable)) return variable;
  const [, key = "", fallback] = KEY_WITH_DEFAULT.exec(variable) ?? [];
  const values = findKey(context, key) ?? [];
  return values.length === 1 ? (values[0] ?? null) : (fallback ?? null);
}
