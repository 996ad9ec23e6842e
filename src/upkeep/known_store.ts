// Owns asking a restored store what it knows of a trail that went on without it.
import type { Database } from "../db/connect.ts";

const atOnce = 200;

/** Which of these ids stand in a column. */
async function idsIn(
  db: Database,
  table: string,
  column: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const found = new Set<string>();
  for (let from = 0; from < ids.length; from += atOnce) {
    const rows: Record<string, string>[] = await db(table)
      .whereIn(column, ids.slice(from, from + atOnce))
      .select({ id: column });
    for (const { id } of rows) if (id !== undefined) found.add(id);
  }
  return found;
}

/** Which of these events the store's trail has. */
export const knownEvents = (db: Database, ids: readonly string[]): Promise<Set<string>> =>
  idsIn(db, "audit_events", "id", ids);

/** Which of these signing keys the store has. */
export const knownKeys = (db: Database, kids: readonly string[]): Promise<Set<string>> =>
  idsIn(db, "signing_keys", "kid", kids);

/** Up to which block retention removed events: those are known, though they are not there. */
export async function prunedThrough(db: Database): Promise<number> {
  const row: { through_block: number } | undefined = await db("audit_retention")
    .where("name", "events")
    .first("through_block");
  return Number(row?.through_block ?? 0);
}
