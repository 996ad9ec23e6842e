// One-time links by which the first owner is made while there is none, as hashes.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("first_links", (table) => {
    // The link's secret as SHA-256: who reads the table can open none.
    table.text("secret_hash").primary();
    table.bigInteger("created_at_ms").notNullable();
    table.bigInteger("expires_at_ms").notNullable();
    table.index(["expires_at_ms"]);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("first_links");
}
