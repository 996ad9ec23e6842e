// Owns which names lead to an account, its id and the address it signs in with, and that each leads to one: ids of the
// ISV's own may look like addresses, and one that is somebody's address would stand before the person.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { OperationError } from "../../errors.ts";
import { loginKeyOf } from "../../input/email_address.ts";
import { isOwnClient } from "../clients/own_clients.ts";
import { type Account, type AccountRow, accountColumns, toAccount } from "./account_store.ts";

/**
 * Finds the account that has a name as its id, or signs in with it.
 * @throws OperationError account_ambiguous: it is the id of one and the address of another
 */
export async function findAccountNamed(db: Database, name: string): Promise<Account | undefined> {
  const rows: AccountRow[] = await db("accounts")
    .where("id", name)
    .orWhere("login_key", loginKeyOf(name))
    .select(...accountColumns);
  if (rows.length > 1) throw ambiguous();
  const [row] = rows;
  return row && toAccount(row);
}

/** The refusal of a name that fits two accounts. */
export function ambiguous(): OperationError {
  return new OperationError(
    "account_ambiguous",
    "This is the id of one account, and another signs in with it as its e-mail address.",
    { field: "user" },
  );
}

/** Whether an id can be part of a URL's path: `.` and `..` never arrive (RFC 3986 section 5.2.4). */
export function isAddressableId(id: string): boolean {
  return id !== "." && id !== "..";
}

/** Finds which of these ids are clients'. An account of such an id would pass for the client (RFC 9700 section 4.15). */
export async function findClientIds(db: Database, ids: readonly string[]): Promise<Set<string>> {
  const rows: { client_id: string }[] = await db("clients")
    .whereIn("client_id", [...ids])
    .whereNull("deleted_at_ms")
    .select("client_id");
  return new Set([...rows.map(({ client_id }) => client_id), ...ids.filter(isOwnClient)]);
}

/**
 * Asserts that an account may come to be under an id the ISV chose. One answer for every reason: whoever mints learns of
 * nobody who signs in here.
 * @throws OperationError invalid_input
 */
export async function assertNewId(db: Database, id: string): Promise<void> {
  if (isAddressableId(id) && !isOwnClient(id)) {
    const taken = await runStatement<{ taken: number }>(
      db,
      "account_id_taken",
      `select 1 as taken where exists (select 1 from accounts where login_key = ?)
         or exists (select 1 from clients where client_id = ? and deleted_at_ms is null)`,
      [loginKeyOf(id), id],
    );
    if (taken.length === 0) return;
  }
  throw new OperationError("invalid_input", "sub cannot become the id of an account.", {
    field: "sub",
    fix: "Name the person by an id of your own that is no e-mail address, no client's id, and not `.` or `..`.",
  });
}
