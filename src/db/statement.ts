// Owns the one way to run a hand-written SQL statement on either store: named and prepared on PostgreSQL,
// plain on SQLite, rows out in both. Whoever reads them need not know how the two drivers
// hand them over.
import type { Knex } from "knex";
import { activeSpan } from "../tracing/active_span.ts";
import type { Database } from "./connect.ts";
import { isPostgres } from "./connect.ts";

/**
 * Runs one SQL statement and returns its rows (of a SELECT, or of RETURNING).
 *
 * Named statements are parsed once per connection (docs/performance.md has the gain); PgBouncer in transaction mode cannot
 * keep them, so the connection may switch them off.
 *
 * @param db pool or transaction
 * @param name a name unique to this SQL text
 * @param sql the statement, `?` for each binding; must be valid on both stores
 * @param bindings values in order
 */
export async function runStatement<Row>(
  db: Database,
  name: string,
  sql: string,
  bindings: readonly (Knex.RawBinding | null)[],
): Promise<Row[]> {
  if (!isPostgres(db)) {
    const raw = db.raw(sql, bindings as Knex.RawBinding[]);
    // Only a trace asks how it is called.
    return (await (activeSpan() === undefined ? raw : raw.options({ name }))) as Row[];
  }
  const prepared = db.userParams?.["preparedStatements"] !== false;
  const raw = db.raw(sql, bindings as Knex.RawBinding[]);
  const answer = (await (prepared ? raw.options({ name }) : raw)) as { rows: Row[] };
  return answer.rows;
}
