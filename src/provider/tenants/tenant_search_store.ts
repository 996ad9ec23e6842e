// Owns looking for tenants: by how an id or a name begins, and by state (db/prefix_search.ts); and the list of them in another
// order than that of their ids.
import type { Database } from "../../db/connect.ts";
import {
  folded,
  orderedAfter,
  type PrefixRange,
  prefixRange,
  type SearchPage,
  type SearchSource,
  searchPage,
} from "../../db/prefix_search.ts";
import { sortedPage } from "../../db/sorted_list.ts";
import { readTenantRow, type Tenant, type TenantRow, tenantColumns } from "./tenant_store.ts";

/** Which tenants are looked for; all that is given must hold. */
export interface TenantSearch {
  /** How the id or the name begins; capitals A to Z do not matter. */
  text?: string | undefined;
  state?: "enabled" | "disabled" | undefined;
}

/**
 * Looks for tenants.
 * @returns with an end there may be more, also where the page is not full
 * @throws OperationError invalid_input for an end of another search
 */
export async function searchTenants(
  db: Database,
  { text, state }: TenantSearch,
  page: SearchPage,
): Promise<{ rows: Tenant[]; end?: string }> {
  const inState =
    state === undefined ? undefined : `disabled_at_ms is ${state === "disabled" ? "not " : ""}null`;
  if (text === undefined)
    return searchPage([sourceOf(db, { name: "state", key: "''", that: inState })], page);
  const range = prefixRange(text);
  const id = folded(db, "id");
  const sources = [
    sourceOf(db, { name: "id", key: id, range, that: inState }),
    sourceOf(db, { name: "name", key: folded(db, "name"), range, that: inState, notBy: id }),
  ];
  return searchPage(sources, page);
}

/** What tenants may be ordered by. */
export const tenantOrders = ["name", "created"] as const;

/**
 * Lists tenants in an order: by name without regard to the capitals A to Z, or by when they were made.
 * @throws OperationError invalid_input for an end of another order
 */
export function listTenantsInOrder(
  db: Database,
  { by, descending }: { by: (typeof tenantOrders)[number]; descending: boolean },
  page: Pick<SearchPage, "limit" | "after">,
): Promise<{ rows: Tenant[]; end?: string }> {
  return sortedPage<Tenant>(
    db,
    {
      table: "tenants",
      columns: tenantColumns,
      id: "id",
      key: by === "created" ? "created_at_ms" : folded(db, "name"),
      kind: by === "created" ? "number" : "text",
      descending,
      among: "deleted_at_ms is null",
      read: (row) => readTenantRow(row as unknown as TenantRow),
    },
    page,
  );
}

interface Asked {
  name: string;
  /** What they are ordered by, as SQL. */
  key: string;
  /** In which it lies. */
  range?: PrefixRange;
  /** A condition besides. */
  that: string | undefined;
  /** What must not lie in the range: whoever it does was found by it before. */
  notBy?: string;
}

function sourceOf(db: Database, { name, key, range, that, notBy }: Asked): SearchSource<Tenant> {
  const candidates = (after: { key: string; id: string } | undefined, limit: number) => {
    const query = db("tenants").whereNull("deleted_at_ms");
    if (range === undefined) {
      // The condition leads: it has an index of its own.
      if (that !== undefined) query.whereRaw(that);
      return query
        .where("id", ">", after?.id ?? "")
        .orderBy("id")
        .limit(limit, { skipBinding: true });
    }
    query.whereRaw(`${key} >= ? and ${key} < ?`, [range.from, range.below]);
    orderedAfter(query, { key, id: "id", after });
    return query.limit(limit, { skipBinding: true });
  };
  const everyCounts = range === undefined || (that === undefined && notBy === undefined);
  return {
    name,
    async find(after, window, limit) {
      const next = candidates(after, everyCounts ? limit : window).select(
        "*",
        db.raw(`${key} as search_key`),
      );
      const query = db(next.as("w"));
      if (that !== undefined) query.whereRaw(that);
      if (notBy !== undefined && range !== undefined) {
        query.whereRaw(`not (${notBy} >= ? and ${notBy} < ?)`, [range.from, range.below]);
      }
      const rows: (TenantRow & { search_key: string })[] = await query
        .orderByRaw("search_key, id")
        .limit(limit)
        .select(...tenantColumns, "search_key");
      return rows.map((row) => ({ row: readTenantRow(row), key: row.search_key, id: row.id }));
    },
    async edge(after, window) {
      if (everyCounts) return undefined;
      const [row]: { search_key: string; id: string }[] = await candidates(after, 1)
        .offset(window - 1)
        .select("id", db.raw(`${key} as search_key`));
      return row && { key: row.search_key, id: row.id };
    },
  };
}
