// One-time links that are mailed to people, as hashes.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("account_links", (table) => {
    // The link's secret as SHA-256: who reads the table can open none.
    table.text("secret_hash").primary();
    table.text("purpose").notNullable();
    table.text("account_id").notNullable();
    // The address it was mailed to, as people sign in with it: a link for the one before opens nothing.
    table.text("login_key").notNullable();
    // How often the person's sign-ins had been ended: what ends them ends the link.
    table.integer("sign_in_generation").notNullable();
    table.bigInteger("created_at_ms").notNullable();
    table.bigInteger("expires_at_ms").notNullable();
    table.index(["expires_at_ms"]);
    table.index(["account_id"]);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("account_links");
}
