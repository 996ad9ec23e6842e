// Owns lists in another order than that of ids: by a name, an address, a moment, upwards or down. A page goes along the index of
// its order, so that it costs as much among a hundred thousand rows as among a hundred.
import { OperationError } from "../errors.ts";
import type { Database } from "./connect.ts";
import { type Found, type SearchPage, type SearchSource, searchPage } from "./prefix_search.ts";

/** A table in an order. */
export interface SortedList<Row> {
  table: string;
  columns: readonly string[];
  /** The column that tells rows of one key apart. */
  id: string;
  /** What it is ordered by, as SQL: an index of (key, id) has it so. */
  key: string;
  /** What the key is: a number is compared as one. */
  kind: "text" | "number";
  /** The column that rows may lack, which then come last, in either direction: an index by id has those without. */
  lacks?: string | undefined;
  descending: boolean;
  /** Which rows there are, as SQL; nearly all of them. */
  among?: string | undefined;
  read(row: Readonly<Record<string, unknown>>): Row;
}

/**
 * Reads a page of a list in its order.
 * @returns with an end there is more
 * @throws OperationError invalid_input for an end of another order
 */
export function sortedPage<Row>(
  db: Database,
  list: SortedList<Row>,
  page: Pick<SearchPage, "limit" | "after">,
): Promise<{ rows: Row[]; end?: string }> {
  const sources =
    list.lacks !== undefined
      ? [sourceOf(db, list, true), sourceOf(db, list, false)]
      : [sourceOf(db, list, true)];
  return searchPage(sources, page);
}

function sourceOf<Row>(db: Database, list: SortedList<Row>, hasKey: boolean): SearchSource<Row> {
  const { table, columns, id, key, kind, lacks, descending, among } = list;
  const way = descending ? "desc" : "asc";
  const beyond = descending ? "<" : ">";
  return {
    name: hasKey ? "sorted" : "without",
    async find(after, _window, limit) {
      const query = db(table);
      if (among !== undefined) query.whereRaw(among);
      if (lacks !== undefined) query.whereRaw(hasKey ? `${key} is not null` : `${lacks} is null`);
      if (after !== undefined && hasKey) {
        const from = kind === "number" ? readNumber(after.key) : after.key;
        query.whereRaw(`(${key}, ${id}) ${beyond} (?, ?)`, [from, after.id]);
      } else if (after !== undefined) query.where(id, beyond, after.id);
      const rows: Readonly<Record<string, unknown>>[] = await query
        .orderByRaw(hasKey ? `${key} ${way}, ${id} ${way}` : `${id} ${way}`)
        // A limit that PostgreSQL does not know makes it plan for a tenth of the table.
        .limit(limit, { skipBinding: true })
        .select(...columns, db.raw(`${key} as sort_key`));
      return rows.map(
        (row): Found<Row> => ({
          row: list.read(row),
          key: String(row["sort_key"] ?? ""),
          id: String(row[id]),
        }),
      );
    },
    // All there are were looked at.
    edge: async () => undefined,
  };
}

function readNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new OperationError("invalid_input", "cursor is not one that a page of this order ended with.", {
    field: "cursor",
    fix: "Give the cursor that came with the page before, as it is.",
  });
}
