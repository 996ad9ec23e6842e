// Owns taking what is due of an outbox: a table with `id`, `attempts` and `next_attempt_at_ms`, which has an index and is null
// for what waits no more.
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
