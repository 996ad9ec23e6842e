// Owns what an input's faults are called and said to be: for each member at fault its name, what is wrong with its
// value, and what to do. The faces say a member's name in their caller's own words; the sentences are the same.
import type { z } from "zod";
import { OperationError } from "../../errors.ts";
import { closestName } from "../../input/closest_name.ts";

/** Where a member stands: the names and places that lead to it. */
export type MemberPath = readonly (string | number)[];

/** What is wrong with one member. */
interface InputFault {
  path: MemberPath;
  /** A phrase that follows the member's name. */
  what: string;
  fix: string;
  /** Members that the phrases name besides, each a word there: they are said in the caller's words, too. */
  names?: readonly string[];
}

/** What a caller calls a member; after a space, where in it: `--jwks (/keys/0/kty)`. */
type NameMember = (path: MemberPath) => string;

/** An input that cannot be taken, with every fault of it. */
export class InputRefused extends OperationError {
  override readonly name = "InputRefused";
  readonly faults: readonly InputFault[];

  /**
   * @param faults at least one
   * @param nameOf how the members are called
   */
  constructor(faults: readonly InputFault[], nameOf: NameMember = memberName) {
    const told = faults
      .slice(0, mostTold)
      .map((fault) => ({ name: nameOf(fault.path), ...phrasesOf(fault, (name) => nameOf([name])) }));
    const sentences = told.map(({ name, what }) => `${name || "The input"} ${what}.`);
    const fixes = told.map(({ name, fix }) => (told.length === 1 ? fix : `${name}: ${fix}`));
    const more = faults.length - told.length;
    super("invalid_input", [...sentences, ...(more > 0 ? [`And ${more} more.`] : [])].join(" "), {
      fix: fixes.join(" "),
      ...(told[0]?.name ? { field: told[0].name.replace(/ \(.*/, "") } : {}),
    });
    this.faults = faults;
  }
}

/** What is said of a member at fault, with what the caller calls the others that it names. */
export function phrasesOf({ what, fix, names = [] }: InputFault, call: (member: string) => string): Words {
  if (names.length === 0) return { what, fix };
  const words = new RegExp(`\\b(?:${names.join("|")})\\b`, "g");
  return { what: what.replace(words, call), fix: fix.replace(words, call) };
}

// A body with a thousand faults is told of as many as anybody reads.
const mostTold = 10;

/** A member by its name; one inside another by its JSON pointer (RFC 6901). */
export const memberName: NameMember = (path) =>
  path.length <= 1
    ? String(path[0] ?? "")
    : path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** The path a name stands for; the inverse of {@link memberName}. */
const pathOf = (name: string): MemberPath =>
  name.startsWith("/")
    ? name
        .slice(1)
        .split("/")
        .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    : [name];

/**
 * Says an error in a caller's words: its field, and members that its sentences name.
 * @param error whatever an operation threw; what is not ours stays as it is
 * @param nameOf what the caller calls a member; undefined: nothing else than the operation does
 */
export function inWordsOf(error: unknown, nameOf: (path: MemberPath) => string | undefined): unknown {
  const called: NameMember = (path) => nameOf(path) ?? memberName(path);
  if (error instanceof InputRefused) return new InputRefused(error.faults, called);
  if (!(error instanceof OperationError) || error.field === undefined) return error;
  const field = called(pathOf(error.field));
  // The field begins its sentence; other members are known by their capitals, which no word has inside. What stands in
  // quotation marks is somebody's own text. A member that is a plain word is told by a fault's `names`.
  const renamed = (text: string) =>
    text.replace(/"[^"]*"|\b[a-z]+[A-Z]\w*/g, (word) => (word.startsWith('"') ? word : called([word])));
  const rest = error.message.startsWith(error.field)
    ? field + renamed(error.message.slice(error.field.length))
    : renamed(error.message);
  return new OperationError(error.code, rest, {
    field,
    fix: renamed(error.fix),
    cause: error.cause,
    ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
  });
}

/**
 * Puts into words what a schema found.
 * @param issues of a parse whose error map answers nothing, so that only a member's own words stand in `message`
 * @param schema to know which names there are, where one is unknown
 * @param input what was parsed
 */
export function faultsOf(
  issues: readonly z.core.$ZodIssue[],
  schema: z.core.$ZodType,
  input: unknown,
): InputFault[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((part) => (typeof part === "symbol" ? "" : part));
    if (issue.code === "unrecognized_keys") {
      const names = namesAt(schema, path);
      return issue.keys.map((key) => ({ path: [...path, shown(key)], ...unknownName(shown(key), names) }));
    }
    const missing = valueAt(input, path) === undefined && path.length > 0;
    return [{ path, ...(missing ? whatIsMissing(issue) : whatIsWrong(issue)) }];
  });
}

type Words = Pick<InputFault, "what" | "fix">;

/**
 * What a schema says itself of a member at fault, as the message of its check.
 * @param what a phrase that follows the member's name
 */
export const says = (what: string, fix: string): string => `${what}\n${fix}`;

const typeWords: Readonly<Record<string, Words>> = {
  string: { what: "must be text", fix: "Write it as text; in JSON within quotes." },
  boolean: { what: "must be true or false", fix: "Write true or false; in JSON without quotes." },
  number: { what: "must be a number", fix: "Write a number; in JSON without quotes." },
  int: { what: "must be a whole number", fix: "Write a whole number; in JSON without quotes." },
  array: { what: "must be a list", fix: "Write a list, in JSON within [ and ]." },
  object: { what: "must be an object", fix: "Write an object, in JSON within { and }." },
};

function whatIsMissing(issue: z.core.$ZodIssue): Words {
  const choices = issue.code === "invalid_value" ? `: ${issue.values.join(", ")}` : "";
  return { what: "is missing", fix: `Give it${choices || ` as ${kindOf(issue)}`}.` };
}

const kindOf = (issue: z.core.$ZodIssue): string =>
  (issue.code === "invalid_type" ? typeWords[issue.expected]?.what.replace("must be ", "") : undefined) ??
  "the documentation of the call says";

function whatIsWrong(issue: z.core.$ZodIssue): Words {
  const [what = "", fix = "Correct it."] = issue.message.split("\n");
  if (what !== "") return { what, fix };
  switch (issue.code) {
    case "invalid_type":
      return typeWords[issue.expected] ?? malformed;
    case "invalid_value":
      return { what: `must be one of ${issue.values.join(", ")}`, fix: "Choose one of them." };
    case "too_small":
      return tooSmall(issue.origin, Number(issue.minimum));
    case "too_big":
      return tooBig(issue.origin, Number(issue.maximum));
    default:
      return malformed;
  }
}

const malformed: Words = { what: "is malformed", fix: "Write it as the documentation of the call says." };

function tooSmall(origin: string, least: number): Words {
  if (origin === "string" && least === 1) return { what: "is empty", fix: "Give a text." };
  if (origin === "string")
    return { what: `must have at least ${least} characters`, fix: "Give a longer one." };
  if (origin === "array") return { what: `must name at least ${least}`, fix: "Name one, or leave it out." };
  return { what: `must be ${least} or more`, fix: "Give a larger number." };
}

function tooBig(origin: string, most: number): Words {
  if (origin === "string")
    return { what: `must have at most ${most} characters`, fix: "Give a shorter one." };
  if (origin === "array") return { what: `must name at most ${most}`, fix: "Name fewer." };
  return { what: `must be ${most} or less`, fix: "Give a smaller number." };
}

function unknownName(key: string, names: readonly string[]): Words {
  const meant = key === someMember ? undefined : closestName(key, names);
  return {
    what: "is not known here",
    fix: meant === undefined ? "Remove it." : `Did you mean ${meant}? Else remove it.`,
  };
}

// A name of the caller's making, as an answer may repeat it.
const shown = (name: string): string => (/^[\w.~-]{1,64}$/.test(name) ? name : someMember);
const someMember = "A member";

function valueAt(input: unknown, path: MemberPath): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === "object" && value !== null ? Reflect.get(value, part) : undefined),
    input,
  );
}

// The names an object of the schema takes, through what wraps it.
function namesAt(schema: z.core.$ZodType, path: MemberPath): string[] {
  const def = { ...schema._zod.def } as Record<string, unknown>;
  const inner = def["innerType"] ?? def["in"];
  if (inner !== undefined) return namesAt(inner as z.core.$ZodType, path);
  const [first, ...rest] = path;
  const shape = def["shape"] as Record<string, z.core.$ZodType> | undefined;
  if (first === undefined) return Object.keys(shape ?? {});
  const next = def["element"] ?? shape?.[String(first)];
  return next === undefined ? [] : namesAt(next as z.core.$ZodType, rest);
}
