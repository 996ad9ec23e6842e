// Owns the first_links table: one-time links by which the first owner is made. A link counts while there is no owner, of
// whichever way one came to be, and so on every instance: each statement here asks that itself.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { hashRecordId } from "../../provider/storage/record_payload.ts";

/**
 * Keeps a link, as a hash.
 * @returns false if there is an owner: it was not kept
 */
export async function createFirstLink(
  trx: Database,
  secret: string,
  { createdAtMs, expiresAtMs }: { createdAtMs: number; expiresAtMs: number },
): Promise<boolean> {
  const rows = await runStatement(
    trx,
    "first_link_create",
    `insert into first_links (secret_hash, created_at_ms, expires_at_ms)
     select h.secret_hash, h.created_at_ms, h.expires_at_ms
     from (select cast(? as text) as secret_hash, cast(? as bigint) as created_at_ms, cast(? as bigint) as expires_at_ms) h
     where not exists (select 1 from administrators where role = 'owner')
     returning secret_hash`,
    [hashRecordId(secret), createdAtMs, expiresAtMs],
  );
  return rows.length > 0;
}

/** Whether a link counts now. */
export async function firstLinkStands(db: Database, secret: string, nowMs: number): Promise<boolean> {
  const rows = await runStatement(
    db,
    "first_link_stands",
    `select secret_hash from first_links where secret_hash = ? and expires_at_ms > ?
     and not exists (select 1 from administrators where role = 'owner')`,
    [hashRecordId(secret), nowMs],
  );
  return rows.length > 0;
}

/**
 * Uses a link up, in the transaction that made the owner, which holds off whoever makes another (createAdministrator).
 * @param ownerId who it made an owner
 * @returns whether it still counted: of any number of callers, on links of any number of instances, one gets true
 */
export async function useFirstLink(
  trx: Database,
  secret: string,
  { ownerId, nowMs }: { ownerId: string; nowMs: number },
): Promise<boolean> {
  const rows = await runStatement(
    trx,
    "first_link_use",
    `delete from first_links where secret_hash = ? and expires_at_ms > ?
     and not exists (select 1 from administrators where role = 'owner' and account_id <> ?)
     returning secret_hash`,
    [hashRecordId(secret), nowMs, ownerId],
  );
  return rows.length > 0;
}
