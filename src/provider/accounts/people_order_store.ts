// Owns the list of all people in another order than that of their ids (db/sorted_list.ts).
import type { Database } from "../../db/connect.ts";
import { folded, type SearchPage } from "../../db/prefix_search.ts";
import { sortedPage } from "../../db/sorted_list.ts";
import { type Account, type AccountRow, accountColumns, toAccount } from "./account_store.ts";

/** What people may be ordered by. */
export const peopleOrders = ["name", "email", "created"] as const;

/** An order of people. */
export interface PeopleOrder {
  by: (typeof peopleOrders)[number];
  descending: boolean;
}

/**
 * Lists people in an order: by name or address without regard to the capitals A to Z, those without one last; or by when
 * their account was made.
 * @throws OperationError invalid_input for an end of another order
 */
export function listPeopleInOrder(
  db: Database,
  { by, descending }: PeopleOrder,
  page: Pick<SearchPage, "limit" | "after">,
): Promise<{ rows: Account[]; end?: string }> {
  const isCreated = by === "created";
  return sortedPage<Account>(
    db,
    {
      table: "accounts",
      columns: accountColumns.map((column) => column.replace("accounts.", "")),
      id: "id",
      key: isCreated ? "created_at_ms" : folded(db, by),
      kind: isCreated ? "number" : "text",
      lacks: by === "created" ? undefined : by,
      descending,
      read: (row) => toAccount(row as unknown as AccountRow),
    },
    page,
  );
}
