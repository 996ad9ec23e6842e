// How often all that stood for a tenant was ended, as a number that every login for it is measured against; a login the
// ISV vouched for is measured by the number of the client that vouched besides. What waits on its way, or is written
// late, carries the numbers of when the ISV answered.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("tenants", (table) => {
    // One more each time the tenant is disabled or enabled.
    table.integer("generation").notNullable().defaultTo(0);
  });
  // What does not say of which generation it is, is of before the tenant was ever opened again.
  await db("tenants").whereNotNull("reopened_at_ms").update({ generation: 1 });
  // Nor can it be said of which generation of a client it is, where the client was ever ended.
  await db.raw(`delete from session_vouchers where client_id in
    (select client_id from audit_events where type in ('client.enabled', 'client.deleted') and client_id is not null)`);
  await db.schema.alterTable("session_vouchers", (table) => {
    // The tenant's number, and that of the client that vouched, when the ISV answered; of a password neither counts.
    table.integer("tenant_generation").notNullable().defaultTo(0);
    table.integer("client_generation").notNullable().defaultTo(0);
  });
}

export async function down(db: Knex): Promise<void> {
  // What was ended stays ended for a program that does not know these columns: logins, and sign-ins under way with one.
  await db.raw(`delete from session_vouchers where method = 'handoff' and not exists (select 1 from tenants t
    where t.id = session_vouchers.tenant_id and t.generation = session_vouchers.tenant_generation)`);
  await db.raw(`delete from session_vouchers where client_id is not null and not exists (select 1 from clients c
    where c.client_id = session_vouchers.client_id and c.generation = session_vouchers.client_generation)`);
  await db.raw(
    `delete from oidc_records where model = 'Interaction' and payload like '%"method":"handoff"%'`,
  );
  await db.schema.alterTable("session_vouchers", (table) => {
    table.dropColumns("tenant_generation", "client_generation");
  });
  await db.schema.alterTable("tenants", (table) => {
    table.dropColumn("generation");
  });
}
