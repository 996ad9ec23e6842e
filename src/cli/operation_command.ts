// Owns making the plain commands of the table of operations: the words typed fill the input, people read what the entry
// shows, programs read the answer itself. A command that asks, waits or makes files is written by hand in commands/.
import type { CommandFace, Shown } from "../admin/operations/command_face.ts";
import type { Operation } from "../admin/operations/entry.ts";
import { type InputMember, membersOf } from "../admin/operations/input_members.ts";
import type { OperationContext } from "../admin/operations/operation.ts";
import { operations } from "../admin/operations/table.ts";
import { OperationError } from "../errors.ts";
import { type LocalContext, withAdministration } from "./administration.ts";
import { type Command, defineCommand, requireOption, UsageError } from "./command.ts";
import { helpOf, type MemberOption } from "./operation_help.ts";
import { formatFields, formatTable, type Terminal } from "./terminal.ts";

/** How a command reaches what its operation works with. */
type Opener<Context> = (work: (context: Context) => Promise<number>) => Promise<number>;

/** Every plain command that begins with this word, in the order of the table. */
export function commandsOf(word: string): Command[] {
  return operations.flatMap((operation) =>
    operation.entry.cli === undefined || !operation.entry.name.startsWith(`${word} `)
      ? []
      : [commandOf(operation as unknown as Operation<LocalContext>, withAdministration)],
  );
}

/** Makes the command of an operation. */
export function commandOf<Context extends OperationContext, Result>(
  operation: Operation<Context, Result>,
  open: Opener<Context>,
): Command {
  const { name, input, summary } = operation.entry;
  const face = operation.entry.cli as unknown as CommandFace<Result>;
  const members = membersOf(input);
  const named = Object.entries(face.arguments ?? {});
  const options = optionsOf(face, members);
  const asks = members["dryRun"] !== undefined;
  return defineCommand({
    name,
    summary: face.summary ?? summary,
    help: helpOf({ name, face, options, asks }),
    options: {
      ...Object.fromEntries(options.map((option) => [option.name, typeOf(option)])),
      ...(asks ? { yes: { type: "boolean" } as const } : {}),
    },
    arguments: named.map(([word]) => word),
    typedNames: Object.fromEntries([
      ...named.map(([word, member]) => [member, word.replace(/[…?]/, "")]),
      ...options.map((option) => [option.member, `--${option.name}`]),
    ]),
    run({ values, arguments: words, terminal }) {
      const typed = values as Readonly<Record<string, Typed>>;
      const dryRun = asks && typed["yes"] !== true;
      const given = {
        ...Object.fromEntries(named.map(([, member], index) => [member, words[index]])),
        ...Object.fromEntries(options.flatMap((option) => read(option, typed[option.name], face.needs))),
        ...(asks ? { dryRun } : {}),
      };
      return open(async (context) => {
        const result = await operation(context, given);
        tell(terminal, result, face.show(result, given));
        if (dryRun) terminal.say(`Nothing was done. If you mean it: tti ${name} ${words.join(" ")} --yes`);
        return dryRun ? 1 : 0;
      });
    },
  });
}

type Typed = string | boolean | (string | boolean)[] | undefined;

// The names options have unless the entry says otherwise.
const usualNames: Readonly<Record<string, string>> = { cursor: "after" };
// The former name of another member, and what --yes says.
const unsaid = ["afterId", "dryRun"];

function optionsOf(
  face: Pick<CommandFace<never>, "arguments" | "options" | "switches">,
  members: Readonly<Record<string, InputMember>>,
): MemberOption[] {
  const words = Object.values(face.arguments ?? {});
  return Object.entries(members)
    .filter(([member]) => !words.includes(member) && !unsaid.includes(member))
    .map(([member, schema]) => ({
      name: face.options?.[member] ?? usualNames[member] ?? dashed(member),
      member,
      schema,
      isSwitch: face.switches?.includes(member) ?? false,
    }));
}

const dashed = (member: string): string => member.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function typeOf({ schema, isSwitch }: MemberOption): { type: "string" | "boolean"; multiple?: boolean } {
  if (schema.type === "boolean" && !isSwitch) return { type: "boolean" };
  return { type: "string", ...(isRepeated(schema) ? { multiple: true } : {}) };
}

// A list, or names with their values.
const isRepeated = ({ type }: InputMember): boolean => type === "array" || type === "object";

function read(
  { name, member, schema, isSwitch }: MemberOption,
  typed: Typed,
  needs: CommandFace<never>["needs"] = {},
): [string, unknown][] {
  if (typed === undefined) {
    if (!schema.required) return [];
    // What has no example is named with all the others at fault, rather than one at a time.
    return [[member, needs[name] === undefined ? "" : requireOption(undefined, name, needs[name])]];
  }
  if (Array.isArray(typed) && schema.type === "object") return [[member, readPairs(name, typed)]];
  if (typeof typed !== "string") return [[member, typed]];
  if (schema.required && needs[name] !== undefined) requireOption(typed, name, needs[name]);
  if (isSwitch) return [[member, readSwitch(name, typed)]];
  return [[member, schema.type === "integer" ? readNumber(name, typed, schema) : typed]];
}

function readPairs(name: string, typed: readonly (string | boolean)[]): Record<string, string> {
  const pairs = typed.map(String).map((pair): [string, string] => {
    const at = pair.indexOf("=");
    if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
    throw new OperationError("invalid_input", `--${name} is no NAME=TEXT.`, {
      field: `--${name}`,
      fix: `Write --${name} "NAME=TEXT", and repeat it for several.`,
    });
  });
  const names = new Set(pairs.map(([first]) => first));
  if (names.size === pairs.length) return Object.fromEntries(pairs);
  throw new OperationError("invalid_input", `--${name} has a name twice.`, {
    field: `--${name}`,
    fix: "Give each name once.",
  });
}

function readSwitch(name: string, typed: string): boolean {
  if (typed === "on" || typed === "off") return typed === "on";
  throw new OperationError("invalid_input", `--${name} is on or off.`, {
    field: `--${name}`,
    fix: `Write --${name} on, or --${name} off.`,
  });
}

function readNumber(name: string, typed: string, { minimum = 0, maximum = 0 }: InputMember): number {
  const number = /^\d{1,15}$/.test(typed) ? Number(typed) : Number.NaN;
  if (number >= minimum && number <= maximum) return number;
  throw new UsageError(
    `--${name} is no whole number from ${minimum} to ${maximum}`,
    `Write it like --${name} ${Math.max(minimum, Math.min(50, maximum))}`,
  );
}

/** Tells an answer: the document to programs; to people what is shown of it, and what is said beside it. */
export function tell(terminal: Terminal, document: unknown, shown: Shown): void {
  terminal.result(document, textOf(shown));
  if (terminal.json) return;
  for (const line of shown.say ?? []) terminal.say(line);
  const cursor: unknown = Reflect.get(Object(document), "cursor");
  if (typeof cursor === "string") terminal.say(`There is more: --after ${cursor}`);
}

function textOf(shown: Shown): string {
  if ("fields" in shown) return formatFields(shown.fields);
  if ("rows" in shown) return shown.rows.length === 0 ? "" : formatTable(shown.rows);
  return shown.text;
}
