// Owns finding rows by how a text of theirs begins, page by page: in the order of an index, so that a page costs as much
// among a hundred thousand as among a hundred. What is looked for in several places (an address, a name) is looked for
// in one after the other; a page looks at no more rows than a window holds, and may therefore end early.
import type { Knex } from "knex";
import { OperationError } from "../errors.ts";
import { type Database, isPostgres } from "./connect.ts";

/** A text without regard to the capitals A to Z, in the order of its bytes on both stores: as the indexes have it. */
export function folded(db: Database, column: string): string {
  return isPostgres(db) ? `lower(${column} collate "C")` : `lower(${column})`;
}

/** What stands behind the first space of a text, folded; without a space the whole. */
export function foldedBehindSpace(db: Database, column: string): string {
  return isPostgres(db)
    ? `lower(substr(${column}, strpos(${column}, ' ') + 1) collate "C")`
    : `lower(substr(${column}, instr(${column}, ' ') + 1))`;
}

/** The texts that begin alike: from one, and below another. */
export interface PrefixRange {
  from: string;
  below: string;
}

/** The folded texts that begin with a text, in the order of their bytes. */
export function prefixRange(text: string): PrefixRange {
  const from = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const points = Array.from(from, (letter) => letter.codePointAt(0) ?? 0);
  while (points.at(-1) === 0x10_ffff) points.pop();
  const last = points.pop() ?? 0;
  // Half characters stand between the two, and in no text.
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return { from, below: String.fromCodePoint(...points, next) };
}

/** A condition with its values. */
export interface Condition {
  sql: string;
  values?: readonly string[];
}

/** That a text lies in a range. */
export const inRange = (expression: string, { from, below }: PrefixRange): Condition => ({
  sql: `${expression} >= ? and ${expression} < ?`,
  values: [from, below],
});
/** That it does not, or that there is none. */
export const notIn = (expression: string, range: PrefixRange): Condition => {
  const { sql, values = [] } = inRange(expression, range);
  return { sql: `(${expression} is null or not (${sql}))`, values };
};

/** Where in a search a row stands. */
interface Place {
  source: string;
  key: string;
  id: string;
}

/** A row that was found, with its place. */
export interface Found<Row> {
  row: Row;
  key: string;
  id: string;
}

/** What is looked through in one go: rows in the order of (key, id). */
export interface SearchSource<Row> {
  /** Stable: ends of pages name it. */
  name: string;
  /** Those that are looked for among the next rows of the window. */
  find(after: Omit<Place, "source"> | undefined, window: number, limit: number): Promise<Found<Row>[]>;
  /** The place of the last row of the window; undefined: there are fewer, or `find` looked at all there are. */
  edge(after: Omit<Place, "source"> | undefined, window: number): Promise<Omit<Place, "source"> | undefined>;
}

/** Which part of what is found. */
export interface SearchPage {
  limit: number;
  /** Where the page before ended. */
  after?: string | undefined;
  /** The most rows the page looks at, unless that is said otherwise. */
  window?: number | undefined;
}

/** The most rows a page looks at. */
export const usualWindow = 2_000;
const firstLook = (limit: number): number => 4 * limit + 50;

/**
 * Reads a page of a search.
 * @returns at most `limit` rows; with an end there may be more, also where the page is not full
 * @throws OperationError invalid_input for an end that no page of such a search has
 */
export async function searchPage<Row>(
  sources: readonly SearchSource<Row>[],
  { limit, after: end, window = usualWindow }: SearchPage,
): Promise<{ rows: Row[]; end?: string }> {
  const start = end === undefined ? undefined : readEnd(end);
  const first = start === undefined ? 0 : sources.findIndex(({ name }) => name === start.source);
  if (first < 0) throw noEnd();
  const found: (Found<Row> & { source: string })[] = [];
  for (const [index, source] of sources.slice(first).entries()) {
    let after = index === 0 ? start : undefined;
    let left = window;
    // Few are looked at first: where most of them are found, that is all it takes.
    for (let step = Math.min(left, firstLook(limit)); left > 0; step = left) {
      const more = await source.find(after, step, limit + 1 - found.length);
      found.push(...more.map((one) => ({ ...one, source: source.name })));
      if (found.length > limit) {
        const page = found.slice(0, limit);
        const last = page.at(-1);
        return { rows: page.map(({ row }) => row), ...(last === undefined ? {} : { end: endOf(last) }) };
      }
      const edge = await source.edge(after, step);
      if (edge === undefined) break;
      left -= step;
      after = { source: source.name, ...edge };
      if (left <= 0) return { rows: found.map(({ row }) => row), end: endOf(after) };
    }
  }
  return { rows: found.map(({ row }) => row) };
}

/** Has a query of candidates come in the order of (key, id), after a place. */
export function orderedAfter(
  query: Knex.QueryBuilder,
  { key, id, after }: { key: string; id: string; after: Omit<Place, "source"> | undefined },
): void {
  if (after !== undefined) query.whereRaw(`(${key}, ${id}) > (?, ?)`, [after.key, after.id]);
  query.orderByRaw(`${key}, ${id}`);
}

/** The source that a page after an end goes on in; undefined without one. @throws OperationError invalid_input */
export function sourceOfEnd(end: string | undefined): string | undefined {
  return end === undefined ? undefined : readEnd(end).source;
}

const endOf = ({ source, key, id }: Place): string => JSON.stringify([source, key, id]);

function readEnd(end: string): Place {
  try {
    const [source, key, id] = JSON.parse(end) as unknown[];
    if (typeof source === "string" && typeof key === "string" && typeof id === "string") {
      return { source, key, id };
    }
  } catch {
    // Told below.
  }
  throw noEnd();
}

const noEnd = (): OperationError =>
  new OperationError("invalid_input", "cursor is not one that a page of this search ended with.", {
    field: "cursor",
    fix: "Give the cursor that came with the page before, as it is, and search for the same.",
  });
