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
 * Counts one attempt if the rate admits it, and tells metrics of one that it does not.
 *
 * A count from the future (a clock was ahead when it was written) is cut to the most the rate can give, so that
 * nobody waits longer than one interval for it, and no clock difference between instances earns new attempts.
 */
export async function countAttempt(db: Database, key: RatedKey, now: Date): Promise<CountedAttempt> {
  const [counted = { waitMs: 0, healed: false }] = await countAttempts(db, [key], now);
  tellThrottled(db, key, counted);
  return counted;
}

/** Tells metrics of an attempt that a rate did not admit. */
export function tellThrottled(db: Database, { kind }: RatedKey, { waitMs }: CountedAttempt): void {
  if (kind !== undefined && waitMs !== undefined) tell(db, one("tti_throttled_total", { kind }));
}

/**
 * Counts one attempt under each of some keys whose rate admits it, in one statement: what one refuses, another may have counted.
 * @returns what counting came to, in the order of the keys
 */
export async function countAttempts(
  db: Database,
  keys: readonly RatedKey[],
  now: Date,
): Promise<CountedAttempt[]> {
  const nowMs = now.getTime();
  // One more than any admitted attempt leaves behind, so that the two are told apart.
  const cutOf = ({ rate }: RatedKey) => latestPossibleMs(nowMs, rate) + 1;
  const sorted = keys.toSorted(inOneOrder);
  const rows = await runStatement<AttemptRow>(
    db,
    `count_sign_in_attempts_${keys.length}`,
    `with asked (key_hash, until_ms, latest_ms, cut_ms) as (values ${sorted
      .map(() => "(cast(? as text), cast(? as bigint), cast(? as bigint), cast(? as bigint))")
      .join(", ")})
     insert into sign_in_attempts (key_hash, until_ms) select key_hash, until_ms from asked where true
     on conflict (key_hash) do update
       set until_ms = case
         when sign_in_attempts.until_ms > ${asked("cut_ms")} then ${asked("cut_ms")}
         when sign_in_attempts.until_ms > ? then sign_in_attempts.until_ms + excluded.until_ms - ?
         else excluded.until_ms end
       where sign_in_attempts.until_ms <= ${asked("latest_ms")} or sign_in_attempts.until_ms > ${asked("cut_ms")}
     returning key_hash, until_ms`,
    [
      ...sorted.flatMap((key) => [
        ...[key.keyHash, nowMs + key.rate.intervalMs, latestAdmissibleMs(nowMs, key.rate), cutOf(key)],
      ]),
      nowMs,
      nowMs,
    ],
  );
  const written = new Map(rows.map((row) => [row.key_hash, row.until_ms]));
  const untouched = keys.filter(({ keyHash }) => !written.has(keyHash));
  const standing = untouched.length === 0 ? written : await readUntil(db, untouched);
  return keys.map((key) => {
    const writtenMs = written.get(key.keyHash);
    if (writtenMs !== undefined && writtenMs < cutOf(key)) return { waitMs: undefined, healed: false };
    const untilMs = writtenMs ?? standing.get(key.keyHash) ?? nowMs;
    const waitMs = Math.max(0, untilMs - latestAdmissibleMs(nowMs, key.rate));
    return { waitMs: Math.min(waitMs, key.rate.intervalMs), healed: writtenMs !== undefined };
  });
}

interface AttemptRow {
  key_hash: string;
  until_ms: number;
}

const asked = (column: string): string =>
  `(select ${column} from asked where asked.key_hash = excluded.key_hash)`;

// Statements that write several rows write them in this order, so that none waits for one that waits for it.
const inOneOrder = (one: { keyHash: string }, other: { keyHash: string }): number =>
  one.keyHash < other.keyHash ? -1 : 1;

/** Tells which of some rates have no attempt left now. */
export async function findExceeded(
  db: Database,
  keys: readonly RatedKey[],
  now: Date,
): Promise<ReadonlySet<RatedKey>> {
  const untilMs = await readUntil(db, keys);
  return new Set(
    keys.filter(({ keyHash, rate }) => (untilMs.get(keyHash) ?? 0) > latestAdmissibleMs(now.getTime(), rate)),
  );
}

async function readUntil(
  db: Database,
  keys: readonly { keyHash: string }[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await runStatement<AttemptRow>(
    db,
    `sign_in_attempts_read_${keys.length}`,
    `select key_hash, until_ms from sign_in_attempts where key_hash in (${keys.map(() => "?").join(", ")})`,
    keys.map(({ keyHash }) => keyHash),
  );
  return new Map(rows.map((row) => [row.key_hash, row.until_ms]));
}

/** Takes back one counted attempt: a sign-in that succeeded costs nothing. */
export async function uncountAttempt(db: Database, key: RatedKey): Promise<void> {
  await settleAttempts(db, { takenBack: [key] });
}

/** Remembers that an account signed in from an address or in a browser, until the given moment. */
export async function saveKnown(db: Database, knownHash: string, untilMs: number): Promise<void> {
  await settleAttempts(db, { known: [{ keyHash: knownHash, untilMs }] });
}

/** What comes of an attempt that was let through. */
export interface Settled {
  /** Under which keys it was counted, and is not any more. */
  takenBack?: readonly RatedKey[];
  /** Marks of where an account signed in, and until when each stands, epoch milliseconds. */
  known?: readonly { keyHash: string; untilMs: number }[];
}

/** Takes back what was counted, and remembers where the account signed in, in one statement. */
export async function settleAttempts(db: Database, { takenBack = [], known = [] }: Settled): Promise<void> {
  // A moment below zero is an interval to take away. Where the row has been swept away meanwhile, it is one that is over.
  const rows = [...takenBack.map(({ keyHash, rate }) => ({ keyHash, untilMs: -rate.intervalMs })), ...known];
  if (rows.length === 0) return;
  await runStatement(
    db,
    `settle_sign_in_attempts_${rows.length}`,
    `insert into sign_in_attempts (key_hash, until_ms) values ${rows.map(() => "(?, ?)").join(", ")}
     on conflict (key_hash) do update set until_ms = case
       when excluded.until_ms < 0 then sign_in_attempts.until_ms + excluded.until_ms else excluded.until_ms end
     returning key_hash`,
    rows.toSorted(inOneOrder).flatMap(({ keyHash, untilMs }) => [keyHash, untilMs]),
  );
}

/** Tells which of some marks of known addresses and browsers stand. */
export async function findKnown(
  db: Database,
  knownHashes: readonly string[],
  now: Date,
): Promise<Set<string>> {
  const untilMs = await readUntil(
    db,
    knownHashes.map((keyHash) => ({ keyHash })),
  );
  return new Set(knownHashes.filter((hash) => (untilMs.get(hash) ?? 0) > now.getTime()));
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
