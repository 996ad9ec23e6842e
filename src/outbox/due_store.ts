// Owns taking what is due of an outbox, and giving it up: a table with `id`, `state`, `attempts`, `fault`, `settled_at_ms`,
// `expires_at_ms` and `next_attempt_at_ms`, which has an index and is null for what waits no more.
import type { Database } from "../db/connect.ts";
import { runStatement } from "../db/statement.ts";

/** An outbox's table: its name, that of its statements, and the columns a row is read by. */
export interface OutboxTable {
  table: string;
  name: string;
  columns: string;
}

/**
 * Takes one row that is due, for as long as an attempt may last. Of any number of instances one gets it; whoever takes it and
 * ends before it is settled leaves it to be tried again after that.
 * @returns undefined: none is due, or another was faster
 */
export async function claimDue<Row>(
  db: Database,
  { table, name, columns }: OutboxTable,
  { nowMs, leaseMs }: { nowMs: number; leaseMs: number },
): Promise<Row | undefined> {
  const [row] = await runStatement<Row>(
    db,
    `${name}_claim`,
    `update ${table} set next_attempt_at_ms = ?, attempts = attempts + 1
     where id = (select m.id from ${table} m where m.next_attempt_at_ms <= ? order by m.next_attempt_at_ms limit 1)
       and next_attempt_at_ms <= ?
     returning ${columns}`,
    [nowMs + leaseMs, nowMs, nowMs],
  );
  return row;
}

/** Says whether any row is due. The order leads both stores by the index to the one that is due first. */
export async function isDue(
  db: Database,
  { table, name }: Pick<OutboxTable, "table" | "name">,
  nowMs: number,
): Promise<boolean> {
  const rows = await runStatement(
    db,
    `${name}_due`,
    `select id from ${table} where next_attempt_at_ms <= ? order by next_attempt_at_ms limit 1`,
    [nowMs],
  );
  return rows.length > 0;
}

/**
 * Gives up what waits. It stays for people to see until it expires.
 * @param which `attempts`: only if no other attempt was begun since that one; without it, whoever is trying
 * @param end `keepMs`: for how long it is kept
 * @returns whether it waited, and was this attempt's to give up
 */
export async function saveGivenUp(
  trx: Database,
  { table }: Pick<OutboxTable, "table">,
  { id, attempts }: { id: string; attempts?: number },
  { nowMs, keepMs, fault }: { nowMs: number; keepMs: number; fault: string },
): Promise<boolean> {
  const waits = { id, state: "waiting", ...(attempts === undefined ? {} : { attempts }) };
  const changed: number = await trx(table)
    .where(waits)
    .update({
      state: "failed",
      fault,
      next_attempt_at_ms: null,
      settled_at_ms: nowMs,
      expires_at_ms: nowMs + keepMs,
    });
  return changed > 0;
}
