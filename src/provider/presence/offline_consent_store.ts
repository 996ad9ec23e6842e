// Owns the offline_consents table: which user agreed that which client may act for them while they are away.
import type { Database } from "../../db/connect.ts";

/** A user's agreement. Times are epoch milliseconds; null: has not happened. */
export interface OfflineConsent {
  tenantId: string;
  accountId: string;
  clientId: string;
  grantedAtMs: number;
  revokedAtMs: number | null;
}

interface ConsentRow {
  tenant_id: string;
  account_id: string;
  client_id: string;
  granted_at_ms: number;
  revoked_at_ms: number | null;
}

// An agreement that was given to a client of before, or before the client was disabled, is none to the present one.
const stands =
  "client_generation = (select c.generation from clients c where c.client_id = offline_consents.client_id)";

type ConsentKey = Pick<OfflineConsent, "tenantId" | "accountId" | "clientId">;

const columnsOf = (key: ConsentKey) => ({
  tenant_id: key.tenantId,
  account_id: key.accountId,
  client_id: key.clientId,
});

const presentGeneration = (db: Database, clientId: string) =>
  db.raw("coalesce((select c.generation from clients c where c.client_id = ?), 0)", [clientId]);

/** Tells whether a user's agreement stands now. */
export async function hasOfflineConsent(db: Database, key: ConsentKey): Promise<boolean> {
  const row: unknown = await db("offline_consents")
    .where(columnsOf(key))
    .whereNull("revoked_at_ms")
    .whereRaw(stands)
    .first("granted_at_ms");
  return row !== undefined;
}

/**
 * Records a user's agreement; one that was revoked stands again from now.
 * @param key with the generation of the client that the user was asked about; absent: as it is now
 */
export async function saveOfflineConsent(
  db: Database,
  key: ConsentKey & { clientGeneration?: number },
  now: Date,
): Promise<void> {
  await db("offline_consents")
    .insert({
      ...columnsOf(key),
      granted_at_ms: now.getTime(),
      revoked_at_ms: null,
      client_generation: key.clientGeneration ?? presentGeneration(db, key.clientId),
    })
    .onConflict(["tenant_id", "account_id", "client_id"])
    .merge(["granted_at_ms", "revoked_at_ms", "client_generation"]);
}

/**
 * Takes a user's agreement back.
 * @returns whether one stood
 */
export async function revokeOfflineConsent(db: Database, key: ConsentKey, now: Date): Promise<boolean> {
  const rows: unknown[] = await db("offline_consents")
    .where(columnsOf(key))
    .whereNull("revoked_at_ms")
    .update({ revoked_at_ms: now.getTime() })
    .returning(["client_id"]);
  return rows.length > 0;
}

/** Takes every agreement of a user back, in one tenant or in all. */
export async function revokeOfflineConsentsOf(
  db: Database,
  { accountId, tenantId }: { accountId: string; tenantId?: string },
  now: Date,
): Promise<void> {
  await db("offline_consents")
    .where({ account_id: accountId, ...(tenantId === undefined ? {} : { tenant_id: tenantId }) })
    .whereNull("revoked_at_ms")
    .update({ revoked_at_ms: now.getTime() });
}

/** Lists the agreements of one account that stand, newest first. */
export async function listOfflineConsents(db: Database, accountId: string): Promise<OfflineConsent[]> {
  const rows: ConsentRow[] = await db("offline_consents")
    .where({ account_id: accountId })
    .whereNull("revoked_at_ms")
    .whereRaw(stands)
    .orderBy("granted_at_ms", "desc");
  return rows.map(toConsent);
}

/** Lists the agreements of one account that were taken back, or ended with something else; the last ended first. */
export async function listEndedConsents(
  db: Database,
  accountId: string,
): Promise<(OfflineConsent & { revokedAtMs: number })[]> {
  const rows: ConsentRow[] = await db("offline_consents")
    .where({ account_id: accountId })
    .whereNotNull("revoked_at_ms")
    .orderBy(
      ["revoked_at_ms", "client_id", "tenant_id"].map((column, place) => ({
        column,
        order: place === 0 ? "desc" : "asc",
      })),
    );
  return rows.flatMap((row) =>
    row.revoked_at_ms === null ? [] : { ...toConsent(row), revokedAtMs: row.revoked_at_ms },
  );
}

const toConsent = (row: ConsentRow): OfflineConsent => ({
  tenantId: row.tenant_id,
  accountId: row.account_id,
  clientId: row.client_id,
  grantedAtMs: row.granted_at_ms,
  revokedAtMs: row.revoked_at_ms,
});
