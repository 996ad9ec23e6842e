// Owns what the store notes of a password's hash beside it: its kind, so that a wrong password costs the same for everybody
// (passwords.ts), and how a login puts a hash of the present cost in the place of another.
import type { Database } from "../../db/connect.ts";
import { kindOfHash } from "./password_cost.ts";

/** The columns of a hash of our own. Whoever writes them writes both. */
export interface HashColumns {
  password_hash: string;
  imported_hash_kind: string | null;
}

/** Makes the columns of a hash of our own; its kind is in the store's list before any row names it. */
export async function columnsOfHash(db: Database, passwordHash: string): Promise<HashColumns> {
  const kind = kindOfHash(passwordHash);
  if (kind !== null) await db("imported_hash_kinds").insert({ kind }).onConflict("kind").ignore();
  return { password_hash: passwordHash, imported_hash_kind: kind };
}

/**
 * Puts a hash of our own in the place of the one that a login just proved: one a person came with, or one of another cost.
 * Of several logins at once one does it; a password that was set meanwhile stays.
 * @returns whether it did
 */
export async function replaceHash(
  db: Database,
  account: { id: string; hash: string },
  passwordHash: string,
  now: Date,
): Promise<boolean> {
  const changed: number = await db("accounts")
    .where({ id: account.id, password_hash: account.hash })
    .update({ ...(await columnsOfHash(db, passwordHash)), updated_at_ms: now.getTime() });
  return changed > 0;
}

/** Which of some accounts have chosen no password yet, where they are to: those were invited. */
export async function findWithoutPassword(
  db: Database,
  accountIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (accountIds.length === 0) return new Set();
  const ids: string[] = await db("accounts")
    .whereIn("id", [...accountIds])
    .whereNull("password_hash")
    .whereNull("external_at_ms")
    .whereNotNull("email")
    .pluck("id");
  return new Set(ids);
}
