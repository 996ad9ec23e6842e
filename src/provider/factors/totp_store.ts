// Owns the totp_factors table: at most one authenticator app a person, its secret sealed. A code counts once: using its time
// step up is one conditional statement, so of any number of tries on any number of instances one wins.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";

/** A person's authenticator app. */
export interface TotpFactor {
  sealedSecret: string;
  createdAtMs: number;
}

/** Finds a person's authenticator app. */
export async function findTotp(db: Database, accountId: string): Promise<TotpFactor | undefined> {
  const [row] = await runStatement<{ sealed_secret: string; created_at_ms: number }>(
    db,
    "totp_find",
    "select sealed_secret, created_at_ms from totp_factors where account_id = ?",
    [accountId],
  );
  return row && { sealedSecret: row.sealed_secret, createdAtMs: row.created_at_ms };
}

/**
 * Adds an authenticator app, confirmed by a code of it.
 * @param step the time step of that code, which counts no more
 * @returns false if the person has one already
 */
export async function createTotp(
  trx: Database,
  { accountId, sealedSecret, step }: { accountId: string; sealedSecret: string; step: number },
  now: Date,
): Promise<boolean> {
  const rows = await runStatement(
    trx,
    "totp_create",
    `insert into totp_factors (account_id, sealed_secret, last_step, created_at_ms) values (?, ?, ?, ?)
     on conflict (account_id) do nothing returning account_id`,
    [accountId, sealedSecret, step, now.getTime()],
  );
  return rows.length > 0;
}

/**
 * Uses a code's time step up.
 * @param sealedSecret of the app whose code it was; of another one by now it counts nothing
 * @returns whether it still counted: neither it nor a later one had been used
 */
export async function useTotpStep(
  trx: Database,
  { accountId, sealedSecret, step }: { accountId: string; sealedSecret: string; step: number },
  now: Date,
): Promise<boolean> {
  const rows = await runStatement(
    trx,
    "totp_use",
    `update totp_factors set last_step = ?, used_at_ms = ?
     where account_id = ? and sealed_secret = ? and last_step < ? returning account_id`,
    [step, now.getTime(), accountId, sealedSecret, step],
  );
  return rows.length > 0;
}

/** Some apps' sealed secrets, by the account's id. @param after the account after which they begin; "": all of them */
export async function listTotpSeals(
  db: Database,
  { after, limit }: { after: string; limit: number },
): Promise<{ accountId: string; sealedSecret: string }[]> {
  const rows = await runStatement<{ account_id: string; sealed_secret: string }>(
    db,
    "totp_seals_list",
    "select account_id, sealed_secret from totp_factors where account_id > ? order by account_id limit ?",
    [after, limit],
  );
  return rows.map((row) => ({ accountId: row.account_id, sealedSecret: row.sealed_secret }));
}

/**
 * Puts the same secret, sealed anew, in the place of an older seal.
 * @returns false if the app is another by now, or gone
 */
export async function resealTotp(
  db: Database,
  accountId: string,
  from: string,
  to: string,
): Promise<boolean> {
  const rows = await runStatement(
    db,
    "totp_reseal",
    "update totp_factors set sealed_secret = ? where account_id = ? and sealed_secret = ? returning account_id",
    [to, accountId, from],
  );
  return rows.length > 0;
}

/** Removes a person's authenticator app. @returns whether there was one */
export async function deleteTotp(trx: Database, accountId: string): Promise<boolean> {
  const rows = await runStatement(
    trx,
    "totp_delete",
    "delete from totp_factors where account_id = ? returning account_id",
    [accountId],
  );
  return rows.length > 0;
}
