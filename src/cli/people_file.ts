// Owns files of people: CSV and JSON Lines, row by row, each with its line; and writing them.
import type { OperationError } from "../errors.ts";
import { closestName } from "../input/closest_name.ts";
import { csvRecord, readCsv } from "../input/csv.ts";
import { type FileFault, faultsOfFile, readFileText } from "../input/file_text.ts";
import { isStorable } from "../input/text.ts";
import { UsageError } from "./command.ts";

const peopleFormats = ["csv", "jsonl"] as const;
export type PeopleFormat = (typeof peopleFormats)[number];

/** The members of a row, in the order of a CSV file's columns. */
const peopleMembers = [
  "email",
  "name",
  "tenant",
  "role",
  "emailVerified",
  "passwordHash",
  "externalId",
] as const;

/** A row as the file says it, or why it is no row. */
export type FileRow = { line: number; value: Record<string, unknown> } | { line: number; fault: string };

const longestLine = 64 * 1024;

/**
 * Reads a file of people. Only one row is held at a time.
 * @throws OperationError invalid_input, naming file and line, for what makes the rest unreadable: another encoding, a
 *   quote never closed, a line beyond all measure, a column that is not known
 */
export function readPeople(path: string, format: PeopleFormat): AsyncGenerator<FileRow> {
  const fault = faultsOfFile(path);
  const text = readFileText(path);
  return format === "csv" ? readRows(text, fault) : readLines(text, fault);
}

async function* readRows(text: AsyncIterable<string>, fault: FileFault): AsyncGenerator<FileRow> {
  let columns: readonly string[] | undefined;
  for await (const { line, cells } of readCsv(text, fault)) {
    if (columns === undefined) {
      columns = cells.map((cell) => cell.trim());
      assertColumns(columns, (what, fix) => fault(line, what, fix));
    } else if (cells.length === columns.length) {
      yield { line, value: rowOf(columns, cells) };
    } else {
      const counts = `${cells.length} cells, and the first line names ${columns.length} columns`;
      yield { line, fault: `The row has ${counts}.` };
    }
  }
}

function assertColumns(
  columns: readonly string[],
  refuse: (what: string, fix: string) => OperationError,
): void {
  const known: readonly string[] = peopleMembers;
  const [only = ""] = columns;
  if (columns.length === 1 && /[;\t]/.test(only))
    throw refuse("the columns are not separated by commas", "Save the file as CSV with commas.");
  const strange = columns.find((column) => !known.includes(column));
  if (strange !== undefined) {
    const meant = closestName(strange, known);
    const name = /^[\w.~ -]{1,64}$/.test(strange) ? strange : "a column";
    throw refuse(
      `${name} is no member of a person`,
      meant === undefined
        ? `The first line names the columns, of these: ${known.join(", ")}.`
        : `Did you mean ${meant}?`,
    );
  }
  const twice = columns.find((column, at) => columns.indexOf(column) !== at);
  if (twice !== undefined) throw refuse(`${twice} stands there twice`, "Keep one of the columns.");
  if (!columns.includes("email")) throw refuse("there is no column email", "Every person has an address.");
}

// An empty cell says nothing of the person.
function rowOf(columns: readonly string[], cells: readonly string[]): Record<string, unknown> {
  const given = columns.flatMap((column, at): [string, unknown][] => {
    const cell = cells[at] ?? "";
    if (cell === "") return [];
    if (column === "emailVerified" && /^(true|false)$/i.test(cell)) return [[column, /^t/i.test(cell)]];
    return [[column, cell]];
  });
  return Object.fromEntries(given);
}

async function* readLines(text: AsyncIterable<string>, fault: FileFault): AsyncGenerator<FileRow> {
  let line = 1;
  let begun = "";
  for await (const piece of text) {
    const lines = (begun + piece).split("\n");
    begun = lines.pop() ?? "";
    for (const one of lines) {
      if (one.length > longestLine) throw tooLong(line, fault);
      if (one.trim() !== "") yield { line, ...parseLine(one) };
      line += 1;
    }
    if (begun.length > longestLine) throw tooLong(line, fault);
  }
  if (begun.trim() !== "") yield { line, ...parseLine(begun) };
}

const tooLong = (line: number, fault: FileFault): OperationError =>
  fault(line, `has more than ${longestLine} characters`, "Write one JSON object on each line.");

function parseLine(text: string): { value: Record<string, unknown> } | { fault: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: "The line is not JSON." };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return { fault: "The line is not a JSON object." };
  if (Object.hasOwn(value, "__proto__")) return { fault: "The object has a member called __proto__." };
  const broken = Object.values(value).some((member) => typeof member === "string" && !isStorable(member));
  return broken
    ? { fault: "The object holds U+0000 or half a character." }
    : { value: value as Record<string, unknown> };
}

/** A row as a file holds it, with its line end. */
export function peopleRow(row: Readonly<Record<string, unknown>>, format: PeopleFormat): string {
  if (format === "jsonl") return `${JSON.stringify(row)}\n`;
  return `${csvRecord(peopleMembers.map((member) => String(row[member] ?? "")))}\r\n`;
}

/** What a file begins with. */
export const peopleHead = (format: PeopleFormat): string =>
  format === "csv" ? `${peopleMembers.join(",")}\r\n` : "";

/**
 * The format a file is in: what was said, or what its name tells.
 * @throws {UsageError}
 */
export function formatOf(given: string | undefined, path: string): PeopleFormat {
  const ending = /\.(csv|jsonl|ndjson)$/i.exec(path)?.[1]?.toLowerCase();
  const wanted = given ?? (ending === "ndjson" ? "jsonl" : ending);
  const format = peopleFormats.find((known) => known === wanted);
  if (format !== undefined) return format;
  throw new UsageError(
    given === undefined ? "the name of the file does not tell its format" : "--format is csv or jsonl",
    "Write --format csv or --format jsonl",
  );
}
