// What people let other vendors' applications have, per person, application and organization: asked once, in whatever browser.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("consents", (table) => {
    table.text("account_id").notNullable();
    table.text("client_id").notNullable();
    table.text("tenant_id").notNullable();
    // Apart by spaces; and at APIs, as JSON by their identifiers.
    table.text("scopes").notNullable();
    table.text("resources").notNullable();
    // As they were when it was given: of what ended and came back nothing stands.
    table.integer("sign_in_generation").notNullable();
    table.integer("client_generation").notNullable();
    table.bigInteger("member_since_ms").notNullable();
    table.integer("tenant_generation").notNullable();
    // The client whose word the person was signed in by; null: their own proof, here.
    table.text("vouching_client_id");
    // The browser session it was given in last: who ends that one takes back what was given there.
    table.text("session_uid_hash").notNullable();
    table.bigInteger("given_at_ms").notNullable();
    table.bigInteger("used_at_ms").notNullable();
    table.primary(["account_id", "client_id", "tenant_id"]);
    table.index(["client_id"]);
    table.index(["tenant_id"]);
    table.index(["vouching_client_id"]);
    table.index(["session_uid_hash"]);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("consents");
}
