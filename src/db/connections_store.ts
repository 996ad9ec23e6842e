// Owns how many connections PostgreSQL may have, and has: of the whole server, of this database, of the role that asks.
import { type Database, isPostgres } from "./connect.ts";
import { runStatement } from "./statement.ts";

/** One limit, and how much of it is used. */
export interface ConnectionBound {
  of: "server" | "database" | "role";
  atMost: number;
  /** Of everybody, but for the connection that asks. */
  used: number;
}

interface Row {
  server_most: number;
  server_used: number;
  database_most: number;
  database_used: number;
  role_most: number;
  role_used: number;
}

/**
 * Reads every limit that counts for whoever asks.
 * @returns what an ordinary role may have: connections that the server keeps for superusers are no part of it; undefined for SQLite
 * @see https://www.postgresql.org/docs/current/runtime-config-connection.html
 */
export async function readConnectionBounds(db: Database): Promise<ConnectionBound[] | undefined> {
  if (!isPostgres(db)) return undefined;
  // The sessions of others are seen by number and name, whatever rights the role has. -1: no limit.
  const [row] = await runStatement<Row>(
    db,
    "store_connections",
    `select current_setting('max_connections')::int
              - current_setting('superuser_reserved_connections')::int
              - coalesce(current_setting('reserved_connections', true), '0')::int as server_most,
            (select coalesce(sum(numbackends), 0)::int - 1 from pg_stat_database where datid <> 0) as server_used,
            datconnlimit as database_most,
            (select numbackends - 1 from pg_stat_database where datid = pg_database.oid) as database_used,
            rolconnlimit as role_most,
            (select count(*)::int - 1 from pg_stat_activity where usename = current_user) as role_used
     from pg_database, pg_roles
     where datname = current_database() and rolname = current_user`,
    [],
  );
  if (row === undefined) return [];
  const bounds: ConnectionBound[] = [
    { of: "server", atMost: row.server_most, used: row.server_used },
    { of: "database", atMost: row.database_most, used: row.database_used },
    { of: "role", atMost: row.role_most, used: row.role_used },
  ];
  return bounds.filter(({ atMost }) => atMost >= 0);
}
