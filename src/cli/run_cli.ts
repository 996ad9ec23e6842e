// Owns the way from the words typed to an exit code: find the command, run it, tell what went wrong.
// Exit codes: 0 done, 1 failed, 2 the words make no sense.
import { closestName } from "../input/closest_name.ts";
import { type Command, UsageError } from "./command.ts";
import { listCommands } from "./command_list.ts";
import { commandLoaders, isCommandWord } from "./commands/index.ts";
import { type Streams, Terminal } from "./terminal.ts";
import { productVersion } from "./version.ts";

const help =
  async (): Promise<string> => `tti: an OpenID Provider whose ID tokens AWS IAM Identity Center accepts,
the exchange of those tokens, and a local AWS to try it all.

Usage: tti COMMAND [OPTIONS]

${await listCommands()}

Every command has --help and --json. Settings come from the environment: docs/configuration.md.

Example:
  $ tti dev
  $ tti search --tenant acme --user ada@acme.example "travel policy"`;

/**
 * Runs one command.
 * @param words what was typed after `tti`
 * @param streams where it reads and writes
 * @returns the exit code
 */
export async function runCli(words: readonly string[], streams: Streams): Promise<number> {
  const options = words.slice(0, optionsEnd(words));
  const terminal = new Terminal(streams, options.includes("--json"));
  try {
    if (words[0] === "--version" || words[0] === "version") {
      terminal.result({ version: productVersion() }, productVersion());
      return 0;
    }
    const asked = words[0] === "help" ? [...words.slice(1), "--help"] : words;
    return await runNamed(asked, terminal);
  } catch (error) {
    terminal.fail(error);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function runNamed(words: readonly string[], terminal: Terminal): Promise<number> {
  const names = words.filter((word) => !word.startsWith("-"));
  const wantsHelp = words.slice(0, optionsEnd(words)).some((word) => word === "--help" || word === "-h");
  const [first] = names;
  if (first === undefined) {
    const text = await help();
    if (wantsHelp) terminal.result({ help: text }, text);
    else terminal.say(text);
    return wantsHelp ? 0 : 2;
  }
  const group = await loadGroup(first);
  const command = findCommand(group, names) ?? findCommand(group, withoutValues(words, first));
  if (wantsHelp) {
    const text = command?.help ?? groupHelp(group);
    terminal.result({ help: text }, text);
    return 0;
  }
  if (command !== undefined) return command.run(wordsAfter(words, command), terminal);
  throw unknownAction(first, names[1], group);
}

async function loadGroup(first: string): Promise<readonly Command[]> {
  if (isCommandWord(first)) {
    return (await commandLoaders[first]()).filter((command) => command.name.split(" ")[0] === first);
  }
  const meant = closestName(first, Object.keys(commandLoaders));
  throw new UsageError(
    `there is no command tti ${first}`,
    meant === undefined ? "See: tti --help" : `Did you mean tti ${meant}?`,
  );
}

// Words after a lone -- are arguments, whatever they look like.
function optionsEnd(words: readonly string[]): number {
  const end = words.indexOf("--");
  return end < 0 ? words.length : end;
}

// The longest name wins: `sandbox load` before `sandbox`.
function findCommand(group: readonly Command[], names: readonly string[]): Command | undefined {
  return (
    group.find((command) => command.name === names.slice(0, 2).join(" ")) ??
    group.find((command) => command.name === names[0])
  );
}

// What may be the value of an option left away: `tti user --tenant acme list`.
function withoutValues(words: readonly string[], first: string): string[] {
  const after = words.slice(words.indexOf(first) + 1);
  const isValue = (index: number) => /^--[^=]+$/.test(after[index - 1] ?? "");
  return [first, ...after.filter((word, index) => !word.startsWith("-") && !isValue(index))];
}

// Options may stand before and between the words of a name: `tti --json tenant list`.
function wordsAfter(words: readonly string[], command: Command): string[] {
  const rest = [...words];
  for (const part of command.name.split(" ")) rest.splice(rest.indexOf(part), 1);
  return rest;
}

function unknownAction(first: string, action: string | undefined, group: readonly Command[]): UsageError {
  if (action === undefined) {
    return new UsageError(`tti ${first} needs one of: ${actions(group)}`, `See: tti ${first} --help`);
  }
  const meant = closestName(
    action,
    group.map((command) => command.name.split(" ")[1] ?? ""),
  );
  return new UsageError(
    `there is no command tti ${first} ${action}`,
    meant === undefined ? `It is one of: ${actions(group)}` : `Did you mean tti ${first} ${meant}?`,
  );
}

function actions(group: readonly Command[]): string {
  return group.map((command) => command.name.split(" ").slice(1).join(" ")).join(", ");
}

function groupHelp(group: readonly Command[]): string {
  const width = Math.max(...group.map((command) => command.name.length));
  const lines = group.map((command) => `  tti ${command.name.padEnd(width)}  ${command.summary}`);
  return ["Commands:", ...lines, "", `Each has its own help: tti ${group[0]?.name} --help`].join("\n");
}
