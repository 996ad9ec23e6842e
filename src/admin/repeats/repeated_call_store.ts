// Owns the repeated_calls table: calls that their caller named by a key, so that the same call sent again is done once. Of
// several at once, on whichever instance, one claims the key by one conditional statement, and only who holds the claim
// writes the answer, in the transaction of the act itself.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";

/** A call under its key. */
export interface RepeatedCall {
  requestHash: string;
  /** Null: somebody is at it. */
  sealedAnswer: string | null;
}

/** How long a key is remembered. */
export const rememberedMs = 24 * 3_600_000;
/** How long who took a call up may be at it before somebody else may. */
const claimMs = 60_000;

/**
 * Takes a call up: the first to name the key, or the next where nobody is at it any more.
 * @returns whether this caller did
 */
export async function claimCall(
  db: Database,
  { idHash, requestHash, claim }: { idHash: string; requestHash: string; claim: string },
  now: Date,
): Promise<boolean> {
  const nowMs = now.getTime();
  const rows = await runStatement<{ claim: string }>(
    db,
    "repeated_call_claim",
    `insert into repeated_calls (id_hash, request_hash, claim, claimed_until_ms, sealed_answer, expires_at_ms)
     values (?, ?, ?, ?, null, ?)
     on conflict (id_hash) do update set request_hash = excluded.request_hash, claim = excluded.claim,
       claimed_until_ms = excluded.claimed_until_ms, sealed_answer = null, expires_at_ms = excluded.expires_at_ms
     where repeated_calls.expires_at_ms <= ?
       or (repeated_calls.sealed_answer is null and repeated_calls.claimed_until_ms <= ?)
     returning claim`,
    [idHash, requestHash, claim, nowMs + claimMs, nowMs + rememberedMs, nowMs, nowMs],
  );
  return rows.length > 0;
}

/** Finds the call of a key. */
export async function findCall(db: Database, idHash: string): Promise<RepeatedCall | undefined> {
  const [row] = await runStatement<{ request_hash: string; sealed_answer: string | null }>(
    db,
    "repeated_call_find",
    "select request_hash, sealed_answer from repeated_calls where id_hash = ?",
    [idHash],
  );
  return row && { requestHash: row.request_hash, sealedAnswer: row.sealed_answer };
}

/**
 * Keeps what a call was answered.
 * @param trx the transaction of the act
 * @returns whether the claim still stands; if not, the act must not
 */
export async function saveAnswer(
  trx: Database,
  { idHash, claim, sealedAnswer }: { idHash: string; claim: string; sealedAnswer: string },
): Promise<boolean> {
  const rows = await runStatement<{ claim: string }>(
    trx,
    "repeated_call_answer",
    `update repeated_calls set sealed_answer = ? where id_hash = ? and claim = ? and sealed_answer is null
     returning claim`,
    [sealedAnswer, idHash, claim],
  );
  return rows.length > 0;
}

/** Gives a call back that was not answered: the next may take it up at once. */
export async function releaseCall(db: Database, idHash: string, claim: string): Promise<void> {
  await db("repeated_calls").where({ id_hash: idHash, claim }).whereNull("sealed_answer").delete();
}
