// Owns the accounts table: who exists, what they sign in with, whether they may.
// A password hash leaves this file through findCredentialsByLogin alone; import and export have stores of their own. Ids
// made here are random.
import { randomUUID } from "node:crypto";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { loginKeyOf } from "../../input/email_address.ts";
import { addressIn, nameIn } from "../tenants/person_in_tenant.ts";
import { isIdOfAnother } from "./login_key_store.ts";
import { columnsOfHash } from "./password_hash_store.ts";

/** A person. Times are epoch milliseconds; null: has not happened. */
export interface Account {
  id: string;
  /** The e-mail address as written; what Identity Center matches, capitals included. */
  email: string | null;
  emailVerifiedAtMs: number | null;
  name: string | null;
  /** When a login or assertion of the ISV made the account; its id is the ISV's own then. Null: made here. */
  externalAtMs: number | null;
  disabledAtMs: number | null;
  createdAtMs: number;
  /** How often all of its sign-ins were ended: what is of an earlier one is worth nothing. */
  signInGeneration: number;
  /** How often one of its memberships ended: a login of before is not for one that began later. */
  membershipEndings: number;
}

/** What a new account starts with. The caller has validated the address and hashed the password. */
export interface NewAccount {
  email: string;
  /** Whether the address is proven to belong to the person. */
  emailVerified: boolean;
  name?: string;
  passwordHash?: string;
}

/** Which part of a list to return, in the order of ids. */
export interface ListPage {
  /** At most this many rows (default 100). */
  limit?: number;
  /** Only rows whose id comes after this one. */
  afterId?: string | undefined;
}

/** What a sign-in is decided on. */
export interface Credentials {
  account: Account;
  passwordHash: string | null;
  /** Of which kind the hash is, if the account came with it (imported_hash.ts); null: it is of our own making. */
  importedHashKind: string | null;
}

interface CredentialsRow extends AccountRow {
  password_hash: string | null;
  imported_hash_kind: string | null;
}

/** A row of the accounts table, as far as it may leave the store. */
export interface AccountRow {
  id: string;
  email: string | null;
  email_verified_at_ms: number | null;
  name: string | null;
  external_at_ms: number | null;
  disabled_at_ms: number | null;
  created_at_ms: number;
  sign_in_generation: number;
  membership_endings: number;
}

/** The columns of an {@link AccountRow}. */
export const accountColumns = [
  "accounts.id",
  "accounts.email",
  "accounts.email_verified_at_ms",
  "accounts.name",
  "accounts.external_at_ms",
  "accounts.disabled_at_ms",
  "accounts.created_at_ms",
  "accounts.sign_in_generation",
  "accounts.membership_endings",
] as const;

/** Finds an account by its id, which is the `sub` of its tokens. */
export async function findAccount(db: Database, accountId: string): Promise<Account | undefined> {
  const row: AccountRow | undefined = await db("accounts")
    .where("id", accountId)
    .first(...accountColumns);
  return row && toAccount(row);
}

/**
 * Finds an account by its id.
 * @throws OperationError account_not_found
 */
export async function getAccount(db: Database, accountId: string): Promise<Account> {
  const account = await findAccount(db, accountId);
  if (!account) throw new OperationError("account_not_found", "No account has this id.", { field: "user" });
  return account;
}

/** Finds the account that signs in with an e-mail address; capitals do not matter. */
export async function findAccountByLogin(db: Database, login: string): Promise<Account | undefined> {
  return (await findCredentialsByLogin(db, login))?.account;
}

/**
 * Finds an account together with its password hash, for the sign-in decision. Both, and the generation of the
 * account's sign-ins, are of one moment.
 * @returns the hash is null for an account that has no password here
 */
export async function findCredentialsByLogin(db: Database, login: string): Promise<Credentials | undefined> {
  const row: CredentialsRow | undefined = await db("accounts")
    .where("login_key", loginKeyOf(login))
    .first(...accountColumns, "password_hash", "imported_hash_kind");
  return (
    row && {
      account: toAccount(row),
      passwordHash: row.password_hash,
      importedHashKind: row.imported_hash_kind,
    }
  );
}

/**
 * Adds an account.
 * @throws OperationError account_exists if the address signs in another account already, or is the id of one
 */
export async function createAccount(db: Database, account: NewAccount, now: Date): Promise<Account> {
  const nowMs = now.getTime();
  const [row]: AccountRow[] = await db("accounts")
    .insert({
      id: randomUUID(),
      login_key: loginKeyOf(account.email),
      email: account.email,
      email_verified_at_ms: account.emailVerified ? nowMs : null,
      name: account.name ?? null,
      ...(account.passwordHash === undefined ? {} : await columnsOfHash(db, account.passwordHash)),
      created_at_ms: nowMs,
      updated_at_ms: nowMs,
    })
    .onConflict("login_key")
    .ignore()
    .returning(accountColumns.map((column) => column.slice("accounts.".length)));
  if (!row) {
    throw new OperationError("account_exists", "Another account signs in with this e-mail address.", {
      field: "email",
    });
  }
  // Whoever is named by the address would be the other one, or nobody. The row holds the name by now.
  if (await isIdOfAnother(db, account.email, row.id)) {
    await db("accounts").where("id", row.id).delete();
    throw new OperationError("account_exists", "Another account has this e-mail address as its id.", {
      field: "email",
    });
  }
  return toAccount(row);
}

/**
 * Adds the account of a person the ISV named. It cannot sign in here: it has no sign-in name and no password.
 * @returns whether it is new; of several callers at once, one is told so
 */
export async function createExternalAccount(
  db: Database,
  account: Pick<Account, "id" | "email">,
  now: Date,
): Promise<boolean> {
  const nowMs = now.getTime();
  const rows: unknown[] = await db("accounts")
    .insert({
      id: account.id,
      external_at_ms: nowMs,
      email: account.email,
      email_verified_at_ms: nowMs,
      created_at_ms: nowMs,
      updated_at_ms: nowMs,
    })
    .onConflict("id")
    .ignore()
    .returning(["id"]);
  return rows.length > 0;
}

/** Tells whether an account has a role in the administration of the installation. */
export async function administers(db: Database, accountId: string): Promise<boolean> {
  return (await db("administrators").where("account_id", accountId).first("account_id")) !== undefined;
}

/**
 * Makes whoever else writes or locks this account wait until the transaction ends. (An update that changes nothing:
 * the one form of a lock that both stores know.)
 */
export async function lockAccount(trx: Database, accountId: string): Promise<void> {
  await trx("accounts")
    .where("id", accountId)
    .update({ updated_at_ms: trx.ref("updated_at_ms") });
}

/** Begins a new generation of an account's sign-ins: whatever came of an earlier one opens nothing from then on. */
export async function beginSignInGeneration(trx: Database, accountId: string): Promise<void> {
  await trx("accounts").where("id", accountId).increment("sign_in_generation", 1);
}

/** Replaces an account's password hash. */
export async function savePasswordHash(
  db: Database,
  accountId: string,
  passwordHash: string,
  now: Date,
): Promise<void> {
  await db("accounts")
    .where("id", accountId)
    .update({ ...(await columnsOfHash(db, passwordHash)), updated_at_ms: now.getTime() });
}

/** Tells whether an account has a password here. */
export async function hasPassword(db: Database, accountId: string): Promise<boolean> {
  return (
    (await db("accounts").where("id", accountId).whereNotNull("password_hash").first("id")) !== undefined
  );
}

/** Sets an account's name. */
export async function saveName(db: Database, accountId: string, name: string, now: Date): Promise<void> {
  await db("accounts").where("id", accountId).update({ name, updated_at_ms: now.getTime() });
}

/**
 * Disables an account, or enables it again. One that is so already stays as it is, with its moment.
 * @returns whether it was otherwise before
 */
export async function saveDisabled(
  db: Database,
  accountId: string,
  disabled: boolean,
  now: Date,
): Promise<boolean> {
  const nowMs = now.getTime();
  const otherwise = db("accounts").where("id", accountId);
  const changed: number = await (disabled
    ? otherwise.whereNull("disabled_at_ms")
    : otherwise.whereNotNull("disabled_at_ms")
  ).update({ disabled_at_ms: disabled ? nowMs : null, updated_at_ms: nowMs });
  return changed > 0;
}

/** Lists accounts of every tenant, for operators. */
export async function listAccounts(db: Database, page: ListPage = {}): Promise<Account[]> {
  const rows: AccountRow[] = await db("accounts")
    .select(...accountColumns)
    .where((query) => page.afterId !== undefined && query.where("accounts.id", ">", page.afterId))
    .orderBy("accounts.id")
    .limit(page.limit ?? 100);
  return rows.map(toAccount);
}

/** Lists the accounts that are members of one tenant, with the address and the name they have there. */
export async function listAccountsOfTenant(
  db: Database,
  tenantId: string,
  page: ListPage = {},
): Promise<Account[]> {
  // The memberships lead, in their own order: a tenant's people are few or half of all.
  const members = db("memberships as m")
    .where("m.tenant_id", tenantId)
    .where("m.account_id", ">", page.afterId ?? "")
    .orderBy("m.account_id")
    .limit(page.limit ?? 100, { skipBinding: true })
    .select("m.account_id", "m.email as email_there", "m.name as name_there");
  const rows: (AccountRow & { email_there: string | null; name_there: string | null })[] = await db(
    members.as("there"),
  )
    .join("accounts", "accounts.id", "there.account_id")
    .orderBy("there.account_id")
    .select(...accountColumns, "there.email_there", "there.name_there");
  return rows.map((row) => {
    const account = toAccount(row);
    const there = { email: row.email_there, name: row.name_there };
    return { ...account, email: addressIn(account, there), name: nameIn(account, there) };
  });
}

/** Reads a row. */
export function toAccount(row: AccountRow): Account {
  return {
    id: row.id,
    email: row.email,
    emailVerifiedAtMs: row.email_verified_at_ms,
    name: row.name,
    externalAtMs: row.external_at_ms,
    disabledAtMs: row.disabled_at_ms,
    createdAtMs: row.created_at_ms,
    signInGeneration: row.sign_in_generation,
    membershipEndings: row.membership_endings,
  };
}
