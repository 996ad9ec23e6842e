// Owns judging whether the schema of a PostgreSQL database is the one that the migrations make, and nothing more: a trigger, rule,
// policy or function that waits there would act on what arrives.
import { randomBytes } from "node:crypto";
import { type Database, isPostgres } from "../db/connect.ts";
import { migrateUp } from "../db/migrate.ts";
import { OperationError } from "../errors.ts";

// What acts by itself, or is called instead of what PostgreSQL has under that name. No migration makes any.
const actingSql = `
  select 'the trigger ' || tgname || ' of ' || c.relname as line
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = current_schema()::regnamespace and (not tgisinternal or tgenabled <> 'O')
  union all select 'the rule ' || rulename || ' of ' || c.relname
    from pg_rewrite r join pg_class c on c.oid = r.ev_class where c.relnamespace = current_schema()::regnamespace
  union all select 'the policy ' || polname || ' of ' || c.relname
    from pg_policy p join pg_class c on c.oid = p.polrelid where c.relnamespace = current_schema()::regnamespace
  union all select 'the function ' || p.oid::regprocedure
    from pg_proc p where p.pronamespace::regnamespace::text = any (select quote_ident(s) from unnest(current_schemas(false)) s)
  union all select 'the operator ' || o.oid::regoperator
    from pg_operator o where o.oprnamespace::regnamespace::text = any (select quote_ident(s) from unnest(current_schemas(false)) s)
  union all select 'the event trigger ' || evtname from pg_event_trigger where evtenabled <> 'D'`;

// Everything that hangs on the schema, and what makes each table up.
const madeSql = `
  select 'the ' || pg_describe_object(classid, objid, 0) as line
    from pg_depend where refclassid = 'pg_namespace'::regclass and refobjid = current_schema()::regnamespace
  union all select concat_ws(' ', 'the table', relname, relkind, relpersistence, relrowsecurity, relforcerowsecurity, relispartition,
      (select string_agg(inhparent::regclass::text, ',') from pg_inherits where inhrelid = c.oid))
    from pg_class c where relnamespace = current_schema()::regnamespace and relkind not in ('i', 'I')
  union all select concat_ws(' ', 'the column', c.relname || '.' || attname, format_type(atttypid, atttypmod), attnotnull,
      'default', pg_get_expr(adbin, adrelid), 'generated', attgenerated, attidentity, (select collname from pg_collation where oid = attcollation))
    from pg_attribute a join pg_class c on c.oid = a.attrelid
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where c.relnamespace = current_schema()::regnamespace and c.relkind not in ('i', 'I') and attnum > 0 and not attisdropped
  union all select concat_ws(' ', 'the constraint', conname, 'of', c.relname, pg_get_constraintdef(k.oid), convalidated)
    from pg_constraint k join pg_class c on c.oid = k.conrelid
    where c.relnamespace = current_schema()::regnamespace and contype in ('c', 'f', 'p', 'u', 'x', 't')
  union all select concat_ws(' ', 'the index', pg_get_indexdef(indexrelid), indisvalid)
    from pg_index i join pg_class c on c.oid = i.indrelid where c.relnamespace = current_schema()::regnamespace`;

/**
 * Asserts that nothing in the database acts by itself: asked before anything is made there. (SQLite is nobody's target.)
 * @throws OperationError store_differs
 */
export async function assertNothingActs(target: Database): Promise<void> {
  if (!isPostgres(target)) return;
  const [first] = await linesOf(target, actingSql);
  if (first !== undefined) throw foreign(first);
}

/**
 * Asserts that a migrated database has, in the schema of its tables, what the migrations make and nothing else. They are run once
 * more, in a schema that is never committed, to compare: for that the role must be the database's owner, or have `create` on it.
 * @throws OperationError store_differs, unavailable
 */
export async function assertOwnPostgres(target: Database): Promise<void> {
  await assertNothingActs(target);
  const [here, made] = [await linesOf(target, madeSql), await madeAnew(target)];
  const extra = here.find((line) => !made.includes(line));
  if (extra !== undefined) throw foreign(extra);
  const missing = made.find((line) => !here.includes(line));
  if (missing !== undefined) throw foreign(`another thing than ${missing}`);
}

async function madeAnew(target: Database): Promise<string[]> {
  const schema = `tti_compared_${randomBytes(8).toString("hex")}`;
  const trx = await target.transaction();
  try {
    await trx.raw(`create schema ${schema}`).catch((cause: unknown) => {
      throw new OperationError(
        "unavailable",
        "The role may make no schema in the database, which its own is compared with.",
        {
          field: "to",
          fix: "Make the role the owner of the database, or: grant create on database … to …",
          cause,
        },
      );
    });
    await trx.raw(`set local search_path to ${schema}`);
    await migrateUp(trx);
    return await linesOf(trx, madeSql);
  } finally {
    await trx.rollback();
  }
}

async function linesOf(db: Database, sql: string): Promise<string[]> {
  const asked = `select line, quote_ident(current_schema()) as schema from (${sql}) lines order by 1`;
  const { rows } = (await db.raw(asked)) as { rows: { line: string; schema: string }[] };
  return rows.map(({ line, schema }) => line.replaceAll(`${schema}.`, ""));
}

const foreign = (what: string): OperationError =>
  new OperationError("store_differs", `The database has ${what}, which no migration of this product makes.`, {
    field: "to",
    fix: "Name a database that holds nothing: createdb --template template0.",
  });
