// How an organization's pages look and whom they name: a row for each that has chosen something. It goes with its tenant; a
// version that knows nothing of it deletes tenants all the same, for their rows stay.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("tenant_brands", (table) => {
    table.text("tenant_id").primary().references("id").inTable("tenants");
    table.text("color");
    table.text("support_url");
    table.text("policy_url");
    table.text("terms_url");
    table.bigInteger("updated_at_ms").notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("tenant_brands");
}
