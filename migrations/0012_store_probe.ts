// A row that readiness writes: a store that answers but takes no writes (disk full, read-only) is no use.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("store_probe", (table) => {
    table.text("name").primary();
    table.bigInteger("at_ms").notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("store_probe");
}
