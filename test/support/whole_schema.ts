// Owns reading a store's whole schema: tables, columns, indexes, and what rows must keep to.
import { type Database, isPostgres } from "../../src/db/connect.ts";

// SQLite keeps the words a table was made with, in whatever order its columns came to be; of its indexes, the words.
const sqlite = `
  select 'column' as type, t.name || '.' || c.name as name,
    lower(c.type) || ' ' || c."notnull" || ' ' || coalesce(trim(c.dflt_value, ''''), '') || ' ' || c.pk as sql
  from sqlite_master t, pragma_table_info(t.name) c where t.type = 'table'
  union all
  select 'reference', t.name || '.' || f."from", f."table" || '.' || f."to"
  from sqlite_master t, pragma_foreign_key_list(t.name) f where t.type = 'table'
  union all
  select 'index', name, replace(replace(lower(sql), '\`', ''), ' ', '') from sqlite_master where type = 'index' and sql is not null`;
const postgres = `
  select 'column' as type, c.relname || '.' || a.attname as name,
    format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '') as sql
  from pg_class c join pg_attribute a on a.attrelid = c.oid
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
  union all
  select 'index', c.relname, pg_get_indexdef(c.oid) || case when i.indisvalid then '' else ' (invalid)' end
  from pg_index i join pg_class c on c.oid = i.indexrelid where c.relnamespace = 'public'::regnamespace
  union all
  select 'constraint', conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid)
  from pg_constraint where connamespace = 'public'::regnamespace`;

/** Everything that makes up a store's schema, a line each, in order. */
export async function schemaOf(db: Database): Promise<string[]> {
  const answer = await db.raw(isPostgres(db) ? postgres : sqlite);
  const rows = (isPostgres(db) ? answer.rows : answer) as { type: string; name: string; sql: string }[];
  return rows.map(({ type, name, sql }) => `${type} ${name}: ${sql}`).sort();
}
