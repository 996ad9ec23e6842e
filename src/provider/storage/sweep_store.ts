// Owns the statement that removes what has ended, which rows a statement of the sweeper takes, and which tables it is for.
// Never more than a batch at once, and never a row that somebody else holds.
import { type Database, isPostgres } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";

/** A table whose rows end. */
export interface EndingRows {
  table: string;
  /** The column that says when a row ends, epoch milliseconds; it has an index. */
  endsAt: string;
  /** Whether an ended row is kept for a while, so that "expired" and "used before" can be told from "unknown". */
  kept: boolean;
}

/** Every table whose rows end by themselves. */
export const endingRows: readonly EndingRows[] = [
  { table: "oidc_records", endsAt: "expires_at_ms", kept: true },
  { table: "login_challenges", endsAt: "expires_at_ms", kept: true },
  { table: "sign_in_attempts", endsAt: "until_ms", kept: false },
  { table: "ended_sessions", endsAt: "expires_at_ms", kept: false },
  { table: "repeated_calls", endsAt: "expires_at_ms", kept: false },
  { table: "posted_requests", endsAt: "expires_at_ms", kept: false },
  { table: "console_sessions", endsAt: "expires_at_ms", kept: false },
  { table: "first_links", endsAt: "expires_at_ms", kept: false },
  { table: "onboarding_links", endsAt: "expires_at_ms", kept: false },
  { table: "account_links", endsAt: "expires_at_ms", kept: false },
  // An instance whose clock is behind takes an answer for a while after it has ended for others.
  { table: "passkey_challenges", endsAt: "expires_at_ms", kept: true },
  { table: "pending_sign_ins", endsAt: "expires_at_ms", kept: false },
  { table: "mails", endsAt: "expires_at_ms", kept: false },
  { table: "logouts", endsAt: "expires_at_ms", kept: false },
];

/**
 * The condition of the next rows that the sweeper works on, as a statement's only one. They are found by where they stand:
 * however many rows PostgreSQL expects, and whichever values it plans for, it reads no other. Instances that sweep at the
 * same time take different rows, and wait for nobody.
 * @param due a condition of the index that is in the order of a column
 * @param limit a whole number; it stands in the statement, for with a limit it does not know PostgreSQL plans for a tenth
 *   of the table
 */
export function nextRows(
  db: Database,
  { table, due, order, limit }: { table: string; due: string; order: string; limit: number },
): string {
  const select = (place: string) =>
    `select ${place} from ${table} where ${due} order by ${order} limit ${limit}`;
  return isPostgres(db)
    ? `ctid = any(array(${select("ctid")} for update skip locked))`
    : `rowid in (${select("rowid")})`;
}

/** What a statement removed. */
export interface Removed {
  /** How many rows; fewer than the batch means there are no more, or somebody else holds them. */
  rows: number;
  /** When the last of them ended, epoch milliseconds; where there are none: from when they were looked for. */
  lastMs: number;
}

/**
 * Removes rows that ended, at most a batch of them, the first to end first.
 * @param endedByMs epoch milliseconds; what ends at this very moment goes too
 * @param batchSize a whole number
 * @param sinceMs none that ended before is looked for: as long as anybody reads an older state of the store (a dump, say),
 *   PostgreSQL passes every removed row again on its way from the beginning
 */
export async function deleteEnded(
  db: Database,
  { table, endsAt }: Pick<EndingRows, "table" | "endsAt">,
  endedByMs: number,
  batchSize: number,
  sinceMs = 0,
): Promise<Removed> {
  const due = `${endsAt} >= ? and ${endsAt} <= ?`;
  const which = nextRows(db, { table, due, order: endsAt, limit: batchSize });
  const rows = await runStatement<{ ended_ms: number }>(
    db,
    `sweep_3_${table}_${batchSize}`,
    `delete from ${table} where ${which} returning ${endsAt} as ended_ms`,
    [sinceMs, endedByMs],
  );
  return {
    rows: rows.length,
    lastMs: rows.reduce((last, { ended_ms }) => Math.max(last, ended_ms), sinceMs),
  };
}

/**
 * For how long the oldest row has ended that should have been removed.
 * @param keepMs for how long an ended row of those is kept that are kept for a while
 * @returns milliseconds; 0: there is none
 */
export async function findOldestEnded(db: Database, nowMs: number, keepMs: number): Promise<number> {
  // Each by its index.
  const looks = endingRows.map(
    ({ table, endsAt, kept }) =>
      `select (select min(${endsAt}) from ${table}) + ${kept ? Math.floor(keepMs) : 0} as due_ms`,
  );
  const rows = await runStatement<{ due_ms: number | null }>(
    db,
    `sweep_oldest_${keepMs}`,
    looks.join(" union all "),
    [],
  );
  return rows.reduce((most, { due_ms }) => Math.max(most, due_ms === null ? 0 : nowMs - due_ms), 0);
}
