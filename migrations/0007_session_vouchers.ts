// What a browser session was vouched for: by a password here, or by the ISV's word for one tenant. A session
// without a row opens nothing, so whoever was signed in before signs in once more.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("session_vouchers", (table) => {
    // As oidc_records.uid_hash of the session.
    table.text("session_uid_hash").notNullable();
    table.text("account_id").notNullable();
    // "password": this provider saw the proof itself. "handoff": the ISV's back end said so.
    table.text("method").notNullable();
    // The one tenant a handoff named; "*" for a password, which opens every tenant with passwords here.
    table.text("tenant_id").notNullable();
    // The client that vouched; null: nobody but this provider.
    table.text("client_id");
    // How the person proved it: a JSON list of names, and the class of the login.
    table.text("amr").notNullable();
    table.text("acr");
    table.bigInteger("auth_time_ms").notNullable();
    table.bigInteger("created_at_ms").notNullable();
    // When the sweeper last saw the session alive.
    table.bigInteger("checked_at_ms").notNullable();
    table.primary(["session_uid_hash", "method", "tenant_id"]);
    table.index(["account_id"]);
    table.index(["checked_at_ms"]);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("session_vouchers");
}
