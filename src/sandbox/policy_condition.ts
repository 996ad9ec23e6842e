// Judges one condition of a policy statement against the condition keys of a request. Pure.
// IAM user guide, "IAM JSON policy elements: Condition operators" and "multivalued context keys".

/** Condition key (compared without case) → values of the request. A key that is absent has no entry. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

/** Outcome of one condition. */
export type ConditionVerdict = { known: boolean; holds: boolean; why: string };

type Comparison = { test: (actual: string, expected: string) => boolean; negated: boolean };

const positive = (test: Comparison["test"]): Comparison => ({ test, negated: false });
const negative = (test: Comparison["test"]): Comparison => ({ test, negated: true });
const same = (a: string, b: string) => a === b;
const sameIgnoringCase = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
const like = (actual: string, pattern: string) => wildcardMatches(pattern, actual);
const numbers = (compare: (a: number, b: number) => boolean) => (actual: string, expected: string) =>
  compare(Number(actual), Number(expected));
const dates = (compare: (a: number, b: number) => boolean) => (actual: string, expected: string) =>
  compare(timeOf(actual), timeOf(expected));

const COMPARISONS = new Map<string, Comparison>([
  ["StringEquals", positive(same)],
  ["StringNotEquals", negative(same)],
  ["StringEqualsIgnoreCase", positive(sameIgnoringCase)],
  ["StringNotEqualsIgnoreCase", negative(sameIgnoringCase)],
  ["StringLike", positive(like)],
  ["StringNotLike", negative(like)],
  ["ArnEquals", positive(arnLike)],
  ["ArnLike", positive(arnLike)],
  ["ArnNotEquals", negative(arnLike)],
  ["ArnNotLike", negative(arnLike)],
  ["Bool", positive(sameIgnoringCase)],
  ["NumericEquals", positive(numbers((a, b) => a === b))],
  ["NumericNotEquals", negative(numbers((a, b) => a === b))],
  ["NumericLessThan", positive(numbers((a, b) => a < b))],
  ["NumericLessThanEquals", positive(numbers((a, b) => a <= b))],
  ["NumericGreaterThan", positive(numbers((a, b) => a > b))],
  ["NumericGreaterThanEquals", positive(numbers((a, b) => a >= b))],
  ["DateEquals", positive(dates((a, b) => a === b))],
  ["DateNotEquals", negative(dates((a, b) => a === b))],
  ["DateLessThan", positive(dates((a, b) => a < b))],
  ["DateLessThanEquals", positive(dates((a, b) => a <= b))],
  ["DateGreaterThan", positive(dates((a, b) => a > b))],
  ["DateGreaterThanEquals", positive(dates((a, b) => a >= b))],
]);

/**
 * @param operator e.g. `StringEquals`, `ForAllValues:ArnEquals`, `StringLikeIfExists`, `Null`
 * @param key condition key, compared without case
 * @param expected values of the policy; `${…}` is replaced by the request's value
 */
export function conditionHolds(
  operator: string,
  key: string,
  expected: readonly string[],
  context: RequestContext,
): ConditionVerdict {
  const [, quantifier, base, ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/.exec(operator) ?? [];
  const actual = findKey(context, key);
  const wanted = expected.map((value) => substitute(value, context));
  const told = `asks ${operator} ${key} = ${wanted.join(" or ")}; the request has ${actual?.join(", ") ?? "none"}`;
  if (base === "Null") {
    const holds = wanted.some((value) => (value === "true") === (actual === undefined));
    return { known: true, holds, why: told };
  }
  const comparison = COMPARISONS.get(base ?? "");
  if (comparison === undefined) {
    return {
      known: false,
      holds: false,
      why: `uses the operator ${operator}, which the sandbox does not evaluate`,
    };
  }
  if (actual === undefined) {
    const holds = ifExists !== undefined || comparison.negated || quantifier === "ForAllValues";
    return { known: true, holds, why: told };
  }
  const matches = (value: string) => {
    const any = wanted.some((want) => comparison.test(value, want));
    return comparison.negated ? !any : any;
  };
  const holds = quantifier === "ForAnyValue" ? actual.some(matches) : actual.every(matches);
  return { known: true, holds, why: told };
}

/** `*` stands for any characters, `?` for one; linear in practice, no regular expression is built. */
export function wildcardMatches(pattern: string, text: string): boolean {
  let patternAt = 0;
  let textAt = 0;
  let starAt = -1;
  let retryAt = 0;
  while (textAt < text.length) {
    const wanted = pattern[patternAt];
    if (wanted === "*") {
      starAt = patternAt;
      retryAt = textAt;
      patternAt += 1;
    } else if (wanted === "?" || (wanted !== undefined && wanted === text[textAt])) {
      patternAt += 1;
      textAt += 1;
    } else if (starAt >= 0) {
      patternAt = starAt + 1;
      retryAt += 1;
      textAt = retryAt;
    } else {
      return false;
    }
  }
  while (pattern[patternAt] === "*") patternAt += 1;
  return patternAt === pattern.length;
}

/** ARN comparison is part by part, each with wildcards, so that `*` does not swallow a colon. */
function arnLike(actual: string, pattern: string): boolean {
  const actualParts = splitArn(actual);
  const patternParts = splitArn(pattern);
  return (
    actualParts.length === patternParts.length &&
    patternParts.every((part, at) => wildcardMatches(part, actualParts[at] ?? ""))
  );
}

function splitArn(arn: string): string[] {
  const parts = arn.split(":");
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(":")];
}

function findKey(context: RequestContext, key: string): readonly string[] | undefined {
  const direct = context.get(key);
  if (direct !== undefined) return direct;
  const wanted = key.toLowerCase();
  for (const [name, values] of context) if (name.toLowerCase() === wanted) return values;
  return undefined;
}

function substitute(value: string, context: RequestContext): string {
  return value.replaceAll(
    /\$\{([^}]+)\}/g,
    (whole, key: string) => findKey(context, key.trim())?.[0] ?? whole,
  );
}

function timeOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}
