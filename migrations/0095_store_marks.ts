// What a store says of itself as a whole: that it is being moved, or was, and where to. An older version does not ask.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("store_marks", (table) => {
    table.text("name").primary();
    // JSON.
    table.text("details").notNullable();
    table.bigInteger("at_ms").notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("store_marks");
}
