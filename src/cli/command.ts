// Owns what a command is: a name, a help text, options, arguments, and a function that runs. How the words
// typed become values is decided here for all of them.
import { type ParseArgsConfig, parseArgs } from "node:util";
import { inWordsOf, type MemberPath, memberName } from "../admin/operations/input_faults.ts";
import { closestName } from "../input/closest_name.ts";
import { isStorable } from "../input/text.ts";
import type { Terminal } from "./terminal.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O; strict: true }>>["values"];

/** A command as its file writes it. */
export interface CommandSpec<O extends Options> {
  /** The words after `tti`, e.g. `tenant create`. */
  name: string;
  /** One line for the lists of commands. */
  summary: string;
  /** The help text, written by hand; ends in an example. */
  help: string;
  /** Options beside --help and --json, which every command has. */
  options: O;
  /** Names of the arguments, in order. `?` at the end: may be left out. `…`: the rest of the line. */
  arguments?: readonly string[];
  /** What members of an operation's input are called here, where their own names do not tell. */
  typedNames?: Readonly<Record<string, string>>;
  /** Runs the command; answers the exit code (nothing: 0). */
  run(call: { values: Values<O>; arguments: string[]; terminal: Terminal }): Promise<number | undefined>;
}

/** A command, ready to be given words. */
export interface Command {
  name: string;
  summary: string;
  help: string;
  /** Names of its options that take a value, without dashes. */
  options: readonly string[];
  /** Names of its arguments, in order. */
  arguments: readonly string[];
  /**
   * Parses the words after the command's name and runs it.
   * @throws {UsageError}
   */
  run(words: readonly string[], terminal: Terminal): Promise<number>;
}

/** The words typed make no sense; exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "usage";
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    this.fix = fix;
  }
}

/** Makes a command of its description. */
export function defineCommand<const O extends Options>(spec: CommandSpec<O>): Command {
  return {
    name: spec.name,
    summary: spec.summary,
    help: spec.help,
    options: Object.entries(spec.options).flatMap(([name, { type }]) => (type === "string" ? [name] : [])),
    arguments: spec.arguments ?? [],
    async run(words, terminal) {
      const seeHelp = `See: tti ${spec.name} --help`;
      const options: Options = { ...spec.options, json: { type: "boolean" } };
      assertKnownOptions(words, options, seeHelp);
      // The check above leaves strict parsing nothing to refuse but values out of place.
      const parsed = parseWords(words, options, seeHelp);
      assertArguments(spec.arguments ?? [], parsed.positionals, seeHelp);
      assertStorable(spec.arguments ?? [], parsed, seeHelp);
      const call = { values: parsed.values as Values<O>, arguments: parsed.positionals, terminal };
      try {
        return (await spec.run(call)) ?? 0;
      } catch (error) {
        throw inWordsOf(error, typedNameIn(options, spec.arguments ?? [], spec.typedNames));
      }
    },
  };
}

// What members of operations are called where words are typed, if not by their own names with dashes.
const typedNames: Readonly<Record<string, readonly string[]>> = {
  tenant: ["--tenant", "TENANT", "ID"],
  tenantId: ["--tenant", "TENANT", "ID"],
  client: ["--client", "--id", "ID"],
  clientId: ["--client", "--id", "ID"],
  account: ["--account", "USER"],
  accessor: ["--name"],
  password: ["--password-stdin"],
  emailVerified: ["--unverified"],
  loginMethod: ["--login"],
  requiredFactor: ["--factor"],
  redirectUris: ["--redirect-uri"],
  postLogoutRedirectUris: ["--post-logout-uri"],
  applicationType: ["--native"],
  requirePkce: ["--no-pkce"],
  rotateRefreshToken: ["--no-rotation"],
  mintTenants: ["--mint-for"],
  searchTenants: ["--search-for"],
  handoffTenants: ["--handoff-for"],
  fromMs: ["--from"],
  beforeMs: ["--until"],
  cursor: ["--before", "--after"],
  afterId: ["--after"],
};

// An operation names members of its input; whoever typed the words knows options and arguments.
function typedNameIn(
  options: Options,
  argumentNames: readonly string[],
  own: Readonly<Record<string, string>> = {},
) {
  const known = new Set([
    ...Object.keys(options).map((name) => `--${name}`),
    ...argumentNames.map((name) => name.replace(/[…?]/, "")),
  ]);
  const typedFor = (member: string): string | undefined => {
    const dashed = member.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const usual = [...(typedNames[member] ?? []), `--${dashed}`, member.toUpperCase()];
    return own[member] ?? usual.find((name) => known.has(name));
  };
  // A member inside another may have an option of its own, or stand in what an option names (a file).
  return (path: MemberPath): string | undefined => {
    const at = path.findLastIndex((part) => typedFor(String(part)) !== undefined);
    if (at < 0) return undefined;
    const inside = path.slice(at + 1);
    const isPlain = inside.every((part) => /^\d+$/.test(String(part)));
    const name = typedFor(String(path[at]));
    return isPlain ? name : `${name} (${memberName(["", ...inside]).slice(1)})`;
  };
}

function assertKnownOptions(words: readonly string[], options: Options, seeHelp: string): void {
  const { tokens } = parseArgs({ args: [...words], options, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind !== "option" || Object.hasOwn(options, token.name)) continue;
    const known = Object.values(options).some((option) => option.short === token.name);
    if (known) continue;
    const meant = closestName(token.name, Object.keys(options));
    // Ids of keys may begin so.
    const otherwise = token.rawName.startsWith("--")
      ? seeHelp
      : `If it begins an argument, put -- before that. ${seeHelp}`;
    throw new UsageError(
      `there is no option ${token.rawName}`,
      meant === undefined ? otherwise : `Did you mean --${meant}? ${seeHelp}`,
    );
  }
}

function parseWords(words: readonly string[], options: Options, seeHelp: string) {
  try {
    return parseArgs({ args: [...words], options, strict: true, allowPositionals: true });
  } catch (error) {
    const [message = ""] = (error as Error).message.split(". ");
    const ambiguous = /'(--[\w-]+)[^']*' argument is ambiguous/.exec(message)?.[1];
    if (ambiguous !== undefined) {
      const fix = `Write a value that begins with - as ${ambiguous}=VALUE. ${seeHelp}`;
      throw new UsageError(`${ambiguous} is followed by something that may be an option`, fix);
    }
    throw new UsageError(message.replace(/\n[\s\S]*/, "").replace(/^Option/, "option"), seeHelp);
  }
}

function assertArguments(names: readonly string[], given: readonly string[], seeHelp: string): void {
  const needed = names.filter((name) => !name.endsWith("?"));
  if (given.length < needed.length) {
    throw new UsageError(`${(needed[given.length] ?? "").replace("…", "")} is missing`, seeHelp);
  }
  const takesRest = names.at(-1)?.includes("…") ?? false;
  if (!takesRest && given.length > names.length) {
    throw new UsageError(`"${given[names.length]}" is one argument too many`, seeHelp);
  }
}

// What a store cannot keep or look for ends here, for every command: PostgreSQL would fail on U+0000, SQLite find nothing.
function assertStorable(
  names: readonly string[],
  { values, positionals }: ReturnType<typeof parseWords>,
  seeHelp: string,
): void {
  const typed = [
    ...Object.entries(values).flatMap(([name, value]) =>
      [value ?? ""].flat().map((one) => [`--${name}`, one]),
    ),
    ...positionals.map((word, at) => [(names[at] ?? names.at(-1) ?? "").replace(/[…?]/, ""), word]),
  ];
  const broken = typed.find(([, value]) => typeof value === "string" && !isStorable(value));
  if (broken !== undefined) throw new UsageError(`${broken[0]} holds U+0000 or half a character`, seeHelp);
}

/** Names the option a command cannot do without. */
export function requireOption(value: string | undefined, option: string, example: string): string {
  if (value !== undefined && value !== "") return value;
  throw new UsageError(`--${option} is missing`, `Give it, e.g. --${option} ${example}`);
}

/** The page of a list that --limit and --after ask for. */
export function parsePage(values: { limit?: string | undefined; after?: string | undefined }): {
  limit?: number;
  afterId?: string;
} {
  if (values.limit !== undefined && !/^[1-9]\d{0,3}$/.test(values.limit)) {
    throw new UsageError("--limit is no whole number from 1 to 9999", "Write it like --limit 50");
  }
  return {
    ...(values.limit === undefined ? {} : { limit: Number(values.limit) }),
    ...(values.after === undefined ? {} : { afterId: values.after }),
  };
}
