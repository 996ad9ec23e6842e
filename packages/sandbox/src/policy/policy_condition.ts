// Judges one condition of a policy statement against the condition keys of a request. Pure.
// IAM user guide, "IAM JSON policy elements: Condition operators" and "multivalued context keys".

import net from "node:net";
import {
  expandVariables,
  findKey,
  literalPattern,
  type Pattern,
  type RequestContext,
  textOf,
} from "./policy_variables.ts";

export type { RequestContext } from "./policy_variables.ts";

/** Outcome of one condition. */
export type ConditionVerdict = { known: boolean; holds: boolean; why: string };

type Test = (actual: string, expected: Pattern) => boolean;
type Comparison = {
  test: Test;
  negated: boolean;
  /** Variables are substituted in texts and ARNs only (IAM user guide, "Where you can use policy variables"). */
  variables: boolean;
};

const positive = (test: Test): Comparison => ({ test, negated: false, variables: true });
const negative = (test: Test): Comparison => ({ test, negated: true, variables: true });
const plain = (test: (actual: string, expected: string) => boolean, negated = false): Comparison => ({
  test: (actual, expected) => test(actual, textOf(expected)),
  negated,
  variables: false,
});
const same: Test = (actual, expected) => actual === textOf(expected);
const sameIgnoringCase: Test = (actual, expected) => actual.toLowerCase() === textOf(expected).toLowerCase();
const like: Test = (actual, pattern) => wildcardMatches(pattern, actual);
const numbers = (compare: (a: number, b: number) => boolean, negated = false) =>
  plain((actual, expected) => compare(Number(actual), Number(expected)), negated);
const dates = (compare: (a: number, b: number) => boolean, negated = false) =>
  plain((actual, expected) => compare(timeOf(actual), timeOf(expected)), negated);

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
  ["Bool", plain((a, b) => a.toLowerCase() === b.toLowerCase())],
  ["BinaryEquals", plain((a, b) => a === b)],
  ["IpAddress", plain(inRange)],
  ["NotIpAddress", plain(inRange, true)],
  ["NumericEquals", numbers((a, b) => a === b)],
  ["NumericNotEquals", numbers((a, b) => a === b, true)],
  ["NumericLessThan", numbers((a, b) => a < b)],
  ["NumericLessThanEquals", numbers((a, b) => a <= b)],
  ["NumericGreaterThan", numbers((a, b) => a > b)],
  ["NumericGreaterThanEquals", numbers((a, b) => a >= b)],
  ["DateEquals", dates((a, b) => a === b)],
  ["DateNotEquals", dates((a, b) => a === b, true)],
  ["DateLessThan", dates((a, b) => a < b)],
  ["DateLessThanEquals", dates((a, b) => a <= b)],
  ["DateGreaterThan", dates((a, b) => a > b)],
  ["DateGreaterThanEquals", dates((a, b) => a >= b)],
]);

const OPERATOR = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/;

/** @returns whether the policy language has this operator; Null takes no IfExists */
export function isConditionOperator(operator: string): boolean {
  const [, , base = "", ifExists] = OPERATOR.exec(operator) ?? [];
  return base === "Null" ? ifExists === undefined : COMPARISONS.has(base);
}

/**
 * @param operator e.g. `StringEquals`, `ForAllValues:ArnEquals`, `StringLikeIfExists`, `Null`
 * @param key condition key, compared without case
 * @param expected values of the policy
 * @param variables whether the document's Version substitutes `${…}` in texts and ARNs
 */
export function conditionHolds(
  operator: string,
  key: string,
  expected: readonly string[],
  context: RequestContext,
  variables: boolean,
): ConditionVerdict {
  const [, quantifier, base, ifExists] = OPERATOR.exec(operator) ?? [];
  const actual = findKey(context, key);
  const comparison = COMPARISONS.get(base ?? "");
  const patterns = expected.map((value) =>
    variables && comparison?.variables ? expandVariables(value, context) : literalPattern(value),
  );
  // A variable without value equals nothing and is like nothing.
  const wanted = patterns.filter((pattern) => pattern !== null);
  const asked = patterns.map((pattern, at) =>
    pattern === null ? `${expected[at]} (no value)` : textOf(pattern),
  );
  const told = `asks ${operator} ${key} = ${asked.join(" or ")}; the request has ${actual?.join(", ") ?? "none"}`;
  if (base === "Null") {
    const holds = expected.some((value) => (value.toLowerCase() === "true") === (actual === undefined));
    return { known: true, holds, why: told };
  }
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
export function wildcardMatches(pattern: string | Pattern, text: string): boolean {
  const wanted = typeof pattern === "string" ? literalPattern(pattern) : pattern;
  const given = Array.from(text);
  let patternAt = 0;
  let textAt = 0;
  let starAt = -1;
  let retryAt = 0;
  while (textAt < given.length) {
    const next = wanted[patternAt];
    if (isStar(next)) {
      starAt = patternAt;
      retryAt = textAt;
      patternAt += 1;
    } else if (next !== undefined && (next.isWildcard || next.character === given[textAt])) {
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
  while (isStar(wanted[patternAt])) patternAt += 1;
  return patternAt === wanted.length;
}

function isStar(each: Pattern[number] | undefined): boolean {
  return each?.isWildcard === true && each.character === "*";
}

/** ARN comparison is part by part, each with wildcards, so that `*` does not swallow a colon. */
function arnLike(actual: string, pattern: Pattern): boolean {
  const actualParts = splitArn(Array.from(actual), (character) => character);
  const patternParts = splitArn(pattern, (each) => each.character);
  return (
    actualParts.length === patternParts.length &&
    patternParts.every((part, at) => wildcardMatches(part, actualParts[at]?.join("") ?? ""))
  );
}

/** The six parts of an ARN; the last keeps its colons. */
function splitArn<T>(arn: readonly T[], characterOf: (each: T) => string): T[][] {
  const parts: T[][] = [[]];
  for (const each of arn) {
    if (characterOf(each) === ":" && parts.length < 6) parts.push([]);
    else parts.at(-1)?.push(each);
  }
  return parts;
}

/** One address or a CIDR range (IAM user guide, "IP address condition operators"). */
function inRange(actual: string, expected: string): boolean {
  const [address = "", prefix] = expected.split("/");
  const family = net.isIP(address);
  if (family === 0 || net.isIP(actual) !== family) return false;
  const bits = prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix);
  if (!Number.isInteger(bits) || bits < 0 || bits > (family === 4 ? 32 : 128)) return false;
  const range = new net.BlockList();
  const type = family === 4 ? "ipv4" : "ipv6";
  range.addSubnet(address, bits, type);
  return range.check(actual, type);
}

function timeOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}
