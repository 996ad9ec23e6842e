// Owns since when the oldest event waits to be sealed: one look at an index, however many wait.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";

/** When the oldest event came that is not sealed, epoch milliseconds; undefined: all are. */
export async function findOldestUnsealed(db: Database): Promise<number | undefined> {
  const [row] = await runStatement<{ at_ms: number }>(
    db,
    "audit_unsealed_oldest",
    "select at_ms from audit_events where block_number is null order by at_ms, id limit 1",
    [],
  );
  return row?.at_ms;
}
