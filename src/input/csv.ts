// Owns CSV as RFC 4180 has it: reading it piece by piece, with every record's line, and writing it. (Our own, because
// it is two states and a bound; a library's weight is in dialects that are refused here.)
import type { FileFault } from "./file_text.ts";

/** What a record may hold at most. */
export const csvLimits = { columns: 64, characters: 64 * 1024 } as const;

/** A record, and the line it begins on. */
export interface CsvRecord {
  line: number;
  cells: string[];
}

/**
 * Reads CSV: commas, lines that end in CRLF or LF, quoted cells with commas, quotes and line ends in them. Empty lines
 * are let pass.
 * @param pieces the text, cut anywhere
 * @throws OperationError of `fault` for a quote out of place or never closed, and for a record beyond the limits
 */
export async function* readCsv(pieces: AsyncIterable<string>, fault: FileFault): AsyncGenerator<CsvRecord> {
  let [line, began, length] = [1, 1, 0];
  let cells: string[] = [];
  let cell = "";
  // plain: outside quotes. quoted: inside. closed: after the closing quote, or the first of a pair.
  let state: "plain" | "quoted" | "closed" = "plain";
  const endCell = () => {
    cells.push(cell);
    cell = "";
    state = "plain";
    if (cells.length > csvLimits.columns)
      throw fault(
        began,
        `has more than ${csvLimits.columns} columns`,
        "Keep the columns that are known here.",
      );
  };
  const endRecord = (): CsvRecord | undefined => {
    if (state !== "closed" && cell.endsWith("\r")) cell = cell.slice(0, -1);
    endCell();
    const record = { line: began, cells };
    const isEmpty = cells.length === 1 && length === 0;
    [began, length, cells] = [line + 1, 0, []];
    return isEmpty ? undefined : record;
  };
  for await (const piece of pieces) {
    for (const letter of piece) {
      if (letter === "\n" && state !== "quoted") {
        const record = endRecord();
        line += 1;
        if (record !== undefined) yield record;
        continue;
      }
      if (letter === "\n") line += 1;
      if (letter !== "\r") length += 1;
      if (length > csvLimits.characters)
        throw fault(
          began,
          `has more than ${csvLimits.characters} characters`,
          "Look for a quote that is never closed.",
        );
      if (state === "quoted") {
        if (letter === '"') state = "closed";
        else cell += letter;
      } else if (letter === ",") endCell();
      else if (state === "closed") {
        if (letter === '"') {
          cell += '"';
          state = "quoted";
        } else if (letter !== "\r")
          throw fault(line, "text stands after a closing quote", 'Double each quote in a cell: "".');
      } else if (letter === '"') {
        if (cell !== "")
          throw fault(
            line,
            "a quote stands inside a cell",
            'Put the cell in quotes, each quote in it as "".',
          );
        state = "quoted";
      } else cell += letter;
    }
  }
  if (state === "quoted") throw fault(began, "a quote is never closed", "Close it before the next comma.");
  if (cells.length > 0 || length > 0) {
    const record = endRecord();
    if (record !== undefined) yield record;
  }
}

/** Writes one record, without its line end. */
export function csvRecord(cells: readonly string[]): string {
  return cells
    .map((cell) => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(",");
}
