// Owns lists in another order than that of ids: by a name, an address, a moment, upwards or down. A page costs the same however
// many rows there are: it goes along the index of its order, and where only some rows count, it looks at those if they are
// few, else at no more than a window of the order, and may therefore end early (prefix_search.ts).
import type { Knex } from "knex";
import { OperationError } from "../errors.ts";
import type { Database } from "./connect.ts";
import { type Found, type SearchPage, type SearchSource, searchPage, usualWindow } from "./prefix_search.ts";

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
  /** Rows without a key come last, in either direction. */
  mayLack: boolean;
  descending: boolean;
  /** Which rows there are at all, as SQL; nearly all of them. */
  among?: string | undefined;
  /** Which of them count, as SQL, word for word the condition of an index by id; absent: all. */
  that?: string | undefined;
  read(row: Readonly<Record<string, unknown>>): Row;
}

/**
 * Reads a page of a list in its order.
 * @returns with an end there may be more, also where the page is not full
 * @throws OperationError invalid_input for an end of another order
 */
export async function sortedPage<Row>(
  db: Database,
  list: SortedList<Row>,
  page: SearchPage,
): Promise<{ rows: Row[]; end?: string }> {
  const few = list.that !== undefined && (await areFew(db, list, page.window ?? usualWindow));
  const sources = [sourceOf(db, list, true, few)];
  if (list.mayLack) sources.push(sourceOf(db, list, false, few));
  return searchPage(sources, page);
}

async function areFew<Row>(
  db: Database,
  { table, id, that = "" }: SortedList<Row>,
  few: number,
): Promise<boolean> {
  const [more]: unknown[] = await db(table).whereRaw(that).orderBy(id).offset(few).limit(1).select(id);
  return more === undefined;
}

type Place = { key: string; id: string };

function sourceOf<Row>(
  db: Database,
  list: SortedList<Row>,
  hasKey: boolean,
  few: boolean,
): SearchSource<Row> {
  const { table, columns, id, key, kind, mayLack, descending, among, that } = list;
  const way = descending ? "desc" : "asc";
  const beyond = descending ? "<" : ">";
  const chosen = [...new Set([...columns, id])];
  const selected = [...chosen, db.raw(`${key} as sort_key`)];
  const inOrder = (query: Knex.QueryBuilder, after: Place | undefined, keySql: string): Knex.QueryBuilder => {
    if (mayLack) query.whereRaw(`${keySql} is ${hasKey ? "not " : ""}null`);
    if (after !== undefined && hasKey) {
      const from = kind === "number" ? readNumber(after.key) : after.key;
      query.whereRaw(`(${keySql}, ${id}) ${beyond} (?, ?)`, [from, after.id]);
    } else if (after !== undefined) query.where(id, beyond, after.id);
    return query.orderByRaw(`${keySql} ${way}, ${id} ${way}`);
  };
  const all = () => {
    const query = db(table);
    return among === undefined ? query : query.whereRaw(among);
  };
  // A limit that PostgreSQL does not know makes it plan for a tenth of the table.
  const alongIndex = (after: Place | undefined, limit: number) =>
    inOrder(all(), after, key).limit(limit, { skipBinding: true });
  return {
    name: hasKey ? "sorted" : "without",
    async find(after, window, limit) {
      const rows: Readonly<Record<string, unknown>>[] = await (() => {
        if (that === undefined) return alongIndex(after, limit).select(selected);
        if (few) {
          const some = all().whereRaw(that).orderBy(id).limit(window, { skipBinding: true }).select(selected);
          return inOrder(db(some.as("f")), after, "sort_key")
            .limit(limit)
            .select([...chosen, "sort_key"]);
        }
        const next = alongIndex(after, window).select(selected);
        return db(next.as("w"))
          .whereRaw(that)
          .orderByRaw(`sort_key ${way}, ${id} ${way}`)
          .limit(limit)
          .select([...chosen, "sort_key"]);
      })();
      return rows.map((row): Found<Row> => ({ row: list.read(row), ...placeOf(row, id) }));
    },
    async edge(after, window) {
      if (that === undefined || few) return undefined;
      const [row]: Readonly<Record<string, unknown>>[] = await alongIndex(after, 1)
        .offset(window - 1)
        .select(id, db.raw(`${key} as sort_key`));
      return row && placeOf(row, id);
    },
  };
}

const placeOf = (row: Readonly<Record<string, unknown>>, id: string): Place => ({
  key: String(row["sort_key"] ?? ""),
  id: String(row[id]),
});

function readNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new OperationError("invalid_input", "cursor is not one that a page of this order ended with.", {
    field: "cursor",
    fix: "Give the cursor that came with the page before, as it is.",
  });
}
