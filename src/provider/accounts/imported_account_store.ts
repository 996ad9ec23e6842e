// Owns what the store keeps of people who came from elsewhere: their accounts, and the kinds of hashes that are not of our
// own making and least cost.
import { createHash, randomUUID } from "node:crypto";
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { isEmailAddress, loginKeyOf } from "../../input/email_address.ts";
import type { MembershipRole } from "../tenants/membership_store.ts";
import { findIdsLikeAddresses, isIdOfAnother, takeLoginKey } from "./login_key_store.ts";

/** A person as a file says it; the caller has validated all of it. */
export interface ImportedPerson {
  /** The account's id to be, the ISV's own id of the person; absent: a random one. */
  externalId?: string | undefined;
  email: string;
  emailVerified: boolean;
  name?: string | undefined;
  password?: { hash: string; kind: string } | undefined;
}

/** An account as a row of a file is compared with it. */
export interface ComparedAccount {
  id: string;
  email: string | null;
  emailVerifiedAtMs: number | null;
  name: string | null;
  externalAtMs: number | null;
  /** Tells the hash of a row from the one it came with, or has now. */
  hasPassword: boolean;
  isItsHash(hash: string): boolean;
  /** What the account is in each of its tenants, disabled ones too. */
  places: Map<string, Place>;
}

/** The accounts that rows of a file may speak of. */
export interface ComparedAccounts {
  byLogin: Map<string, ComparedAccount>;
  byId: Map<string, ComparedAccount>;
  /** The login keys of the rows' addresses that read as the id of an account. */
  idKeys: Set<string>;
}

/** A membership as a row of a file is compared with it. */
export interface Place {
  role: MembershipRole;
  /** The address and the name the ISV named for this tenant; null: the account's own count. */
  email: string | null;
  name: string | null;
}

interface ComparedRow {
  id: string;
  login_key: string | null;
  email: string | null;
  email_verified_at_ms: number | null;
  name: string | null;
  external_at_ms: number | null;
  password_hash: string | null;
  imported_hash_digest: string | null;
}

/**
 * Adds the account of an imported person.
 * @returns undefined if the address or the id is taken
 */
export async function createImportedAccount(
  trx: Database,
  person: ImportedPerson,
  now: Date,
): Promise<ComparedAccount | undefined> {
  const nowMs = now.getTime();
  const row: ComparedRow = {
    id: person.externalId ?? randomUUID(),
    login_key: loginKeyOf(person.email),
    email: person.email,
    email_verified_at_ms: person.emailVerified ? nowMs : null,
    name: person.name ?? null,
    external_at_ms: null,
    password_hash: person.password?.hash ?? null,
    imported_hash_digest: person.password === undefined ? null : digestOf(person.password.hash),
  };
  if (person.password !== undefined) {
    await trx("imported_hash_kinds").insert({ kind: person.password.kind }).onConflict("kind").ignore();
  }
  const imported_hash_kind = person.password?.kind ?? null;
  const { id } = row;
  // The row to come holds its address, and nothing holds an id that reads as another one.
  const holdsId = !isEmailAddress(id) || loginKeyOf(id) === row.login_key;
  if (!holdsId && !(await takeLoginKey(trx, id, now))) return undefined;
  const added: unknown[] = await trx("accounts")
    .insert({ ...row, imported_hash_kind, created_at_ms: nowMs, updated_at_ms: nowMs })
    .onConflict()
    .ignore()
    .returning(["id"]);
  if (added.length === 0) return undefined;
  if (!(await isIdOfAnother(trx, person.email, id))) return compared(row);
  await trx("accounts").where("id", id).delete();
  return undefined;
}

/** Finds the accounts that rows of a file may speak of: by address, capitals aside, or by id. */
export async function findComparedAccounts(
  db: Database,
  wanted: { emails: readonly string[]; ids: readonly string[] },
): Promise<ComparedAccounts> {
  // An address may be the id of another account, and an id another's address.
  const names = [...wanted.emails, ...wanted.ids];
  const rows: ComparedRow[] = await db("accounts")
    .whereIn("login_key", names.map(loginKeyOf))
    .orWhereIn("id", [...new Set(names)])
    .select(
      "id",
      "login_key",
      "email",
      "email_verified_at_ms",
      "name",
      "external_at_ms",
      "password_hash",
      "imported_hash_digest",
    );
  const byId = new Map(rows.map((row) => [row.id, compared(row)]));
  const byLogin = new Map<string, ComparedAccount>();
  for (const { id, login_key } of rows) {
    const account = byId.get(id);
    if (login_key !== null && account !== undefined) byLogin.set(login_key, account);
  }
  const memberships: (Place & { tenant_id: string; account_id: string })[] = await db("memberships")
    .whereIn("account_id", [...byId.keys()])
    .select("tenant_id", "account_id", "role", "email", "name");
  for (const { tenant_id, account_id, ...place } of memberships) {
    byId.get(account_id)?.places.set(tenant_id, place);
  }
  const idKeys = new Set((await findIdsLikeAddresses(db, wanted.emails)).map(loginKeyOf));
  return { byLogin, byId, idKeys };
}

function compared(row: ComparedRow): ComparedAccount {
  return {
    id: row.id,
    email: row.email,
    emailVerifiedAtMs: row.email_verified_at_ms,
    name: row.name,
    externalAtMs: row.external_at_ms,
    hasPassword: row.password_hash !== null,
    // The one it came with is known by its digest still, when a login has replaced it.
    isItsHash: (hash) => row.password_hash === hash || row.imported_hash_digest === digestOf(hash),
    places: new Map(),
  };
}

const digestOf = (hash: string): string => createHash("sha256").update(hash).digest("base64url");

/** Lists the kinds of hashes that accounts have now, but for the least of our own. */
export async function listImportedHashKinds(db: Database): Promise<string[]> {
  const rows = await runStatement<{ kind: string }>(
    db,
    "imported_hash_kinds_present",
    `select kind from imported_hash_kinds where exists
       (select 1 from accounts where accounts.imported_hash_kind = imported_hash_kinds.kind)
     order by kind`,
    [],
  );
  return rows.map(({ kind }) => kind);
}
