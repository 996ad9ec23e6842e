// Owns how the programs that people of this project type read their words: `--help` is answered, and a word that makes no sense is
// told in a sentence with the way on, never in a stack trace.
import { type ParseArgsConfig, parseArgs } from "node:util";
import { closestName } from "../src/input/closest_name.ts";

/** Where it is told. */
export interface Told {
  stdout(text: string): void;
  stderr(text: string): void;
}

const ownProcess: Told = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
};

type Typed<T extends ParseArgsConfig> = ReturnType<typeof parseArgs<T>>;

/**
 * Reads words as node:util's parseArgs does.
 * @param usage what `--help` prints; its first line is told beside a fault
 * @returns what was typed; or the exit code, when all is told: 0 after `--help`, 2 after a fault
 */
export function readTypedWords<const T extends ParseArgsConfig & { args: readonly string[] }>(
  usage: string,
  config: T,
  told: Told = ownProcess,
): Typed<T> | 0 | 2 {
  const end = config.args.indexOf("--");
  const options = end < 0 ? config.args : config.args.slice(0, end);
  if (options.includes("--help") || options.includes("-h")) {
    told.stdout(`${usage}\n`);
    return 0;
  }
  try {
    return parseArgs(config);
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (!code.startsWith("ERR_PARSE_ARGS")) throw error;
    return tellFault(usage, sentenceOf(message, ["help", ...Object.keys(config.options ?? {})]), told);
  }
}

/** Tells what is wrong with words. @returns the exit code */
export function tellFault(usage: string, sentence: string, told: Told = ownProcess): 2 {
  told.stderr(`${sentence}\n${usage.split("\n")[0]}\n--help says what there is.\n`);
  return 2;
}

// Node.js goes on with advice about words that begin with a dash, which none of these programs takes.
function sentenceOf(message: string, known: readonly string[]): string {
  const [said = ""] = message.split(/\. |\n/);
  const name = /^Unknown option '--([^']+)'/.exec(said)?.[1];
  const meant = name === undefined ? undefined : closestName(name, known);
  return `${said.replace(/\.$/, "")}.${meant === undefined ? "" : ` Did you mean --${meant}?`}`;
}
