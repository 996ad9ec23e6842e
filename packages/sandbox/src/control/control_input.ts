// What the control takes, and how a value it does not take is told: the field in the caller's words, what is wrong with it,
// what it may be. The same for a call in process, over HTTP and by a form of the page.
import { z } from "zod";
import { MAX_CLOCK_OFFSET_SECONDS } from "../ground/clock.ts";
import { SandboxSetupError } from "../ground/errors.ts";
import { nearestName } from "../ground/nearest_name.ts";

/** The largest number of requests anybody asks for; more than are remembered. */
const MAX_LIMIT = 100_000;
/** Deeper JSON than any control call has. */
const MAX_DEPTH = 32;

const name = z.string().min(1).max(128);
const text = z.string().max(4096);
const seconds = z.number().min(-MAX_CLOCK_OFFSET_SECONDS).max(MAX_CLOCK_OFFSET_SECONDS);

/** A fault to inject. */
export const faultInput = z.strictObject({
  service: name.optional(),
  operation: name.optional(),
  times: z.number().int().min(1).max(1_000_000).optional(),
  delayMs: z.number().int().min(0).max(600_000).optional(),
  error: z
    .strictObject({
      code: name,
      status: z.number().int().min(400).max(599).optional(),
      message: text.optional(),
      members: z.record(name, text).optional(),
    })
    .optional(),
  drop: z.enum(["before", "after", "middle"]).optional(),
});

/** A new time: exactly one of the two. */
export const clockInput = z
  .strictObject({ advanceSeconds: seconds.optional(), offsetSeconds: seconds.optional() })
  .refine(
    ({ advanceSeconds, offsetSeconds }) => (advanceSeconds === undefined) !== (offsetSeconds === undefined),
    {
      error: "give either advanceSeconds or offsetSeconds, a number of seconds",
    },
  );

/** A switch's new value. */
export const ruleInput = z.strictObject({
  value: z.union([text, z.number(), z.boolean()], { error: "it must be a text, a number, true or false" }),
});

/** Whose ID token, and what it shall say otherwise. */
export const idTokenInput = z.strictObject({
  email: name.optional(),
  claims: z.record(name, z.unknown()).optional(),
});

/** Which sessions end. */
export const expireInput = z.strictObject({ accessKeyId: name.optional() });

/** For calls that take nothing. */
export const nothing = z.strictObject({});

/**
 * @param schema what is taken
 * @param value what came
 * @returns the value, checked
 * @throws SandboxSetupError `CONTROL_INPUT_INVALID` naming each field, its value's fault and what it may be
 */
export function parseInput<Shape extends z.ZodType>(schema: Shape, value: unknown): z.output<Shape> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const told = parsed.error.issues.slice(0, 5).map((issue) => tellIssue(issue, schema));
  throw invalid(told.join(" "));
}

/**
 * @param bytes the body of a call
 * @returns what it says; undefined when it is empty
 * @throws SandboxSetupError `CONTROL_INPUT_INVALID`
 */
export function readJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  const json = bytes.toString("utf8");
  if (depthOf(json) > MAX_DEPTH)
    throw invalid(`The body is nested deeper than ${MAX_DEPTH} levels. Send less.`);
  try {
    return JSON.parse(json);
  } catch {
    throw invalid("The body is not JSON. Look for a missing or spare comma, quote or bracket.");
  }
}

/**
 * @param query of `GET requests`
 * @returns how many requests are asked for, when that is said
 * @throws SandboxSetupError `CONTROL_INPUT_INVALID`
 */
export function readLimit(query: URLSearchParams): number | undefined {
  const [given, ...more] = query.getAll("limit");
  if (given === undefined) return undefined;
  if (more.length > 0) throw invalid("limit is given twice; give it once.");
  if (/^\d{1,6}$/.test(given) && Number(given) <= MAX_LIMIT) return Number(given);
  throw invalid(`limit is ${shown(given)}; it must be a whole number from 0 to ${MAX_LIMIT}.`);
}

/** @returns the fault a control input has, in the one error they share */
export function invalid(message: string): SandboxSetupError {
  return new SandboxSetupError("CONTROL_INPUT_INVALID", message);
}

/** @returns a value as it can stand in a message: short, on one line */
export function shown(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  const quoted = JSON.stringify(String(value).slice(0, 60));
  return String(value).length > 60 ? `${quoted}… (${String(value).length} characters)` : quoted;
}

function tellIssue(issue: z.core.$ZodIssue, schema: z.ZodType): string {
  const field = issue.path.map((part) => String(part).slice(0, 60)).join(".") || "The body";
  const { input } = issue as { input?: unknown };
  const found = input === undefined ? `${field} is missing` : `${field} is ${shown(input)}`;
  switch (issue.code) {
    case "unrecognized_keys":
      return tellUnknown(field, issue.keys.slice(0, 5), membersOf(schema, issue.path));
    case "invalid_type":
      return `${found}; it must be ${kinds[issue.expected] ?? issue.expected}.`;
    case "too_big":
      return `${found}; it must ${issue.origin === "string" ? `have at most ${issue.maximum} characters` : `be at most ${issue.maximum}`}.`;
    case "too_small":
      return `${found}; it must ${issue.origin === "string" ? "not be empty" : `be at least ${issue.minimum}`}.`;
    case "invalid_value":
      return `${found}; it must be one of ${issue.values.map(shown).join(", ")}.`;
    case "invalid_key":
      return `${field} has a name that is too long or empty; shorten it to 1 to 128 characters.`;
    default:
      return field === "The body" && input !== undefined
        ? `${field}: ${issue.message}.`
        : `${found}; ${issue.message}.`;
  }
}

/** Names what is probably meant, or all there is. */
function tellUnknown(field: string, keys: readonly string[], known: readonly string[]): string {
  const meant = [...new Set(keys.flatMap((key) => nearestName(key, known) ?? []))];
  const may = known.length === 0 ? "it has none" : `it has ${known.join(", ")}`;
  const fix =
    meant.length === 0
      ? `leave it out (${may}).`
      : `leave it out. Did you mean ${meant.map(shown).join(", ")}?`;
  return `${field} has no member ${keys.map(shown).join(", ")}; ${fix}`;
}

/** @returns what the object at a place of the schema may have */
function membersOf(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const object = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  if (!(object instanceof z.ZodObject)) return [];
  const [first, ...rest] = path;
  if (first === undefined) return Object.keys(object.shape);
  const member = object.shape[String(first)];
  return member instanceof z.ZodType ? membersOf(member, rest) : [];
}

const kinds: Readonly<Record<string, string>> = {
  number: "a number",
  int: "a whole number",
  string: "a text",
  object: "an object",
  record: "an object",
  boolean: "true or false",
};

/** How deep brackets are nested, those in texts left out: `JSON.stringify` calls itself for each level. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === "[" || token === "{") deepest = Math.max(deepest, ++depth);
    else if (token === "]" || token === "}") depth -= 1;
  }
  return deepest;
}
