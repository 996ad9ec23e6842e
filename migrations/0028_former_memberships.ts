// Which tenants an account belonged to: whoever was removed from one customer stays out of another's reach.
// Memberships that ended before are taken from the audit trail.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("former_memberships", (table) => {
    // No reference to accounts or tenants: what is deleted leaves its rows, which then count for nobody else.
    table.text("account_id").notNullable();
    table.text("tenant_id").notNullable();
    table.bigInteger("ended_at_ms").notNullable();
    table.primary(["account_id", "tenant_id"]);
  });
  await db.raw(`insert into former_memberships (account_id, tenant_id, ended_at_ms)
    select account_id, tenant_id, max(at_ms) from audit_events
    where type = 'membership.deleted' and account_id is not null and tenant_id is not null
    group by account_id, tenant_id`);
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("former_memberships");
}
