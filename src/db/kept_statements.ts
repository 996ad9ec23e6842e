// Owns which statements an SQLite connection keeps prepared: most of ours take SQLite longer to read than to run.
import { LRUCache } from "lru-cache";

interface Preparing {
  prepare(sql: string): object;
}

// More texts than the product has; what is put together of a list, with as many marks as it has members, goes first.
const mostKept = 500;

/**
 * Makes a connection prepare a text once, as long as it is among the last used. A statement is run to its end at once,
 * so that nobody finds it half run; SQLite itself reads a text anew after the schema changed.
 * @param connection of better-sqlite3, not used before
 */
export function keepStatements(connection: Preparing): void {
  const prepare = connection.prepare.bind(connection);
  const kept = new LRUCache<string, object>({ max: mostKept, memoMethod: (sql) => prepare(sql) });
  connection.prepare = (sql) => kept.memo(sql);
}
