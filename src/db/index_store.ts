// Owns making an index while others write to its table: `create index` would hold all of them up for as long as it takes,
// seconds for each million rows. PostgreSQL makes it beside them, outside of any transaction, and leaves a useless one if it is killed.
import { type Database, isPostgres, stateOf } from "./connect.ts";

/** Another process makes the indexes of a migration now. */
export class AnotherMakesIndexes extends Error {
  override readonly name = "AnotherMakesIndexes";
}

/** The advisory lock of who makes indexes: any number that nobody else takes. */
const lockKey = 7_481_302_956;

/**
 * Makes indexes beside whoever writes. Does nothing on SQLite, whose writers wait for one another anyway, nor behind
 * PgBouncer in transaction mode, where nobody has a session: the migration itself makes them there.
 * @throws AnotherMakesIndexes
 */
export async function makeIndexesBeside(
  db: Database,
  indexes: readonly { name: string; on: string }[],
): Promise<void> {
  if (indexes.length === 0 || !isPostgres(db) || !stateOf(db).ownSession) return;
  const connection: unknown = await db.client.acquireConnection();
  const ask = async (sql: string, values: readonly (string | number)[] = []) => {
    const { rows } = (await db.raw(sql, [...values]).connection(connection)) as { rows: unknown[] };
    return rows;
  };
  try {
    const [lock] = (await ask("select pg_try_advisory_lock(?) as mine", [lockKey])) as { mine: boolean }[];
    if (!lock?.mine) throw new AnotherMakesIndexes("another process makes the indexes of a migration");
    // It waits for every transaction that is under way, and holds nobody up meanwhile.
    await ask("set lock_timeout = 0");
    for (const { name, on } of indexes) {
      const [useless] = await ask(
        `select 1 from pg_index i join pg_class c on c.oid = i.indexrelid
         where c.relname = ? and pg_table_is_visible(c.oid) and not i.indisvalid`,
        [name],
      );
      if (useless !== undefined) await ask(`drop index concurrently ${name}`);
      await ask(`create index concurrently if not exists ${name} on ${on}`);
    }
  } finally {
    await leave(db, ask);
    await db.client.releaseConnection(connection);
  }
}

// A connection that was lost meanwhile has no lock any more.
async function leave(
  db: Database,
  ask: (sql: string, values?: readonly number[]) => Promise<unknown>,
): Promise<void> {
  try {
    await ask(`set lock_timeout = ${stateOf(db).limits.lockMs}`);
    await ask("select pg_advisory_unlock(?)", [lockKey]);
  } catch {
    // Whoever made an index has failed already, and says why.
  }
}
