// Owns filling a store in a few statements with copies of what the product itself wrote for a seed: two people of one
// customer, their sessions, grants, tokens and events. So the copies are of the shape of life, whatever that becomes.
import type pg from "pg";
import { copySql, wordsOf } from "./growth_words.ts";

/** How large a store is made. Two people are one pair: one signs in here, and one is named by the customer's ISV. */
export interface GrowthSize {
  tenants: number;
  people: number;
  /** Stored records of sessions, grants, codes, tokens and used assertions. */
  tokens: number;
  /** Events of the trail, sealed. */
  events: number;
}

type Row = Readonly<Record<string, unknown>>;

/** What the product wrote for the seed, by table. */
export interface Template {
  localAccountId: string;
  rows: Readonly<Record<string, readonly Row[]>>;
}

const ofTenant = ["tenants", "tenant_domains", "tenant_id_looks"];
const ofPair = ["accounts", "memberships", "session_vouchers", "sign_in_attempts"];
const ofTokens = "oidc_records";
const ofEvents = "audit_events";
/** Every table that is filled. */
export const filledTables: readonly string[] = [...ofTenant, ...ofPair, ofTokens, ofEvents];
/** What an instance keeps for itself, and what there is one of. */
const ownTables = [
  "audit_blocks",
  "audit_retention",
  "key_instances",
  "login_name_keys",
  "signing_keys",
  "store_probe",
];

/** How many rows each table has. */
export async function countRows(client: pg.Client): Promise<ReadonlyMap<string, number>> {
  const { rows: tables } = await client.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' order by 1",
  );
  const counts = new Map<string, number>();
  for (const { name } of tables) {
    const { rows } = await client.query<{ count: string }>(`select count(*) from ${name}`);
    counts.set(name, Number(rows[0]?.count));
  }
  return counts;
}

/**
 * Reads what the product wrote for the seed.
 * @param before how many rows there were before the seed did anything
 * @throws Error if it wrote to a table that is not filled
 */
export async function readTemplate(
  client: pg.Client,
  localAccountId: string,
  before: ReadonlyMap<string, number>,
): Promise<Template> {
  const after = await countRows(client);
  const forgotten = [...after].filter(
    ([table, count]) =>
      count > (before.get(table) ?? 0) && !filledTables.includes(table) && !ownTables.includes(table),
  );
  if (forgotten.length > 0)
    throw new Error(`what the seed did left rows in ${forgotten.map(([table]) => table)}: fill these too`);
  const rows: Record<string, readonly Row[]> = {};
  for (const table of filledTables) {
    const { rows: all } = await client.query<Row>(`select * from ${table}`);
    rows[table] = all.map(toNumbers).filter((row) => !isOfInstallation(row));
  }
  // What there is one of comes first, should a pair have fewer tokens than the seed.
  const models = ["Session", "Grant"];
  const place = ({ model }: Row) => (models.includes(String(model)) ? models.indexOf(String(model)) : 9);
  rows[ofTokens] = (rows[ofTokens] ?? []).toSorted((one, other) => place(one) - place(other));
  return { localAccountId, rows };
}

// The installation has a customer of its own, in whom nobody is.
const isOfInstallation = (row: Row): boolean => Object.values(row).includes("acme");
const toNumbers = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      typeof value === "string" && column.endsWith("_ms") ? Number(value) : value,
    ]),
  );

const atOnce = 100_000;
const eventsOfBlock = 500;

/**
 * Fills a store.
 * @param client a connection without limits
 * @param told is told how far it is
 */
export async function fillStore(
  client: pg.Client,
  template: Template,
  { tenants, people, tokens, events }: GrowthSize,
  told: (text: string) => void,
): Promise<void> {
  const pairs = Math.floor(people / 2);
  const words = wordsOf(template.localAccountId, tenants);
  const copy = async (table: string, row: Row, count: number, own: Readonly<Record<string, string>> = {}) => {
    const columns = Object.keys(row);
    const values = columns.map((column) => own[column] ?? copySql(table, column, row[column], words));
    for (let from = 1; from <= count; from += atOnce) {
      const to = Math.min(count, from + atOnce - 1);
      await client.query(`insert into ${table} (${columns.join(", ")})
        select ${values.join(", ")} from generate_series(${from}, ${to}) as i`);
    }
  };
  const restore = await takeIndexes(client);
  for (const table of ofTenant) for (const row of template.rows[table] ?? []) await copy(table, row, tenants);
  for (const table of ofPair) for (const row of template.rows[table] ?? []) await copy(table, row, pairs);
  told(`${people.toLocaleString("en-US")} people in ${tenants.toLocaleString("en-US")} customers`);
  for (const [count, row] of shared(tokens, pairs, template.rows[ofTokens] ?? [])) {
    await copy(ofTokens, row, count);
    told(`  ${count.toLocaleString("en-US")} of ${row["model"]}`);
  }
  const { rows } = await client.query<{ last: number }>(
    "select coalesce(max(number), 0)::int as last from audit_blocks",
  );
  let sealed = (rows[0]?.last ?? 0) * eventsOfBlock;
  for (const [count, row] of shared(events, pairs, template.rows[ofEvents] ?? [])) {
    await copy(ofEvents, row, count, {
      // Each in a second of its own, all before those that come while it is measured.
      at_ms: `${Number(row["at_ms"])} - (${sealed} + i) * 1000::bigint`,
      block_number: `1 + (${sealed} + i - 1) / ${eventsOfBlock}`,
      block_place: `(${sealed} + i - 1) % ${eventsOfBlock}`,
    });
    sealed += count;
  }
  told(`  ${events.toLocaleString("en-US")} events`);
  await client.query(`insert into audit_blocks
      (number, previous_hash, events, root, first_at_ms, last_at_ms, sealed_at_ms, hash, seal)
    select number, 'h', ${eventsOfBlock}, 'r', 1, 1, 1, 'h' || number, 's'
    from generate_series(${(rows[0]?.last ?? 0) + 1}, ${Math.ceil(sealed / eventsOfBlock)}) as number`);
  await restore((index) => told(`  index ${index}`));
  await client.query("vacuum analyze");
}

// So many copies of each row of a pair that it is as many in all.
function* shared(total: number, pairs: number, rows: readonly Row[]): Iterable<[number, Row]> {
  let left = total;
  for (const row of rows) {
    const count = Math.min(left, pairs);
    if (count > 0) yield [count, row];
    left -= count;
  }
  if (left > 0) throw new Error(`the seed left ${rows.length} rows a pair, which is ${left} too few`);
}

interface Definition {
  table: string;
  name: string;
  definition: string;
}

// An index is made in less time than it is kept, row by row; primary keys too.
async function takeIndexes(client: pg.Client): Promise<(told: (name: string) => void) => Promise<void>> {
  const tables = filledTables.map((table) => `'${table}'`).join(", ");
  const { rows: constraints } = await client.query<Definition & { kind: string }>(
    `select c.conrelid::regclass::text as table, c.conname as name, pg_get_constraintdef(c.oid) as definition,
       c.contype as kind
     from pg_constraint c where c.contype in ('f', 'p', 'u') and (c.conrelid::regclass::text in (${tables})
       or c.confrelid <> 0 and c.confrelid::regclass::text in (${tables}))
     order by c.contype, c.conname`,
  );
  const { rows: indexes } = await client.query<Definition>(
    `select tablename as table, indexname as name, indexdef as definition from pg_indexes
     where schemaname = 'public' and tablename in (${tables})
       and not exists (select 1 from pg_constraint where conname = indexname)`,
  );
  for (const { table, name } of constraints)
    await client.query(`alter table ${table} drop constraint ${name}`);
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  return async (told) => {
    // Keys first: what refers to them comes last.
    const inOrder = constraints.toSorted(
      (one, other) => Number(one.kind === "f") - Number(other.kind === "f"),
    );
    for (const { table, name, definition } of inOrder.filter(({ kind }) => kind !== "f")) {
      told(name);
      await client.query(`alter table ${table} add constraint ${name} ${definition}`);
    }
    for (const { name, definition } of indexes) {
      told(name);
      await client.query(definition);
    }
    for (const { table, name, definition } of inOrder.filter(({ kind }) => kind === "f"))
      await client.query(`alter table ${table} add constraint ${name} ${definition}`);
  };
}
