// Owns the commands of PostgreSQL's own programs, filled in for a database, as operators are told them: never with the password.
import { OperationError } from "../errors.ts";

/** Where a database is, in words: host and name. */
export function placeOf(databaseUrl: string): string {
  const { host, pathname } = new URL(databaseUrl);
  return `${host || "the local server"}, database ${decodeURIComponent(pathname.slice(1)) || "of the user's name"}`;
}

// PostgreSQL's programs ask for the password, or take it from PGPASSWORD or ~/.pgpass.
function withoutPassword(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.password = "";
  url.searchParams.delete("password");
  return url.href;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The refusal of `tti backup` on PostgreSQL. */
export function backupElsewhere(databaseUrl: string): OperationError {
  return new OperationError("store_not_embedded", "The store is PostgreSQL, which makes its own dumps.", {
    fix: `Run: pg_dump --format=custom --file=tti.dump ${quoted(withoutPassword(databaseUrl))}`,
  });
}

/** The refusal of `tti restore` on PostgreSQL. */
export function restoreElsewhere(databaseUrl: string): OperationError {
  const database = quoted(withoutPassword(databaseUrl));
  return new OperationError("store_not_embedded", "The store is PostgreSQL, which takes its own dumps.", {
    fix: `With an export of the trail at hand, add --trail FILE to the last of these. Run: pg_restore --clean --if-exists --exit-on-error --single-transaction --no-owner --dbname=${database} tti.dump && tti migrate up && tti store after-restore --yes`,
    // The trail is no part of the line: not everybody has one, and a file that is not there fails it.,
  });
}
