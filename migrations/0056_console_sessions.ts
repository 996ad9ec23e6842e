// Who is signed in to the console: a session of its own, because the admin port is another origin than the issuer. Each is
// bound to the browser session at the provider, and ends with it.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("console_sessions", (table) => {
    // The cookie as SHA-256: who reads the table can present none.
    table.text("id_hash").primary();
    table.text("session_uid").notNullable();
    table.text("account_id").notNullable();
    table.bigInteger("created_at_ms").notNullable();
    table.bigInteger("used_at_ms").notNullable();
    table.bigInteger("expires_at_ms").notNullable();
    table.index(["account_id"]);
    table.index(["expires_at_ms"]);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("console_sessions");
}
