// Owns the pending_sign_ins table: logins that are half done. One is of one interaction, in one browser, for one person as
// they were when the first half was proven, for ten minutes, and ends by being used once: each statement asks all of that
// itself. It opens nothing: no session and no token comes of it.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { hashRecordId } from "../storage/record_payload.ts";

/** How long a half-done sign-in waits for its other half, in milliseconds. */
export const pendingMs = 600_000;

/** The sign-in that is half done. */
export interface PendingKey {
  /** The interaction's uid. */
  uid: string;
  /** The random key of the browser it was begun in. */
  browserKey: string;
}

/** What is still to be done: prove a second factor that there is, set up an app or a passkey, or, where all is done, go on. */
const pendingSteps = ["prove", "enroll", "enroll_passkey", "done"] as const;
export type PendingStep = (typeof pendingSteps)[number];

/** A half-done sign-in. */
export interface PendingSignIn {
  accountId: string;
  /** How often the account's sign-ins, and memberships, had ended when the first half was proven. */
  generation: number;
  membershipEndings: number;
  /** What was proven (RFC 8176), and when, epoch milliseconds. */
  amr: readonly string[];
  authTimeMs: number;
  step: PendingStep;
  /** Whether the person asked to stay signed in on the device. */
  remember: boolean;
}

interface PendingRow {
  account_id: string;
  sign_in_generation: number;
  membership_endings: number;
  amr: string;
  auth_time_ms: number;
  step: string;
  remember_at_ms: number | null;
}

const columns = "account_id, sign_in_generation, membership_endings, amr, auth_time_ms, step, remember_at_ms";

const stands = `interaction_hash = ? and browser_hash = ? and expires_at_ms > ? and exists (
    select 1 from accounts a where a.id = pending_sign_ins.account_id
      and a.sign_in_generation = pending_sign_ins.sign_in_generation and a.disabled_at_ms is null)`;

const keyOf = ({ uid, browserKey }: PendingKey): [string, string] => [
  hashRecordId(uid),
  hashRecordId(browserKey),
];

/** Puts a sign-in at its half, in the place of what it was at before. */
export async function savePending(
  db: Database,
  key: PendingKey,
  pending: PendingSignIn,
  now: Date,
): Promise<void> {
  await runStatement(
    db,
    "pending_sign_in_save",
    `insert into pending_sign_ins (interaction_hash, browser_hash, account_id, sign_in_generation, membership_endings, amr,
       auth_time_ms, step, remember_at_ms, expires_at_ms) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (interaction_hash) do update set browser_hash = excluded.browser_hash, account_id = excluded.account_id,
       sign_in_generation = excluded.sign_in_generation, membership_endings = excluded.membership_endings,
       amr = excluded.amr, auth_time_ms = excluded.auth_time_ms, step = excluded.step,
       remember_at_ms = excluded.remember_at_ms,
       expires_at_ms = excluded.expires_at_ms
     returning account_id`,
    [
      ...keyOf(key),
      pending.accountId,
      pending.generation,
      pending.membershipEndings,
      JSON.stringify(pending.amr),
      pending.authTimeMs,
      pending.step,
      pending.remember ? now.getTime() : null,
      now.getTime() + pendingMs,
    ],
  );
}

/** Finds the half-done sign-in of this browser. */
export async function findPending(
  db: Database,
  key: PendingKey,
  now: Date,
): Promise<PendingSignIn | undefined> {
  const [row] = await runStatement<PendingRow>(
    db,
    "pending_sign_in_find",
    `select ${columns} from pending_sign_ins where ${stands}`,
    [...keyOf(key), now.getTime()],
  );
  return row && toPending(row);
}

/**
 * Uses a half-done sign-in up.
 * @param at whose it is, and at which step
 * @returns undefined if it does not stand; of any number of callers on any number of instances one gets it
 */
export async function usePending(
  trx: Database,
  key: PendingKey,
  at: Pick<PendingSignIn, "accountId" | "step">,
  now: Date,
): Promise<PendingSignIn | undefined> {
  const [row] = await runStatement<PendingRow>(
    trx,
    "pending_sign_in_use",
    `delete from pending_sign_ins where ${stands} and account_id = ? and step = ? returning ${columns}`,
    [...keyOf(key), now.getTime(), at.accountId, at.step],
  );
  return row && toPending(row);
}

function toPending(row: PendingRow): PendingSignIn {
  return {
    accountId: row.account_id,
    generation: row.sign_in_generation,
    membershipEndings: row.membership_endings,
    amr: JSON.parse(row.amr) as string[],
    authTimeMs: row.auth_time_ms,
    step: pendingSteps.find((step) => step === row.step) ?? "prove",
    remember: row.remember_at_ms !== null,
  };
}
