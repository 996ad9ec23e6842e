// Owns the sign_in_attempts table. Counting an attempt and deciding it is one statement, so that parallel
// attempts on any number of instances cannot pass a limit together.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { latestAdmissibleMs, type RatedKey } from "./attempt_rates.ts";

/**
 * Counts one attempt if the rate admits it (the rule of `admitAttempt`).
 * @returns undefined if admitted; else the milliseconds until the next attempt is
 */
export async function countAttempt(
  db: Database,
  key: RatedKey,
  now: Date,
): Promise<{ waitMs: number } | undefined> {
  const nowMs = now.getTime();
  const { intervalMs } = key.rate;
  const latestMs = latestAdmissibleMs(nowMs, key.rate);
  const admitted = await runStatement<{ until_ms: number }>(
    db,
    "count_sign_in_attempt",
    `insert into sign_in_attempts (key_hash, until_ms) values (?, ?)
     on conflict (key_hash) do update
       set until_ms = case when sign_in_attempts.until_ms > ? then sign_in_attempts.until_ms else ? end + ?
       where sign_in_attempts.until_ms <= ?
     returning until_ms`,
    [key.keyHash, nowMs + intervalMs, nowMs, nowMs, intervalMs, latestMs],
  );
  if (admitted.length > 0) return undefined;
  const row: { until_ms: number } | undefined = await db("sign_in_attempts")
    .where("key_hash", key.keyHash)
    .first("until_ms");
  return { waitMs: Math.max(0, (row?.until_ms ?? nowMs) - latestMs) };
}

/** Takes back one counted attempt: a sign-in that succeeded costs nothing. */
export async function uncountAttempt(db: Database, key: RatedKey): Promise<void> {
  await db("sign_in_attempts").where("key_hash", key.keyHash).decrement("until_ms", key.rate.intervalMs);
}

/** Remembers that an account signed in from an address, until the given moment. */
export async function saveKnownPair(db: Database, knownPairHash: string, untilMs: number): Promise<void> {
  await db("sign_in_attempts")
    .insert({ key_hash: knownPairHash, until_ms: untilMs })
    .onConflict("key_hash")
    .merge(["until_ms"]);
}

/** Tells whether an account has signed in from an address lately. */
export async function isKnownPair(db: Database, knownPairHash: string, now: Date): Promise<boolean> {
  const row: unknown = await db("sign_in_attempts")
    .where("key_hash", knownPairHash)
    .where("until_ms", ">", now.getTime())
    .first("key_hash");
  return row !== undefined;
}

/**
 * Deletes rows that no longer say anything.
 * @param limit at most this many, so that one statement stays short
 * @returns how many went
 */
export async function deleteExpiredAttempts(db: Database, now: Date, limit: number): Promise<number> {
  const rows = await runStatement<{ key_hash: string }>(
    db,
    "delete_expired_sign_in_attempts",
    `delete from sign_in_attempts where key_hash in
       (select key_hash from sign_in_attempts where until_ms <= ? limit ?)
     returning key_hash`,
    [now.getTime(), limit],
  );
  return rows.length;
}
