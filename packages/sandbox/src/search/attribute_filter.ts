// The AttributeFilter of Q Business: admitted by a parser, evaluated against a document's attributes. Pure.
// Value types per operator are AWS's (API_AttributeFilter); depth and length limits are Kendra's, see below.

import { type DocumentAttribute, type DocumentAttributeValue, documentAttributeSchema } from "./document.ts";
import { refuseField } from "./search_error.ts";

/** An admitted filter: a tree whose leaves compare one attribute. */
export type AttributeFilter =
  | { andAllFilters: AttributeFilter[] }
  | { orAllFilters: AttributeFilter[] }
  | { notFilter: AttributeFilter }
  | { operator: ComparisonOperator; attribute: DocumentAttribute };

type ComparisonOperator = keyof typeof OPERATOR_TYPES;

const OPERATOR_TYPES = {
  equalsTo: ["stringValue", "stringListValue", "longValue", "dateValue"],
  containsAll: ["stringListValue"],
  containsAny: ["stringListValue"],
  greaterThan: ["longValue", "dateValue"],
  greaterThanOrEquals: ["longValue", "dateValue"],
  lessThan: ["longValue", "dateValue"],
  lessThanOrEquals: ["longValue", "dateValue"],
} as const;

/** How deep and how wide a filter may be. */
export interface AttributeFilterLimits {
  /** Nested andAllFilters, orAllFilters and notFilter. */
  readonly maxDepth: number;
  /** Filters in one list. */
  readonly maxLength: number;
}

/** Q Business publishes no limit; these are the ones Amazon Kendra publishes for the same structure. */
export const DEFAULT_ATTRIBUTE_FILTER_LIMITS: AttributeFilterLimits = { maxDepth: 2, maxLength: 10 };

/** Bounds for filters that were admitted when a data accessor was made; only there to bound the work. */
export const ADMITTED_FILTER_LIMITS: AttributeFilterLimits = { maxDepth: 20, maxLength: 1000 };

/**
 * Admits an AttributeFilter as it came off the wire. A node with no member or several is refused (AWS does not
 * say what it does with them), and so is a value type the operator does not support.
 *
 * @param name where the filter stands in the request, for error messages.
 * @throws SearchValidationError naming the node and the fix.
 */
export function parseAttributeFilter(
  value: unknown,
  name = "attributeFilter",
  limits: AttributeFilterLimits = DEFAULT_ATTRIBUTE_FILTER_LIMITS,
): AttributeFilter {
  return parseNode(value, name, limits, 0);
}

function parseNode(
  value: unknown,
  name: string,
  limits: AttributeFilterLimits,
  depth: number,
): AttributeFilter {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuseField(name, "must be an object with one filter member, such as equalsTo");
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined && member !== null);
  const [first] = members;
  if (first === undefined || members.length !== 1) {
    return refuseField(
      name,
      `must hold exactly one filter member, not ${members.length}; join several with andAllFilters or orAllFilters`,
    );
  }
  const [member, content] = first;
  const path = `${name}.${member}`;
  if (isComparison(member)) return parseComparison(member, content, path);
  if (member !== "andAllFilters" && member !== "orAllFilters" && member !== "notFilter") {
    return refuseField(path, "is not a member of AttributeFilter");
  }
  if (depth >= limits.maxDepth) {
    const message = `AttributeFilter cannot have a depth of more than ${limits.maxDepth}`;
    return refuseField(name, message, "search.filterDepth");
  }
  if (member === "notFilter") return { notFilter: parseNode(content, path, limits, depth + 1) };
  if (!Array.isArray(content)) return refuseField(path, "must be a list of filters");
  if (content.length === 0) return refuseField(path, "must hold at least one filter");
  if (content.length > limits.maxLength) {
    const message = `AttributeFilter cannot have a length of more than ${limits.maxLength}`;
    return refuseField(path, message, "search.filterLength");
  }
  const filters = content.map((node, position) => parseNode(node, `${path}[${position}]`, limits, depth + 1));
  return member === "andAllFilters" ? { andAllFilters: filters } : { orAllFilters: filters };
}

function isComparison(member: string): member is ComparisonOperator {
  return Object.hasOwn(OPERATOR_TYPES, member);
}

function parseComparison(operator: ComparisonOperator, content: unknown, path: string): AttributeFilter {
  const parsed = documentAttributeSchema.safeParse(content);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const place = issue === undefined || issue.path.length === 0 ? path : `${path}.${issue.path.join(".")}`;
    return refuseField(place, issue?.message ?? "must be {name, value}");
  }
  const attribute: DocumentAttribute = parsed.data;
  const supported: readonly string[] = OPERATOR_TYPES[operator];
  const type = typeOf(attribute.value);
  if (!supported.includes(type)) {
    return refuseField(`${path}.value`, `${operator} supports ${supported.join(", ")}, not ${type}`);
  }
  return { operator, attribute };
}

/**
 * Evaluates a filter. A comparison with an attribute the document lacks, or holds with another type, is false;
 * notFilter of it is therefore true.
 */
export function matchesAttributeFilter(
  filter: AttributeFilter,
  attributes: readonly DocumentAttribute[],
): boolean {
  if ("andAllFilters" in filter)
    return filter.andAllFilters.every((node) => matchesAttributeFilter(node, attributes));
  if ("orAllFilters" in filter)
    return filter.orAllFilters.some((node) => matchesAttributeFilter(node, attributes));
  if ("notFilter" in filter) return !matchesAttributeFilter(filter.notFilter, attributes);
  const held = attributes.find((attribute) => attribute.name === filter.attribute.name);
  return held !== undefined && compare(filter.operator, held.value, filter.attribute.value);
}

function compare(
  operator: ComparisonOperator,
  held: DocumentAttributeValue,
  wanted: DocumentAttributeValue,
): boolean {
  if ("stringListValue" in held && "stringListValue" in wanted) {
    return compareLists(operator, new Set(held.stringListValue), new Set(wanted.stringListValue));
  }
  if (typeOf(held) !== typeOf(wanted)) return false;
  const left = scalarOf(held);
  const right = scalarOf(wanted);
  switch (operator) {
    case "equalsTo":
      return left === right;
    case "greaterThan":
      return left > right;
    case "greaterThanOrEquals":
      return left >= right;
    case "lessThan":
      return left < right;
    case "lessThanOrEquals":
      return left <= right;
    default:
      return false;
  }
}

function compareLists(operator: ComparisonOperator, held: Set<string>, wanted: Set<string>): boolean {
  const containsAll = [...wanted].every((item) => held.has(item));
  if (operator === "containsAll") return containsAll;
  if (operator === "containsAny") return [...wanted].some((item) => held.has(item));
  return operator === "equalsTo" && containsAll && held.size === wanted.size;
}

function scalarOf(value: DocumentAttributeValue): string | number {
  if ("stringValue" in value) return value.stringValue;
  if ("longValue" in value) return value.longValue;
  return "dateValue" in value ? value.dateValue : "";
}

function typeOf(value: DocumentAttributeValue): string {
  return Object.keys(value)[0] ?? "";
}
