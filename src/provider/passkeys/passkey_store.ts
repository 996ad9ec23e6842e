// Owns the tables passkeys and passkey_challenges. That a challenge is answered once, that a passkey's counter only rises, and
// that nobody has more than there may be, is each one conditional statement.
import { randomBytes } from "node:crypto";
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { hashRecordId } from "../storage/record_payload.ts";
import type { MadeKey, SignedUse } from "./judge_answer.ts";
import type { ReadChallenge } from "./passkey_seals.ts";

/** A passkey as it is stored. Times are epoch milliseconds; null: has not happened. */
export interface Passkey extends MadeKey {
  /** Names it, and opens nothing. */
  id: string;
  accountId: string;
  userHandle: string;
  name: string;
  createdAtMs: number;
  lastUsedAtMs: number | null;
  /** When its counter went back: it signs nobody in any more. */
  clonedAtMs: number | null;
}

/** How many passkeys a person may have. */
export const mostPasskeys = 20;

interface PasskeyRow {
  id: string;
  credential_id: string;
  account_id: string;
  user_handle: string;
  public_key: string;
  counter: number;
  transports: string;
  name: string;
  synced: number;
  backed_up: number;
  created_at_ms: number;
  last_used_at_ms: number | null;
  cloned_at_ms: number | null;
}

const columns =
  "id, credential_id, account_id, user_handle, public_key, counter, transports, name, synced, backed_up, created_at_ms, last_used_at_ms, cloned_at_ms";

/**
 * Uses a challenge up.
 * @returns whether it had not been answered: of any number of callers on any number of instances one gets true
 */
export async function useChallenge(
  db: Database,
  { challenge, expiresAtMs }: ReadChallenge,
): Promise<boolean> {
  const rows = await runStatement(
    db,
    "passkey_challenge_use",
    `insert into passkey_challenges (challenge_hash, expires_at_ms) values (?, ?)
     on conflict (challenge_hash) do nothing returning challenge_hash`,
    [hashRecordId(challenge), expiresAtMs],
  );
  return rows.length > 0;
}

/**
 * Adds a passkey.
 * @param trx a transaction that holds the account
 * @returns undefined if somebody has it already
 */
export async function createPasskey(
  trx: Database,
  passkey: MadeKey & Pick<Passkey, "accountId" | "userHandle" | "name">,
  now: Date,
): Promise<Passkey | undefined> {
  const [row] = await runStatement<PasskeyRow>(
    trx,
    "passkey_create",
    `insert into passkeys (id, credential_id, account_id, user_handle, public_key, counter, transports, name, synced,
       backed_up, created_at_ms)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (credential_id) do nothing returning ${columns}`,
    [
      `pk_${randomBytes(16).toString("base64url")}`,
      passkey.credentialId,
      passkey.accountId,
      passkey.userHandle,
      passkey.publicKey,
      passkey.counter,
      JSON.stringify(passkey.transports),
      passkey.name,
      passkey.synced ? 1 : 0,
      passkey.backedUp ? 1 : 0,
      now.getTime(),
    ],
  );
  return row && toPasskey(row);
}

/** Finds a passkey by the id its authenticator gave it. */
export async function findPasskey(db: Database, credentialId: string): Promise<Passkey | undefined> {
  const [row] = await runStatement<PasskeyRow>(
    db,
    "passkey_find",
    `select ${columns} from passkeys where credential_id = ?`,
    [credentialId],
  );
  return row && toPasskey(row);
}

/** Lists a person's passkeys, in the order they came. */
export async function listPasskeys(db: Database, accountId: string): Promise<Passkey[]> {
  const rows = await runStatement<PasskeyRow>(
    db,
    "passkeys_list",
    `select ${columns} from passkeys where account_id = ? order by created_at_ms, id`,
    [accountId],
  );
  return rows.map(toPasskey);
}

/**
 * Writes down that a passkey was used, if its counter has risen, or it never counts.
 * @returns false: the counter went back or stood still, the passkey is marked, or it is gone
 */
export async function savePasskeyUse(
  db: Database,
  { id, accountId }: Pick<Passkey, "id" | "accountId">,
  { counter, backedUp }: SignedUse,
  now: Date,
): Promise<boolean> {
  const rows = await runStatement(
    db,
    "passkey_use",
    `update passkeys set counter = ?, backed_up = ?, last_used_at_ms = ?
     where id = ? and account_id = ? and cloned_at_ms is null and (counter < ? or (counter = 0 and cast(? as bigint) = 0))
     returning id`,
    [counter, backedUp ? 1 : 0, now.getTime(), id, accountId, counter, counter],
  );
  return rows.length > 0;
}

/** Marks a passkey of which there may be a copy. @returns whether it was not marked before */
export async function markCloned(trx: Database, id: string, now: Date): Promise<boolean> {
  const rows = await runStatement(
    trx,
    "passkey_mark_cloned",
    "update passkeys set cloned_at_ms = ? where id = ? and cloned_at_ms is null returning id",
    [now.getTime(), id],
  );
  return rows.length > 0;
}

/** Gives a person's passkey another name. @returns whether there is such a one */
export async function renamePasskey(
  trx: Database,
  { id, accountId, name }: Pick<Passkey, "id" | "accountId" | "name">,
): Promise<boolean> {
  const rows = await runStatement(
    trx,
    "passkey_rename",
    "update passkeys set name = ? where id = ? and account_id = ? returning id",
    [name, id, accountId],
  );
  return rows.length > 0;
}

/** Removes a person's passkey. @returns it as it was; undefined if there is no such one */
export async function deletePasskey(
  trx: Database,
  { id, accountId }: Pick<Passkey, "id" | "accountId">,
): Promise<Passkey | undefined> {
  const [row] = await runStatement<PasskeyRow>(
    trx,
    "passkey_delete",
    `delete from passkeys where id = ? and account_id = ? returning ${columns}`,
    [id, accountId],
  );
  return row && toPasskey(row);
}

function toPasskey(row: PasskeyRow): Passkey {
  return {
    id: row.id,
    credentialId: row.credential_id,
    accountId: row.account_id,
    userHandle: row.user_handle,
    publicKey: row.public_key,
    counter: row.counter,
    transports: JSON.parse(row.transports) as string[],
    name: row.name,
    synced: row.synced === 1,
    backedUp: row.backed_up === 1,
    createdAtMs: row.created_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
    clonedAtMs: row.cloned_at_ms,
  };
}
