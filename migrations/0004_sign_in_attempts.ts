// How fast sign-in may be tried, per account and per address, and which pairs of the two have succeeded.
// Keys are SHA-256 hashes: the table names nobody.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("sign_in_attempts", (table) => {
    table.text("key_hash").primary();
    // Of a rate: the moment until which the attempts made are paid off. Of a known pair: when it is forgotten.
    table.bigInteger("until_ms").notNullable();
    table.index(["until_ms"]);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("sign_in_attempts");
}
