// Owns reading the AttributeFilter of a search (Amazon Q Business, API_AttributeFilter): a member that AWS does not know
// would be left out on the way, and more would be found than was asked for.
import type { SearchRequest } from "tti-exchange";

export type AttributeFilter = NonNullable<SearchRequest["attributeFilter"]>;

/** What is wrong, where in the filter, and what to do. */
export interface FilterFault {
  path: (string | number)[];
  fault: string;
  fix: string;
}

const comparisons = [
  "equalsTo",
  "containsAll",
  "containsAny",
  "greaterThan",
  "greaterThanOrEquals",
  "lessThan",
  "lessThanOrEquals",
] as const;
const values = ["stringValue", "stringListValue", "longValue", "dateValue"] as const;
const filterMembers = ["andAllFilters", "orAllFilters", "notFilter", ...comparisons] as const;

/** Bounds the work; Amazon Kendra admits a depth of 2 for the same structure. */
const deepest = 10;

class Refused extends Error {
  readonly told: FilterFault;

  constructor(told: FilterFault) {
    super(told.fault);
    this.told = told;
  }
}

type Path = readonly (string | number)[];

/**
 * Reads a filter as JSON holds it.
 * @returns the filter as the AWS SDK takes it, dates as dates; or what is wrong with it
 */
export function readAttributeFilter(value: unknown): { filter: AttributeFilter } | FilterFault {
  try {
    return { filter: readFilter(value, [], 0) };
  } catch (error) {
    if (error instanceof Refused) return error.told;
    throw error;
  }
}

function readFilter(value: unknown, path: Path, depth: number): AttributeFilter {
  const given = readObject(value, path, filterMembers);
  if (depth > deepest) refuse(path, "is nested too deep", `Nest at most ${deepest} filters.`);
  const read: Record<string, unknown> = {};
  for (const [member, content] of Object.entries(given)) {
    const at = [...path, member];
    if (member === "notFilter") read[member] = readFilter(content, at, depth + 1);
    else if (member === "andAllFilters" || member === "orAllFilters") {
      read[member] = readList(content, at).map((one, index) => readFilter(one, [...at, index], depth + 1));
    } else read[member] = readAttribute(content, at);
  }
  if (Object.keys(read).length === 0) refuse(path, "is empty", `Give one of ${filterMembers.join(", ")}.`);
  return read as AttributeFilter;
}

function readAttribute(value: unknown, path: Path): { name: string; value: Record<string, unknown> } {
  const { name, value: given } = readObject(value, path, ["name", "value"]);
  if (typeof name !== "string" || !/^\w[\w-]{0,199}$/.test(name)) {
    refuse([...path, "name"], "is no attribute's name", "Write 1 to 200 letters, digits, _ or -.");
  }
  const at = [...path, "value"];
  const [only, ...more] = Object.entries(readObject(given, at, values));
  if (only === undefined || more.length > 0) {
    refuse(at, "is not one value", `Give exactly one of ${values.join(", ")}.`);
  }
  return { name, value: { [only[0]]: readValue(only, [...at, only[0]]) } };
}

function readValue([kind, value]: [string, unknown], path: Path): unknown {
  if (kind === "stringValue" && isShortText(value)) return value;
  if (kind === "stringListValue" && readList(value, path).every(isShortText)) return value;
  if (kind === "longValue" && Number.isSafeInteger(value)) return value;
  if (kind === "dateValue") {
    const date = value instanceof Date ? value : new Date(momentOf(value));
    if (!Number.isNaN(date.getTime())) return date;
  }
  return refuse(path, `is no ${kind}`, fixes[kind] ?? "");
}

const momentOf = (value: unknown): number | string =>
  typeof value === "number" ? value * 1000 : isDateText(value) ? value : Number.NaN;

const fixes: Readonly<Record<string, string>> = {
  stringValue: "Write text of at most 2048 characters.",
  stringListValue: "Write a list of texts of at most 2048 characters each.",
  longValue: "Write a whole number.",
  dateValue: "Write a time as 2026-11-26T12:00:00Z, or as seconds since 1970-01-01 UTC.",
};

const isShortText = (value: unknown): value is string => typeof value === "string" && value.length <= 2048;

const isDateText = (value: unknown): value is string =>
  typeof value === "string" &&
  /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/.test(value);

function readList(value: unknown, path: Path): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0 && value.length <= 1000) return value;
  return refuse(path, "is no list", "Write a list of 1 to 1000 entries.");
}

function readObject(value: unknown, path: Path, members: readonly string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuse(path, "is no object", `Write an object with ${members.join(", ")}.`);
  }
  const unknown = Object.keys(value).find((member) => !members.includes(member));
  if (unknown === undefined) return { ...value };
  // Said back to whoever sent it, so no longer than anybody reads, and nothing that a terminal obeys.
  const shown = JSON.stringify(unknown.slice(0, 60)).slice(1, -1);
  return refuse([...path, shown], "is not a member there", `Known are ${members.join(", ")}.`);
}

function refuse(path: Path, fault: string, fix: string): never {
  throw new Refused({ path: [...path], fault, fix });
}
