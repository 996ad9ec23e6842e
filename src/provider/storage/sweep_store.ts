// Owns the one statement that removes what has ended, and which tables it is for. Never more than a batch at once.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";

/** A table whose rows end. */
export interface EndingRows {
  table: string;
  /** Columns of the primary key. */
  key: readonly string[];
  /** The column that says when a row ends, epoch milliseconds; it has an index. */
  endsAt: string;
  /** Whether an ended row is kept for a while, so that "expired" and "used before" can be told from "unknown". */
  kept: boolean;
}

/** Every table whose rows end by themselves. */
export const endingRows: readonly EndingRows[] = [
  { table: "oidc_records", key: ["model", "id_hash"], endsAt: "expires_at_ms", kept: true },
  { table: "login_challenges", key: ["challenge_hash"], endsAt: "expires_at_ms", kept: true },
  { table: "sign_in_attempts", key: ["key_hash"], endsAt: "until_ms", kept: false },
  { table: "ended_sessions", key: ["session_uid_hash"], endsAt: "expires_at_ms", kept: false },
  { table: "repeated_calls", key: ["id_hash"], endsAt: "expires_at_ms", kept: false },
  { table: "posted_requests", key: ["id_hash"], endsAt: "expires_at_ms", kept: false },
  { table: "console_sessions", key: ["id_hash"], endsAt: "expires_at_ms", kept: false },
  { table: "first_links", key: ["secret_hash"], endsAt: "expires_at_ms", kept: false },
  { table: "onboarding_links", key: ["id"], endsAt: "expires_at_ms", kept: false },
  { table: "account_links", key: ["secret_hash"], endsAt: "expires_at_ms", kept: false },
  // An instance whose clock is behind takes an answer for a while after it has ended for others.
  { table: "passkey_challenges", key: ["challenge_hash"], endsAt: "expires_at_ms", kept: true },
  { table: "pending_sign_ins", key: ["interaction_hash"], endsAt: "expires_at_ms", kept: false },
  { table: "mails", key: ["id"], endsAt: "expires_at_ms", kept: false },
  { table: "logouts", key: ["id"], endsAt: "expires_at_ms", kept: false },
];

/**
 * Removes rows that ended, at most a batch of them.
 * @param endedByMs epoch milliseconds; what ends at this very moment goes too
 * @param batchSize a whole number; it stands in the statement, for with a limit it does not know PostgreSQL plans for
 *   a tenth of the table
 * @returns how many were removed; fewer than the batch means there are no more
 */
export async function deleteEnded(
  db: Database,
  { table, key, endsAt }: EndingRows,
  endedByMs: number,
  batchSize: number,
): Promise<number> {
  const columns = key.join(", ");
  const rows = await runStatement(
    db,
    `sweep_${table}_${batchSize}`,
    `delete from ${table} where (${columns}) in
       (select ${columns} from ${table} where ${endsAt} <= ? order by ${endsAt} limit ${batchSize})
     returning 1 as ended`,
    [endedByMs],
  );
  return rows.length;
}
