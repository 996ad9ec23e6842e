// Owns how an entry of the table says what its command looks like: which words fill which members, and what people read
// of the answer. Plain data; the command line makes the command of it (cli/operation_command.ts).

/** What people read of an answer. */
export type Shown =
  /** Names and values, one a line. */
  | { fields: readonly (readonly [string, string])[]; say?: readonly string[] }
  /** A table; no rows: only what is said. */
  | { rows: readonly Readonly<Record<string, string>>[]; say?: readonly string[] }
  /** A sentence. */
  | { text: string; say?: readonly string[] };

/** The command of an operation. */
export interface CommandFace<Result> {
  /** Arguments in order, each with the input's member it fills, e.g. `{ ID: "id" }`. */
  arguments?: Readonly<Record<string, string>>;
  /** Members whose option has another name than the member's, with dashes: `{ tenantId: "tenant" }`. */
  options?: Readonly<Record<string, string>>;
  /** Members that are said with on or off, because leaving the option away says something else. */
  switches?: readonly string[];
  /** What one may give to see it work, for each option that must be given, e.g. `{ tenant: "acme" }`. */
  needs?: Readonly<Record<string, string>>;
  /** The summary in the words of the command line, where it is another than the table's. */
  summary?: string;
  /** What it does, in a paragraph or two, lines broken by hand. */
  about?: string;
  /** What one types, after `tti` and the name. */
  example: string;
  /** What people read. */
  show(result: Result, input: Readonly<Record<string, unknown>>): Shown;
}
