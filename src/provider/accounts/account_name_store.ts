// Owns which names lead to an account, its id and the address it signs in with, and that each leads to one: ids of the
// ISV's own may look like addresses, and one that is somebody's address would stand before the person.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { OperationError } from "../../errors.ts";
import { idIn } from "../../input/account_name.ts";
import { isEmailAddress, loginKeyOf } from "../../input/email_address.ts";
import { isOwnClient } from "../clients/own_clients.ts";
import { listSaidInTenant } from "../tenants/membership_store.ts";
import { type Account, type AccountRow, accountColumns, toAccount } from "./account_store.ts";
import { takeLoginKey } from "./login_key_store.ts";

/**
 * Finds the account that has a name as its id, or signs in with it. By `id:VALUE` the account of that id is meant, whoever
 * signs in with it.
 * @throws OperationError account_ambiguous: it is the id of one and the address of another
 */
export async function findAccountNamed(db: Database, name: string): Promise<Account | undefined> {
  return onlyOne(await findAccountsNamed(db, name));
}

/**
 * Finds the account a name is of among the members of a tenant: who else it names makes no difference to them.
 * @throws OperationError account_ambiguous: of two members
 */
export async function findMemberNamed(
  db: Database,
  tenantId: string,
  name: string,
): Promise<Account | undefined> {
  const named = await findAccountsNamed(db, name);
  const said = await listSaidInTenant(
    db,
    tenantId,
    named.map(({ id }) => id),
  );
  return onlyOne(named.filter(({ id }) => said.has(id)));
}

/** Finds every account that a name may be of: two at most, but for ids of before `id:` was kept for what it says. */
export async function findAccountsNamed(db: Database, name: string): Promise<Account[]> {
  const rows: AccountRow[] = await db("accounts")
    .whereIn("id", [name, idIn(name) ?? name])
    .orWhere("login_key", loginKeyOf(name))
    .select(...accountColumns);
  return rows.map(toAccount);
}

function onlyOne(named: readonly Account[]): Account | undefined {
  if (named.length > 1) throw ambiguous();
  return named[0];
}

/** The refusal of a name that fits two accounts. */
export function ambiguous(): OperationError {
  return new OperationError(
    "account_ambiguous",
    "This is the id of one account, and another signs in with it as its e-mail address.",
    { field: "user" },
  );
}

/**
 * Whether an account of this id can be named by it: `.` and `..` never arrive in a URL's path (RFC 3986 section 5.2.4), and
 * what begins with `id:` names another.
 */
export function isAddressableId(id: string): boolean {
  return id !== "." && id !== ".." && idIn(id) === undefined;
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
    fix: "Name the person by an id of your own that is no e-mail address, no client's id, not `.` or `..`, and does not begin with `id:`.",
  });
}

/**
 * Asserts as {@link assertNewId} does, and holds it so until the transaction ends: nobody comes to sign in with the id
 * meanwhile.
 * @throws OperationError invalid_input
 */
export async function holdNewId(trx: Database, id: string, now: Date): Promise<void> {
  if (isEmailAddress(id)) await takeLoginKey(trx, id, now);
  await assertNewId(trx, id);
}
