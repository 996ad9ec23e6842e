// Owns the administrators table: which accounts administer the installation, and as what. Nothing is remembered of an
// answer: what is taken away is gone for every instance with the next question. An owner who is disabled is none, and of
// owners that are left one always may sign in: whoever takes from one first takes hold of the row of `administration`,
// after that of the account.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { OperationError } from "../../errors.ts";
import { idIn } from "../../input/account_name.ts";
import { loginKeyOf } from "../../input/email_address.ts";
import type { FactorDemand } from "../../login_levels.ts";
import { lockAccount } from "../../provider/accounts/account_store.ts";
import { findFactorSince } from "../../provider/factors/second_factor_store.ts";
import { listVouchers } from "../../provider/sessions/voucher_store.ts";
import { findRecordByUid } from "../../provider/storage/record_reader_store.ts";
import { administeringLogins } from "./administering_login.ts";
import { type AdministratorRole, readAdministratorRole } from "./roles.ts";

/** An administrator. Times are epoch milliseconds. */
export interface Administrator {
  /** The account's id. */
  id: string;
  email: string | null;
  name: string | null;
  role: AdministratorRole;
  /** Null: the account may sign in. */
  disabledAtMs: number | null;
  /** When they became one. */
  createdAtMs: number;
}

/** The sign-in by which an administrator acts at a page. */
export interface AdministratorSignIn {
  accountId: string;
  /** The uid of the browser session at this provider, under which its logins stand. */
  sessionUid: string;
  /** Whether two factors are demanded of it: TTI_CONSOLE_FACTOR. */
  factor: FactorDemand;
}

interface AdministratorRow {
  account_id: string;
  email: string | null;
  name: string | null;
  role: string;
  disabled_at_ms: number | null;
  created_at_ms: number;
}

/**
 * Finds the role of an account that may sign in.
 * @returns undefined: it administers nothing
 */
export async function administratorOf(
  db: Database,
  accountId: string,
): Promise<AdministratorRole | undefined> {
  const [row] = await runStatement<{ role: string }>(
    db,
    "administrator_role",
    `select r.role from administrators r
     join accounts a on a.id = r.account_id and a.disabled_at_ms is null
     where r.account_id = ?`,
    [accountId],
  );
  return readAdministratorRole(row?.role);
}

/**
 * Finds the role by which a sign-in administers, as the store says now: the session stands, and the account proved itself
 * in it as administering_login.ts has it, since its sign-ins were last ended.
 * @returns undefined: it administers nothing
 */
export async function administratorSignedIn(
  db: Database,
  { accountId, sessionUid, factor }: AdministratorSignIn,
  now: Date,
): Promise<AdministratorRole | undefined> {
  const role = await administratorOf(db, accountId);
  if (role === undefined) return undefined;
  const session = await findRecordByUid(db, "Session", sessionUid);
  if (session?.accountId !== accountId || (session.exp ?? 0) * 1000 <= now.getTime()) return undefined;
  const logins = await listVouchers(db, { sessionUid, accountId }, now);
  const factorSinceMs = await findFactorSince(db, accountId);
  return administeringLogins(logins, { factor, factorSinceMs }).length > 0 ? role : undefined;
}

/** Finds an administrator, disabled ones too. */
export async function findAdministrator(db: Database, accountId: string): Promise<Administrator | undefined> {
  const row: AdministratorRow | undefined = await administratorsOf(db)
    .where("r.account_id", accountId)
    .first();
  return row && toAdministrator(row);
}

/**
 * Tells whether an administrator has this id, as it is or as `id:VALUE`, or signs in with this address; disabled ones, too. A name that is the id of one
 * account and the address of another counts as both, so that it never passes for the lesser one.
 */
export async function isAdministrator(db: Database, user: string): Promise<boolean> {
  const rows = await runStatement<{ account_id: string }>(
    db,
    "administrator_named",
    `select r.account_id from administrators r join accounts a on a.id = r.account_id
     where r.account_id in (?, ?) or a.login_key = ?`,
    [user, idIn(user) ?? user, loginKeyOf(user)],
  );
  return rows.length > 0;
}

/** Whether anybody is an owner. */
export async function hasOwner(db: Database): Promise<boolean> {
  return (await db("administrators").where("role", "owner").first("account_id")) !== undefined;
}

/** Lists administrators in the order of their accounts' ids. */
export async function listAdministrators(
  db: Database,
  { limit, afterId }: { limit: number; afterId?: string | undefined },
): Promise<Administrator[]> {
  const rows: AdministratorRow[] = await administratorsOf(db)
    .where((query) => afterId !== undefined && query.where("r.account_id", ">", afterId))
    .orderBy("r.account_id")
    .limit(limit);
  return rows.flatMap((row) => toAdministrator(row) ?? []);
}

const administratorsOf = (db: Database) =>
  db("administrators as r")
    .join("accounts as a", "a.id", "r.account_id")
    .select("r.account_id", "a.email", "a.name", "r.role", "a.disabled_at_ms", "r.created_at_ms");

/**
 * Makes an account an administrator.
 * @returns whether it is new; of several callers at once, one is told so
 */
export async function createAdministrator(
  trx: Database,
  { accountId, role }: { accountId: string; role: AdministratorRole },
  now: Date,
): Promise<boolean> {
  // Whoever disables or deletes the account at this moment comes before or after.
  await lockAccount(trx, accountId);
  // So does whoever makes another owner: a first one is made while there is none (first_link_store.ts).
  if (role === "owner") await holdAdministration(trx);
  const nowMs = now.getTime();
  const rows = await runStatement<{ role: string }>(
    trx,
    "administrator_create",
    `insert into administrators (account_id, role, created_at_ms, updated_at_ms)
     select a.id, ?, ?, ? from accounts a where a.id = ? and a.disabled_at_ms is null
     on conflict (account_id) do nothing
     returning role`,
    [role, nowMs, nowMs, accountId],
  );
  return rows.length > 0;
}

// Another owner than the one in question, who may sign in.
const anotherOwner = `exists (select 1 from administrators o join accounts a on a.id = o.account_id
  where o.role = 'owner' and o.account_id <> ? and a.disabled_at_ms is null)`;

/**
 * Gives an administrator another role.
 * @returns whether it was another; also false if the account is no administrator
 * @throws OperationError last_owner
 */
export async function saveAdministratorRole(
  trx: Database,
  { accountId, role }: { accountId: string; role: AdministratorRole },
  now: Date,
): Promise<boolean> {
  await lockAccount(trx, accountId);
  await holdAdministration(trx);
  const rows = await runStatement<{ role: string }>(
    trx,
    "administrator_save_role",
    `update administrators set role = ?, updated_at_ms = ?
     where account_id = ? and role <> ? and (role <> 'owner' or ${anotherOwner})
     returning role`,
    [role, now.getTime(), accountId, role, accountId],
  );
  if (rows.length > 0) return true;
  const stands = await findAdministrator(trx, accountId);
  if (stands !== undefined && stands.role !== role) throw lastOwner();
  return false;
}

/**
 * Takes administration from an account.
 * @returns whether it had any
 * @throws OperationError last_owner
 */
export async function deleteAdministrator(trx: Database, accountId: string): Promise<boolean> {
  await lockAccount(trx, accountId);
  await holdAdministration(trx);
  const rows = await runStatement<{ role: string }>(
    trx,
    "administrator_delete",
    `delete from administrators where account_id = ? and (role <> 'owner' or ${anotherOwner}) returning role`,
    [accountId, accountId],
  );
  if (rows.length > 0) return true;
  if ((await findAdministrator(trx, accountId)) !== undefined) throw lastOwner();
  return false;
}

/**
 * Asserts that an owner who may sign in is left when this account no longer may. It is asked first in the transaction
 * that disables or deletes the account.
 * @throws OperationError last_owner
 */
export async function assertOwnerRemains(trx: Database, accountId: string): Promise<void> {
  await lockAccount(trx, accountId);
  if ((await administratorOf(trx, accountId)) !== "owner") return;
  await holdAdministration(trx);
  const rows = await runStatement<{ id: number }>(
    trx,
    "administrator_owner_remains",
    `select id from administration where ${anotherOwner}`,
    [accountId],
  );
  if (rows.length === 0) throw lastOwner();
}

async function holdAdministration(trx: Database): Promise<void> {
  await trx("administration").increment("changes", 1);
}

function lastOwner(): OperationError {
  return new OperationError("last_owner", "This is the last owner who can sign in.", { field: "user" });
}

function toAdministrator(row: AdministratorRow): Administrator | undefined {
  const role = readAdministratorRole(row.role);
  if (role === undefined) return undefined;
  return {
    id: row.account_id,
    email: row.email,
    name: row.name,
    role,
    disabledAtMs: row.disabled_at_ms,
    createdAtMs: row.created_at_ms,
  };
}
