// Owns how the command line talks to people. The rules:
// - results go to standard output, and nothing else does; progress, hints and errors go to standard error;
// - with --json standard output is exactly one JSON document, an error included; what has no end, or may be longer than
//   the memory, is a JSON document a line;
// - an error says what is wrong, then its code, then what to do; colours only where a terminal shows them.

import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { styleText } from "node:util";
import stringWidth from "string-width";
import { OperationError } from "../errors.ts";

/** The streams a command runs on. */
export interface Streams {
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean };
  stderr: Writable & { isTTY?: boolean };
}

/** A row of a table: cells by column heading. */
export type TableRow = Readonly<Record<string, string>>;

type Style = "bold" | "dim" | "green" | "red" | "cyan";

/** Talks to the person or program that runs a command. */
export class Terminal {
  readonly #streams: Streams;
  readonly #json: boolean;
  #printed = false;

  /**
   * @param streams standard input, output and error
   * @param json whether one JSON document is the whole output
   */
  constructor(streams: Streams, json: boolean) {
    this.#streams = streams;
    this.#json = json;
  }

  /** Whether the caller asked for JSON. */
  get json(): boolean {
    return this.#json;
  }

  /** Whether somebody watches standard error: it is a terminal, not a file or another program. */
  get isWatched(): boolean {
    return this.#streams.stderr.isTTY === true;
  }

  /**
   * Prints the command's result: the document with --json, else the text.
   * @param document what programs read
   * @param lines what people read; no line end
   */
  result(document: unknown, lines: string): void {
    if (this.#json) this.#printDocument(document);
    else if (lines !== "") this.#streams.stdout.write(`${lines}\n`);
  }

  /** Prints one line of many; waits until whoever reads has room for more. */
  line(words: string): Promise<void> {
    return this.pour(`${words}
`);
  }

  /** Writes a part of a result that is too long to be held as a whole; resolves when there is room for the next. */
  async pour(part: string): Promise<void> {
    this.#printed = true;
    if (!this.#streams.stdout.write(part)) await once(this.#streams.stdout, "drain");
  }

  /** Tells progress or a hint, on standard error. */
  say(line: string): void {
    this.#streams.stderr.write(`${line}\n`);
  }

  /** Tells an error, on standard error, or as the document with --json. */
  fail(error: unknown): void {
    const told = describeError(error);
    if (this.#json && !this.#printed) {
      this.#printDocument({ error: told });
      return;
    }
    this.say(`${this.style("red", "tti:")} ${told.message.split("\n").map(printable).join("\n")}`);
    if (told.code !== undefined) this.say(`  ${this.style("dim", "code:")} ${told.code}`);
    if (told.step !== undefined) this.say(`  ${this.style("dim", "step:")} ${told.step}`);
    for (const cause of told.causes ?? []) this.say(`  ${this.style("dim", "maybe:")} ${cause}`);
    if (told.because !== undefined) this.say(`  ${this.style("dim", "why: ")} ${told.because}`);
    if (told.fix !== undefined) this.say(`  ${this.style("dim", "fix: ")} ${told.fix}`);
  }

  /** Styles text for standard error where it is a terminal that shows colours. NO_COLOR is respected. */
  style(style: Style, words: string): string {
    return styleText(style, words, { stream: this.#streams.stderr, validateStream: true });
  }

  /** Styles text for standard output, under the same rule. */
  styleResult(style: Style, words: string): string {
    return styleText(style, words, { stream: this.#streams.stdout, validateStream: true });
  }

  /**
   * Reads a secret from standard input: the whole of it, without the line end.
   * @throws OperationError invalid_input if nothing comes, or a person would have to type it visibly
   */
  readSecret(what: string): Promise<string> {
    return this.readInput(what, `Pipe it in: printf %s "$SECRET" | tti …`);
  }

  /**
   * Reads what is no secret from standard input: the whole of it, without the line end.
   * @param what it is, as an error calls it
   * @param fix how it is given, for an error
   * @throws OperationError invalid_input if nothing comes, or it is a terminal
   */
  async readInput(what: string, fix: string): Promise<string> {
    const problem = (message: string) => new OperationError("invalid_input", message, { field: what, fix });
    if (this.#streams.stdin.isTTY)
      throw problem(
        `the ${what} ${what.endsWith("s") ? "are" : "is"} read from standard input, which is a terminal`,
      );
    const read = (await text(this.#streams.stdin)).replace(/\r?\n$/, "");
    if (read === "") throw problem(`standard input holds no ${what}`);
    return read;
  }

  #printDocument(document: unknown): void {
    this.#printed = true;
    this.#streams.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  }
}

/** An error as it is told: what, code, step, why, fix. */
export interface ToldError {
  message: string;
  code?: string;
  field?: string;
  step?: string;
  /** Likely causes, the likeliest first. */
  causes?: readonly string[];
  because?: string;
  fix?: string;
}

/**
 * Puts any error into words: its message, and what it carries of a code, a field, a step, a fix and a cause, as errors of
 * ours and of the exchange library do. No stack.
 */
export function describeError(error: unknown): ToldError {
  if (!(error instanceof Error)) return { message: String(error) };
  const text = (name: string): Record<string, string> => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === "string" && value !== "" ? { [name]: value } : {};
  };
  const { cause } = error;
  const because = cause instanceof Error && cause.message !== error.message ? { because: cause.message } : {};
  const causes: unknown = Reflect.get(error, "causes");
  return {
    message: error.message || error.name,
    ...text("code"),
    ...text("field"),
    ...text("step"),
    ...(Array.isArray(causes) && causes.length > 0 ? { causes: causes.map(String) } : {}),
    ...because,
    ...text("fix"),
  };
}

/** Lays rows out in columns, with headings; the columns are the keys of the first row. Wide letters keep them in line. */
export function formatTable(rows: readonly TableRow[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const widths = columns.map((column) =>
    Math.max(
      ...[column, ...rows.map((row) => row[column] ?? "")].map((cell) => stringWidth(printable(cell))),
    ),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => padded(printable(cell), widths[index] ?? 0))
      .join("  ")
      .trimEnd();
  return [line(columns), ...rows.map((row) => line(columns.map((column) => row[column] ?? "")))].join("\n");
}

/** Lays out names and values, one a line, values aligned. */
export function formatFields(fields: readonly (readonly [string, string])[]): string {
  const width = Math.max(...fields.map(([name]) => stringWidth(name)));
  return fields.map(([name, value]) => `${padded(name, width)}  ${printable(value)}`).join("\n");
}

// By the columns a terminal gives it: East Asian letters and emoji take two, a combining mark none.
const padded = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, width - stringWidth(text)));

/**
 * Text of other people's making, without what a terminal would obey or a reader be deceived by: control
 * characters and reversed writing.
 */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ").replace(/\p{Bidi_Control}/gu, "");
}
