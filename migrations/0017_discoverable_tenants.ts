// Whether strangers may be told a tenant's name before anybody has signed in.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("tenants", (table) => {
    // When the tenant chose to be found. Null: it did not.
    table.bigInteger("discoverable_at_ms");
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable("tenants", (table) => {
    table.dropColumn("discoverable_at_ms");
  });
}
