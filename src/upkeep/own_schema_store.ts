// Owns judging whether the schema of an embedded store is the one that this product's own migrations make, and nothing more: a
// trigger or a view in a file would act in the store's name once it serves.
import { connectDatabase, type Database } from "../db/connect.ts";
import { migrationLimits } from "../db/dialects.ts";
import { migrateAs } from "../db/migrate.ts";
import { OperationError } from "../errors.ts";
import { noteSchema } from "./backup_note_store.ts";

interface SchemaRow {
  type: string;
  name: string;
  on: string;
  sql: string | null;
}

// What SQLite itself makes when somebody has it look at the rows; it serves plans alone.
const statistics = [
  "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
  "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
];

/**
 * Asserts that a file has no table, index, trigger, view, column, default or check but those that the migrations make which it
 * says it has had, and that its header says nothing that a store of ours does not say. It is asked with a schema that may call
 * nothing (SQLite's trusted_schema; the driver keeps it from writing its own schema). A file of a newer version, or of no version,
 * is left to who asks for its version.
 * @param known names of the migrations of this version
 * @throws OperationError backup_unusable
 */
export async function assertOwnSchema(db: Database, known: ReadonlySet<string>): Promise<void> {
  await db.raw("pragma trusted_schema = off");
  await db.raw("pragma cell_size_check = on");
  const rows = await readSchema(db);
  const acting = rows.find(({ type, sql }) => !["table", "index"].includes(type) || isVirtual(sql));
  if (acting !== undefined) throw foreign(`the ${acting.type} ${acting.name}`);
  if (!rows.some(({ type, name }) => type === "table" && name === "schema_migrations")) return;
  const applied = (await db.raw("select name from schema_migrations order by id")) as { name: string }[];
  const names = applied.map(({ name }) => name);
  if (names.length === 0 || names.some((name) => !known.has(name))) return;
  const fresh = connectDatabase({ memory: true }, migrationLimits);
  try {
    await migrateAs(fresh, names).catch((cause: unknown) => {
      throw foreign("an order of migrations", cause);
    });
    const ours = (await readSchema(fresh)).map(lineOf);
    const here = rows.filter(({ sql }) => !statistics.includes(sql ?? ""));
    const extra = here.find((row) => !ours.includes(lineOf(row)) && lineOf(row) !== noteLine);
    if (extra !== undefined) throw foreign(`the ${extra.type} ${extra.name}`);
    const lines = new Set(here.map(lineOf));
    const missing = ours.find((line) => !lines.has(line));
    if (missing !== undefined || lines.size !== here.length)
      throw foreign(`another ${missing ?? "object twice"}`);
    const [said, says] = [await readHeader(db), await readHeader(fresh)];
    if (said !== says) throw foreign(`${said} in its header, where a store has ${says}`);
  } finally {
    await fresh.destroy();
  }
}

const isVirtual = (sql: string | null): boolean => /^\s*create\s+virtual/i.test(sql ?? "");

async function readSchema(db: Database): Promise<SchemaRow[]> {
  return db.raw('select type, name, tbl_name as "on", sql from sqlite_schema order by type, name');
}

async function readHeader(db: Database): Promise<string> {
  const values: string[] = [];
  for (const name of ["application_id", "user_version", "encoding"]) {
    const [row] = (await db.raw(`pragma ${name}`)) as Record<string, unknown>[];
    values.push(`${name} ${row?.[name]}`);
  }
  return values.join(", ");
}

// Written otherwise, but the same: spaces, capital letters and the quotes of names. What stands in a text stays as it is.
function lineOf({ type, name, on, sql }: SchemaRow): string {
  return `${type} ${name} on ${on}: ${normalise(sql ?? "")}`;
}

function normalise(sql: string): string {
  const tokens = sql.match(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|\w+|[^\s\w]/g) ?? [];
  return tokens.map(normaliseToken).join(" ");
}

function normaliseToken(token: string): string {
  if (token.startsWith("'")) return token;
  // A migration taken back makes its table anew, with every name in quotes.
  return (/^(?:`(\w+)`|"(\w+)"|\[(\w+)\])$/.exec(token)?.slice(1).find(Boolean) ?? token).toLowerCase();
}

const noteLine = lineOf({ type: "table", name: "tti_backup", on: "tti_backup", sql: noteSchema });

const foreign = (what: string, cause?: unknown): OperationError =>
  new OperationError("backup_unusable", `The file has ${what}, which no migration of this product makes.`, {
    fix: "It was changed since `tti backup` made it: take another. Something of your own in the store has to go before its backup.",
    ...(cause === undefined ? {} : { cause }),
  });
