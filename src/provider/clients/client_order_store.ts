// Owns the list of clients in the order in which they were registered (db/sorted_list.ts).
import type { Database } from "../../db/connect.ts";
import type { SearchPage } from "../../db/prefix_search.ts";
import { sortedPage } from "../../db/sorted_list.ts";
import { type Client, type ClientRow, clientColumns, toClient } from "./client_store.ts";

/** What clients may be ordered by. */
export const clientOrders = ["created"] as const;

/**
 * Lists clients by when they were registered.
 * @throws OperationError invalid_input for an end of another order
 */
export function listClientsInOrder(
  db: Database,
  { descending }: { descending: boolean },
  page: Pick<SearchPage, "limit" | "after">,
): Promise<{ rows: Client[]; end?: string }> {
  return sortedPage<Client>(
    db,
    {
      table: "clients",
      columns: clientColumns,
      id: "client_id",
      key: "created_at_ms",
      kind: "number",
      descending,
      among: "deleted_at_ms is null",
      read: (row) => toClient(row as unknown as ClientRow),
    },
    page,
  );
}
