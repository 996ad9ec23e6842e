// Logouts that applications have to be told of (OpenID Connect Back-Channel Logout 1.0): an outbox that any instance works off.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("logouts", (table) => {
    // Begins with the moment it was made, so that ids are in its order.
    table.text("id").primary();
    table.text("client_id").notNullable();
    table.text("account_id").notNullable();
    // The browser session that ended, by the hash of its uid; or that goes on, where only what the application had in it ended.
    table.text("session_uid_hash").notNullable();
    // By which name the application knows the session.
    table.text("sid").notNullable();
    table.text("state").notNullable();
    table.integer("attempts").notNullable();
    // Null: it waits no more.
    table.bigInteger("next_attempt_at_ms");
    table.bigInteger("give_up_at_ms").notNullable();
    table.text("fault");
    table.bigInteger("created_at_ms").notNullable();
    table.bigInteger("settled_at_ms");
    table.bigInteger("expires_at_ms").notNullable();
    table.unique(["session_uid_hash", "client_id"]);
    table.index(["next_attempt_at_ms"]);
    table.index(["client_id", "next_attempt_at_ms"]);
    table.index(["expires_at_ms"]);
    table.index(["account_id"]);
    table.index(["state", "id"]);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("logouts");
}
