// Words for what a schema has against a value: what it must be, and not how the library that checks it puts it.
import type { z } from "zod";

const KINDS: Readonly<Record<string, string>> = {
  number: "a number",
  int: "a whole number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  tuple: "a list",
};

const UNITS: Readonly<Record<string, string>> = { string: "characters", array: "entries" };

/**
 * @param issue of a schema that was asked with `reportInput`
 * @returns what is wrong, without the field and the full stop
 */
export function describeFieldFault(issue: z.core.$ZodIssue): string {
  const { input } = issue as { input?: unknown };
  switch (issue.code) {
    case "invalid_type": {
      const kind = KINDS[issue.expected] ?? issue.expected;
      return input === undefined ? `is missing; it must be ${kind}` : `must be ${kind}`;
    }
    case "unrecognized_keys":
      return `has no member ${issue.keys.slice(0, 5).map(quote).join(", ")}; leave it out`;
    case "too_small":
      return Number(issue.minimum) === 1 && issue.origin in UNITS
        ? "must not be empty"
        : `must ${boundOf(issue.origin, "at least", issue.minimum)}`;
    case "too_big":
      return `must ${boundOf(issue.origin, "at most", issue.maximum)}`;
    case "invalid_value":
      return `${input === undefined ? "is missing; it " : ""}must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "invalid_key":
      return "has an empty name; give it one";
    case "invalid_union":
      return "has none of the forms it may have";
    case "invalid_format":
      return FORMATS[issue.format] ?? issue.message;
    default:
      return issue.message;
  }
}

const FORMATS: Readonly<Record<string, string>> = {
  email: "must be an e-mail address",
  url: "must be a URL",
  datetime: "must be a time like 2026-01-31T12:00:00Z",
};

function boundOf(origin: string, most: string, bound: number | bigint): string {
  const unit = UNITS[origin];
  return unit === undefined ? `be ${most} ${bound}` : `have ${most} ${bound} ${unit}`;
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, 60));
}
