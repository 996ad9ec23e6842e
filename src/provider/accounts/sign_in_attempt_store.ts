// Owns the sign_in_attempts table. Counting an attempt and deciding it is one statement, so that parallel
// attempts on any number of instances cannot pass a limit together.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { one } from "../../observability/metric_table.ts";
import { tell } from "../../observability/recorder.ts";
import { latestAdmissibleMs, latestPossibleMs, type RatedKey } from "./attempt_rates.ts";

/** What counting an attempt came to. */
export interface CountedAttempt {
  /** Undefined if admitted; else the milliseconds until the next attempt is. */
  waitMs: number | undefined;
  /** Whether the count had been written by a clock that was ahead, and was cut to what the rate can give. */
  healed: boolean;
}

/**
 * Counts one attempt if the rate admits it.
 *
 * A count from the future (a clock was ahead when it was written) is cut to the most the rate can give, so that
 * nobody waits longer than one interval for it, and no clock difference between instances earns new attempts.
 */
export async function countAttempt(db: Database, key: RatedKey, now: Date): Promise<CountedAttempt> {
  const nowMs = now.getTime();
  const { intervalMs } = key.rate;
  const latestMs = latestAdmissibleMs(nowMs, key.rate);
  // One more than any admitted attempt leaves behind, so that the two are told apart.
  const cutMs = latestPossibleMs(nowMs, key.rate) + 1;
  const [row] = await runStatement<{ until_ms: number }>(
    db,
    "count_sign_in_attempt",
    `insert into sign_in_attempts (key_hash, until_ms) values (?, ?)
     on conflict (key_hash) do update
       set until_ms = case
         when sign_in_attempts.until_ms > ? then ?
         when sign_in_attempts.until_ms > ? then sign_in_attempts.until_ms + ?
         else ? end
       where sign_in_attempts.until_ms <= ? or sign_in_attempts.until_ms > ?
     returning until_ms`,
    [key.keyHash, nowMs + intervalMs, cutMs, cutMs, nowMs, intervalMs, nowMs + intervalMs, latestMs, cutMs],
  );
  if (row !== undefined && row.until_ms < cutMs) return { waitMs: undefined, healed: false };
  if (key.kind !== undefined) tell(db, one("tti_throttled_total", { kind: key.kind }));
  const untilMs = row?.until_ms ?? (await readUntil(db, key.keyHash)) ?? nowMs;
  return { waitMs: Math.min(Math.max(0, untilMs - latestMs), intervalMs), healed: row !== undefined };
}

/** Tells which of some rates have no attempt left now. */
export async function findExceeded(
  db: Database,
  keys: readonly RatedKey[],
  now: Date,
): Promise<ReadonlySet<RatedKey>> {
  const rows: { key_hash: string; until_ms: number }[] = await db("sign_in_attempts")
    .whereIn(
      "key_hash",
      keys.map(({ keyHash }) => keyHash),
    )
    .select("key_hash", "until_ms");
  const untilMs = new Map(rows.map((row) => [row.key_hash, Number(row.until_ms)]));
  return new Set(
    keys.filter(({ keyHash, rate }) => (untilMs.get(keyHash) ?? 0) > latestAdmissibleMs(now.getTime(), rate)),
  );
}

async function readUntil(db: Database, keyHash: string): Promise<number | undefined> {
  const row: { until_ms: number } | undefined = await db("sign_in_attempts")
    .where("key_hash", keyHash)
    .first("until_ms");
  return row?.until_ms;
}

/** Takes back one counted attempt: a sign-in that succeeded costs nothing. */
export async function uncountAttempt(db: Database, key: RatedKey): Promise<void> {
  await db("sign_in_attempts").where("key_hash", key.keyHash).decrement("until_ms", key.rate.intervalMs);
}

/** Remembers that an account signed in from an address or in a browser, until the given moment. */
export async function saveKnown(db: Database, knownHash: string, untilMs: number): Promise<void> {
  await db("sign_in_attempts")
    .insert({ key_hash: knownHash, until_ms: untilMs })
    .onConflict("key_hash")
    .merge(["until_ms"]);
}

/** Tells which of some marks of known addresses and browsers stand. */
export async function findKnown(
  db: Database,
  knownHashes: readonly string[],
  now: Date,
): Promise<Set<string>> {
  const rows: { key_hash: string }[] = await db("sign_in_attempts")
    .whereIn("key_hash", [...knownHashes])
    .where("until_ms", ">", now.getTime())
    .select("key_hash");
  return new Set(rows.map((row) => row.key_hash));
}

/**
 * Makes a mark that stands for a while, if it does not stand yet.
 * @returns whether it is new: of any number of callers on any number of instances one gets true
 */
export async function makeMark(
  db: Database,
  keyHash: string,
  { nowMs, untilMs }: { nowMs: number; untilMs: number },
): Promise<boolean> {
  const rows = await runStatement(
    db,
    "make_mark",
    `insert into sign_in_attempts (key_hash, until_ms) values (?, ?)
     on conflict (key_hash) do update set until_ms = excluded.until_ms where sign_in_attempts.until_ms <= ?
     returning key_hash`,
    [keyHash, untilMs, nowMs],
  );
  return rows.length > 0;
}
