// Owns holding a name while an account comes to have it, as its id or as its address: of two at once one has it. Whoever
// makes either takes the name's login key first and looks second, so what it finds stands until its transaction ends.
import { randomUUID } from "node:crypto";
import type { Database } from "../../db/connect.ts";
import { folded } from "../../db/prefix_search.ts";
import { loginKeyOf } from "../../input/email_address.ts";

/**
 * Takes a name's login key until the transaction ends, and leaves no row: who comes meanwhile waits for that end. (A row of
 * nobody comes and goes; an update has no form for a conflict that both stores know.)
 * @returns false: somebody signs in with it
 */
export async function takeLoginKey(trx: Database, name: string, now: Date): Promise<boolean> {
  const nowMs = now.getTime();
  const placeholder = randomUUID();
  const rows: unknown[] = await trx("accounts")
    .insert({ id: placeholder, login_key: loginKeyOf(name), created_at_ms: nowMs, updated_at_ms: nowMs })
    .onConflict("login_key")
    .ignore()
    .returning(["id"]);
  if (rows.length === 0) return false;
  await trx("accounts").where("id", placeholder).delete();
  return true;
}

/**
 * Finds the ids that read as one of these addresses, whatever their capitals. Ids are ASCII where they read as an address,
 * so both stores fold them as `loginKeyOf` does.
 */
export async function findIdsLikeAddresses(db: Database, addresses: readonly string[]): Promise<string[]> {
  const keys = [...new Set(addresses.map(loginKeyOf))];
  if (keys.length === 0) return [];
  const rows: { id: string }[] = await db("accounts")
    // As the index has it.
    .whereRaw(`id like '%@%' and ${folded(db, "id")} in (${keys.map(() => "?").join(", ")})`, keys)
    .select("id");
  return rows.map(({ id }) => id);
}

/** Whether an address reads as the id of another account than this one. */
export async function isIdOfAnother(db: Database, address: string, accountId: string): Promise<boolean> {
  return (await findIdsLikeAddresses(db, [address])).some((id) => id !== accountId);
}
