// Whether people of a tenant may close their accounts themselves.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("tenants", (table) => {
    // Since when; null: they may not.
    table.bigInteger("self_close_at_ms");
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable("tenants", (table) => {
    table.dropColumn("self_close_at_ms");
  });
}
