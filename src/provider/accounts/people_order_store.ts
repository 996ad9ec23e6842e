// Owns the list of all people in another order than that of their ids (db/sorted_list.ts).
import type { Database } from "../../db/connect.ts";
import { folded, type SearchPage } from "../../db/prefix_search.ts";
import { sortedPage } from "../../db/sorted_list.ts";
import { type Account, type AccountRow, accountColumns, toAccount } from "./account_store.ts";
import { type AccountState, stateCondition } from "./people_search_store.ts";

/** What people may be ordered by. */
export const peopleOrders = ["name", "email", "created"] as const;

/** An order of people. */
export interface PeopleOrder {
  by: (typeof peopleOrders)[number];
  descending: boolean;
  state?: AccountState | undefined;
}

/**
 * Lists people in an order: by name or address without regard to the capitals A to Z, those without one last; or by when
 * their account was made.
 * @throws OperationError invalid_input for an end of another order
 */
export function listPeopleInOrder(
  db: Database,
  { by, descending, state }: PeopleOrder,
  page: SearchPage,
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
      mayLack: !isCreated,
      descending,
      that: state === undefined ? undefined : stateCondition[state].replaceAll("a.", ""),
      read: (row) => toAccount(row as unknown as AccountRow),
    },
    page,
  );
}
