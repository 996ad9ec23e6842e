// Owns reading a whole store, row by row, and telling two readings apart: what a request left behind.
import { type Database, isPostgres } from "../../src/db/connect.ts";

/** Every row of every table, as `table {…}`. */
export type WholeStore = ReadonlySet<string>;

// Rows that are there to be written whatever the answer is, each with its reason.
const exempt: readonly { table: string; rows?: (row: Record<string, unknown>) => boolean; why: string }[] = [
  { table: "audit_events", why: "a refusal is recorded" },
  { table: "audit_blocks", why: "the server seals what is recorded, some seconds later" },
  { table: "sign_in_attempts", why: "wrong guesses are counted" },
  { table: "key_instances", why: "an instance says that it lives" },
  { table: "signing_keys", why: "the server makes the next key when it is time" },
  {
    table: "oidc_records",
    rows: ({ model }) => model === "ReplayDetection" || model === "AuthorizationCode",
    why: "an assertion or code that was presented was used, whatever came of it",
  },
];

/** Reads a store: one statement, since suites read it around each request they compare. */
export async function readWholeStore(db: Database): Promise<WholeStore> {
  const rows = new Set<string>();
  const partial = new Map(exempt.flatMap(({ table, rows }) => (rows ? [[table, rows] as const] : [])));
  for (const { name, row } of await everyRow(db)) {
    const judgedRow = JSON.parse(row) as Record<string, unknown>;
    if (partial.get(name)?.(judgedRow) !== true) rows.add(`${name} ${JSON.stringify(judged(judgedRow))}`);
  }
  return rows;
}

const statements = new WeakMap<Database, string>();

async function everyRow(db: Database): Promise<{ name: string; row: string }[]> {
  const known = statements.get(db);
  const statement = known ?? (await statementFor(db));
  statements.set(db, statement);
  // A test that takes a table away changes what there is to read.
  const answer = await db.raw(statement).catch(async (error: unknown) => {
    if (known === undefined) throw error;
    const anew = await statementFor(db);
    statements.set(db, anew);
    return db.raw(anew);
  });
  return isPostgres(db) ? answer.rows : answer;
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

// A code or refresh token that comes again ends all that came of its grant (RFC 9700 section 4.14.2): things only go.
const endsFamily = /^- oidc_records \{"model":"(Grant|AuthorizationCode|AccessToken|RefreshToken)"/;

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
