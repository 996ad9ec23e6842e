// What the whole life of people and tenants needs: sessions that were ended one by one, so that what was on its way of
// them opens nothing; how often memberships of an account ended, so that a login is not for one that came later; the
// ids of tenants that were ever given, by how they look; and the indexes by which people and tenants are searched.
import type { Knex } from "knex";

const isPostgres = (db: Knex): boolean => db.client.driverName === "pg";

// Without regard to the capitals A to Z, and in the order of the bytes, on both stores.
const folded = (db: Knex, column: string): string =>
  isPostgres(db) ? `lower(${column} collate "C")` : `lower(${column})`;
// What stands behind the first space of a name.
const behindSpace = (db: Knex, column: string): string =>
  isPostgres(db)
    ? `lower(substr(${column}, strpos(${column}, ' ') + 1) collate "C")`
    : `lower(substr(${column}, instr(${column}, ' ') + 1))`;

const indexes = (db: Knex): Readonly<Record<string, string>> => ({
  oidc_records_session: "oidc_records (session_uid_hash) where session_uid_hash is not null",
  oidc_records_sessions_of: "oidc_records (account_id, uid_hash) where model = 'Session'",
  oidc_records_grants_of: "oidc_records (account_id, id_hash) where model = 'Grant'",
  accounts_by_email: `accounts (${folded(db, "email")}, id)`,
  accounts_by_name: `accounts (${folded(db, "name")}, id)`,
  accounts_by_surname: `accounts (${behindSpace(db, "name")}, id)`,
  memberships_by_email: `memberships (${folded(db, "email")}, account_id) where email is not null`,
  memberships_by_name: `memberships (${folded(db, "name")}, account_id) where name is not null`,
  memberships_by_surname: `memberships (${behindSpace(db, "name")}, account_id) where name is not null`,
  accounts_disabled: "accounts (id) where disabled_at_ms is not null",
  accounts_unproven: "accounts (id) where disabled_at_ms is null and email_verified_at_ms is null",
  accounts_enabled: "accounts (id) where disabled_at_ms is null and email_verified_at_ms is not null",
  tenants_by_id: `tenants (${folded(db, "id")}, id)`,
  tenants_by_name: `tenants (${folded(db, "name")}, id)`,
  tenants_disabled: "tenants (id) where disabled_at_ms is not null",
});

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("ended_sessions", (table) => {
    // As oidc_records.uid_hash of the session.
    table.text("session_uid_hash").primary();
    table.bigInteger("ended_at_ms").notNullable();
    // Until when something of it may be on its way.
    table.bigInteger("expires_at_ms").notNullable();
    table.index(["expires_at_ms"]);
  });
  await db.schema.alterTable("oidc_records", (table) => {
    // The session it came from, as ended_sessions names it.
    table.text("session_uid_hash");
  });
  await db.schema.alterTable("accounts", (table) => {
    // One more each time a membership of the account ends.
    table.integer("membership_endings").notNullable().defaultTo(0);
  });
  await db.schema.alterTable("former_memberships", (table) => {
    // The account's number once it had ended. A login of a lower number is of before.
    table.integer("ending").notNullable().defaultTo(0);
  });
  await db.schema.alterTable("session_vouchers", (table) => {
    // The account's number when the person was verified.
    table.integer("membership_endings").notNullable().defaultTo(0);
  });
  // Of what does not say of which number it is nobody knows whether it is of before.
  await db("former_memberships").update({ ending: 1 });
  await db.raw(
    "update accounts set membership_endings = 1 where id in (select account_id from former_memberships)",
  );
  await db.schema.alterTable("tenants", (table) => {
    // A deleted tenant keeps its row, empty and disabled, so that its id is given to nobody else.
    table.bigInteger("deleted_at_ms");
  });
  // How an id looks (tenants/look_alike.ts), and whose it is. What looks the same already stays so.
  await db.schema.createTable("tenant_id_looks", (table) => {
    table.text("look").primary();
    table.text("tenant_id").notNullable();
  });
  await db.raw(`insert into tenant_id_looks (look, tenant_id)
    select ${look("id")}, min(id) from tenants group by ${look("id")}`);
  await db.raw(`insert into tenant_id_looks (look, tenant_id)
    select ${look("replace(id, 'I', 'l')")}, min(id) from tenants where true
    group by ${look("replace(id, 'I', 'l')")} on conflict (look) do nothing`);
  for (const [name, on] of Object.entries(indexes(db))) await db.raw(`create index ${name} on ${on}`);
}

function look(id: string): string {
  return `replace(replace(replace(lower(${id}), '_', '-'), '0', 'o'), '1', 'l')`;
}

export async function down(db: Knex): Promise<void> {
  for (const name of Object.keys(indexes(db))) await db.raw(`drop index ${name}`);
  // What was ended stays ended for a program that does not know these columns.
  await db.raw(`delete from oidc_records where exists (select 1 from ended_sessions e
    where e.session_uid_hash = oidc_records.session_uid_hash or e.session_uid_hash = oidc_records.uid_hash)`);
  await db.raw(`delete from session_vouchers where method = 'password' and exists (select 1 from former_memberships f
    where f.account_id = session_vouchers.account_id and f.ending > session_vouchers.membership_endings)`);
  await db.schema.dropTable("tenant_id_looks");
  await db.schema.dropTable("ended_sessions");
  for (const [table, column] of [
    ["tenants", "deleted_at_ms"],
    ["session_vouchers", "membership_endings"],
    ["former_memberships", "ending"],
    ["accounts", "membership_endings"],
    ["oidc_records", "session_uid_hash"],
  ] as const) {
    await db.schema.alterTable(table, (columns) => {
      columns.dropColumn(column);
    });
  }
}
