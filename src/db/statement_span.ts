// Owns what traces say of a statement to the store: its name, or its kind and table. Never its text, whose literals may be
// somebody's, and never its values.
import { activeSpan, errorTypeOf, inSpan, noteSpan } from "../tracing/active_span.ts";
import type { SpanAttributes } from "../tracing/span_table.ts";

/** A statement as knex hands it to a driver; transactions begin and end by texts. */
type DriverStatement = string | { sql?: string; options?: { name?: string } | null };

/** What a statement without a name is called: its first word, and the table it names first. */
function summaryOf(sql: string): { operation: string; table: string | undefined } {
  const operation = /^\s*([a-z]+)/i.exec(sql)?.[1] ?? "statement";
  const table = /\b(?:from|into|update)\s+["`]?([a-z_]\w*)/i.exec(sql)?.[1];
  return { operation, table };
}

/** Runs a statement as a span, where somebody is traced. */
export function traceStatement<Result>(
  system: "postgresql" | "sqlite",
  statement: unknown,
  run: () => Promise<Result>,
): Promise<Result> {
  return inSpan("statement", "statement", {}, (span) => {
    if (span !== undefined) {
      const { sql, name } = partsOf(statement as DriverStatement);
      const { operation, table } = summaryOf(sql);
      const summary = name ?? (table === undefined ? operation : `${operation} ${table}`);
      span.rename(summary);
      const told: SpanAttributes = {
        "db.system.name": system,
        "db.operation.name": operation,
        "db.collection.name": table,
        "db.query.summary": summary,
      };
      span.set(told);
    }
    return run();
  });
}

const shortestWaitMs = 5;

/** Waits for a connection, as a span where somebody is traced and it takes long. */
export async function traceWait<Connection>(wait: () => Promise<Connection>): Promise<Connection> {
  if (activeSpan() === undefined) return wait();
  const begunMs = performance.now();
  const told = (failed?: string) => {
    const durationMs = performance.now() - begunMs;
    if (durationMs >= shortestWaitMs) noteSpan("connection", "store connection", {}, { durationMs, failed });
  };
  try {
    const connection = await wait();
    told();
    return connection;
  } catch (error) {
    told(errorTypeOf(error));
    throw error;
  }
}

const partsOf = (statement: DriverStatement): { sql: string; name?: string | undefined } =>
  typeof statement === "string"
    ? { sql: statement }
    : { sql: statement.sql ?? "", name: statement.options?.name };
