// Owns reading a whole store, row by row, and telling two readings apart: what a request left behind.
import { type Database, isPostgres } from "../../src/db/connect.ts";

/** Every row of every table, as `table {…}`. */
export type WholeStore = ReadonlySet<string>;

// Rows that are there to be written whatever the answer is, each with its reason.
const exempt: readonly { table: string; rows?: (row: Record<string, unknown>) => boolean; why: string }[] = [
  { table: "audit_events", why: "a refusal is recorded" },
  { table: "audit_blocks", why: "the server seals what is recorded, some seconds later" },
  {
    table: "passkey_challenges",
    why: "a question that a passkey answered was answered, whatever came of it",
  },
  { table: "logouts", why: "an instance tells applications beside what is asked of it" },
  { table: "sign_in_attempts", why: "wrong guesses are counted" },
  { table: "store_probe", why: "an instance that is asked whether it is ready proves that it can write" },
  { table: "key_instances", why: "an instance says that it lives" },
  { table: "signing_keys", why: "the server makes the next key when it is time" },
  {
    table: "oidc_records",
    rows: ({ model, account_id }) =>
      model === "ReplayDetection" ||
      model === "AuthorizationCode" ||
      model === "DeviceCode" ||
      (model === "Session" && account_id === null),
    why: "an assertion or code that was presented was used, whatever came of it; a session of nobody opens nothing",
  },
];

/**
 * Reads a store, or gives the last reading again where nobody has written since: suites read it around each request
 * they compare. The reading may be newer than the version it was asked for with, never older.
 */
export async function readWholeStore(db: Database): Promise<WholeStore> {
  const version = await versionOf(db);
  const last = readings.get(db);
  if (last?.version === version) return last.rows;
  const known = last?.judged ?? new Map<string, string | undefined>();
  const judgedNow = new Map<string, string | undefined>();
  for (const { name, row } of await everyRow(db)) {
    const key = `${name} ${row}`;
    judgedNow.set(key, known.has(key) ? known.get(key) : judgedText(name, row));
  }
  const rows = new Set([...judgedNow.values()].filter((text) => text !== undefined));
  readings.set(db, { version, rows, judged: judgedNow });
  return rows;
}

interface Reading {
  version: string;
  rows: WholeStore;
  /** What became of each row as it was read; most are the same the next time. */
  judged: ReadonlyMap<string, string | undefined>;
}
const readings = new WeakMap<Database, Reading>();
const partial = new Map(exempt.flatMap(({ table, rows }) => (rows ? [[table, rows] as const] : [])));

function judgedText(name: string, row: string): string | undefined {
  const judgedRow = JSON.parse(row) as Record<string, unknown>;
  if (partial.get(name)?.(judgedRow) === true) return undefined;
  return `${name} ${JSON.stringify(judged(judgedRow))}`;
}

// Of SQLite what this connection has changed, and whether others have; of PostgreSQL which transactions are to be seen,
// of every database of the server: the same answer twice means that no row was written between.
const sqliteVersion =
  "select total_changes() || ' ' || (select data_version from pragma_data_version)" +
  " || ' ' || (select schema_version from pragma_schema_version) as version";

async function versionOf(db: Database): Promise<string> {
  if (!isPostgres(db)) return (await readSqlite<{ version: string }>(db, sqliteVersion))[0]?.version ?? "";
  const { rows } = await db.raw("select pg_current_snapshot()::text as version");
  return rows[0].version;
}

const statements = new WeakMap<Database, string>();

async function everyRow(db: Database): Promise<StoredRow[]> {
  const read = async (sql: string): Promise<StoredRow[]> =>
    isPostgres(db) ? (await db.raw(sql)).rows : readSqlite<StoredRow>(db, sql);
  const known = statements.get(db);
  const statement = known ?? (await statementFor(db));
  statements.set(db, statement);
  // A test that takes a table away changes what there is to read.
  return read(statement).catch(async (error: unknown) => {
    if (known === undefined) throw error;
    const anew = await statementFor(db);
    statements.set(db, anew);
    return read(anew);
  });
}

interface StoredRow {
  name: string;
  row: string;
}
interface Prepared {
  all(): unknown[];
}
const prepared = new WeakMap<object, Map<string, Prepared>>();

// Past knex, which prepares anew each time: for a statement over every table that takes longer than reading them.
async function readSqlite<Row>(db: Database, sql: string): Promise<Row[]> {
  const connection = await db.client.acquireConnection();
  try {
    const ofConnection = prepared.get(connection) ?? new Map<string, Prepared>();
    prepared.set(connection, ofConnection);
    const statement = ofConnection.get(sql) ?? (connection.prepare(sql) as Prepared);
    ofConnection.set(sql, statement);
    return statement.all() as Row[];
  } finally {
    await db.client.releaseConnection(connection);
  }
}

async function statementFor(db: Database): Promise<string> {
  const left = new Set(exempt.filter(({ rows }) => rows === undefined).map(({ table }) => table));
  const parts: string[] = [];
  for (const table of await tablesOf(db)) {
    if (left.has(table)) continue;
    const columns = Object.keys(await db(table).columnInfo());
    const object = columns.map((column) => `'${column}', "${column}"`).join(", ");
    parts.push(
      isPostgres(db)
        ? `select '${table}' as name, to_jsonb(t)::text as row from "${table}" t`
        : `select '${table}' as name, json_object(${object}) as row from "${table}"`,
    );
  }
  return parts.join(" union all ");
}

// A code or refresh token that comes again ends all that came of its grant (RFC 9700 section 4.14.2), and a sign-in that
// was cancelled or denied is over; a posted request is taken once: things only go.
const endsFamily =
  /^- (oidc_records \{"model":"(Grant|AuthorizationCode|AccessToken|RefreshToken|Interaction)"|posted_requests \{)/;

/** What is in one reading and not in the other, as `+ table {…}` and `- table {…}`. */
export function differencesOf(before: WholeStore, after: WholeStore): string[] {
  return [
    ...[...after].filter((row) => !before.has(row)).map((row) => `+ ${row}`),
    ...[...before].filter((row) => !after.has(row)).map((row) => `- ${row}`),
  ].filter((difference) => !endsFamily.test(difference));
}

// A browser session that is used lives on, and remembers what its sign-out page asked: that gives nobody anything.
function judged(row: Record<string, unknown>): Record<string, unknown> {
  if (row["model"] !== "Session") return row;
  const { accountId, loginTs, amr, acr, authorizations } = JSON.parse(String(row["payload"]));
  return { ...row, expires_at_ms: null, payload: { accountId, loginTs, amr, acr, authorizations } };
}

async function tablesOf(db: Database): Promise<string[]> {
  const names = isPostgres(db)
    ? await db("information_schema.tables")
        .whereRaw("table_schema = current_schema()")
        .pluck<string[]>("table_name")
    : await db("sqlite_master").where("type", "table").pluck<string[]>("name");
  return names.filter((name) => !/^(knex_|sqlite_)/.test(name)).sort();
}

/** The tables of the rows in which a text stands, each once for each row. */
export async function rowsNaming(db: Database, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const table of await tablesOf(db)) {
    for (const row of await db(table).select("*")) if (JSON.stringify(row).includes(text)) found.push(table);
  }
  return found;
}
