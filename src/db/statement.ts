// Owns the one way to run a hand-written SQL statement on either store: named and prepared on PostgreSQL,
// plain on SQLite, rows out in both. Whoever reads them need not know how the two drivers
// hand them over.
import type { Knex } from "knex";
import { activeSpan } from "../tracing/active_span.ts";
import type { Database } from "./connect.ts";
import { isPostgres, stateOf } from "./connect.ts";
import { watched } from "./dialects.ts";
import { traceStatement } from "./statement_span.ts";

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
  bindings: readonly (Knex.RawBinding | null)[],
): Promise<Row[]> {
  if (!isPostgres(db)) {
    const raw = db.raw(sql, bindings as Knex.RawBinding[]);
    // Only a trace asks how it is called.
    return (await (activeSpan() === undefined ? raw : raw.options({ name }))) as Row[];
  }
  const prepared = db.userParams?.["preparedStatements"] !== false;
  if (!db.isTransaction)
    return traceStatement("postgresql", { sql, options: { name } }, () =>
      runOnDriver(db, { ...(prepared ? { name } : {}), text: numbered(sql), values: bindings }),
    );
  const raw = db.raw(sql, bindings as Knex.RawBinding[]);
  const answer = (await (prepared ? raw.options({ name }) : raw)) as { rows: Row[] };
  return answer.rows;
}

interface DriverStatement {
  name?: string;
  text: string;
  values: readonly (Knex.RawBinding | null)[];
}

interface DriverConnection {
  query<Row>(statement: DriverStatement): Promise<{ rows: Row[] }>;
}

interface ConnectionPool {
  acquireConnection(): Promise<DriverConnection>;
  releaseConnection(connection: DriverConnection): Promise<void>;
}

// The builder between here and the driver costs more than the statement itself does. A transaction keeps it: it
// alone knows whether the transaction has ended.
async function runOnDriver<Row>(db: Database, statement: DriverStatement): Promise<Row[]> {
  const pool = db.client as ConnectionPool;
  const connection = await pool.acquireConnection();
  try {
    return (await watched(stateOf(db), () => connection.query<Row>(statement))).rows;
  } finally {
    await pool.releaseConnection(connection);
  }
}

// PostgreSQL counts its parameters. No statement of ours holds a question mark that is none.
function numbered(sql: string): string {
  let count = 0;
  return sql.replaceAll("?", () => {
    count += 1;
    return `$${count}`;
  });
}
