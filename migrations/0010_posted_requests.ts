// Requests that relying parties post because they are too long for an address, between the post and the browser's
// next step.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("posted_requests", (table) => {
    table.text("id_hash").primary();
    table.text("path").notNullable();
    table.text("query").notNullable();
    table.bigInteger("expires_at_ms").notNullable();
    table.index(["expires_at_ms"]);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("posted_requests");
}
