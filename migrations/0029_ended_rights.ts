// When clients were disabled or deleted, and when a tenant was last enabled again: what ended stays ended.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("clients", (table) => {
    table.bigInteger("disabled_at_ms");
    // A deleted client keeps its row, empty of metadata, so that an instance that knew it learns of it.
    table.bigInteger("deleted_at_ms");
  });
  await db.schema.alterTable("tenants", (table) => {
    // A password that was typed before opens the tenant no more. Null: it never was disabled.
    table.bigInteger("reopened_at_ms");
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable("tenants", (table) => {
    table.dropColumn("reopened_at_ms");
  });
  // What was ended stays ended for a program that does not know these columns.
  await db("clients").whereNotNull("disabled_at_ms").orWhereNotNull("deleted_at_ms").delete();
  await db.schema.alterTable("clients", (table) => {
    table.dropColumns("disabled_at_ms", "deleted_at_ms");
  });
}
