// Accounts, tenants, memberships, clients and the audit trail.
// Times are epoch milliseconds; a moment that may not have come is null.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("accounts", (table) => {
    table.text("id").primary();
    // What a local account signs in with: the e-mail address in lower case. Null: cannot sign in locally.
    table.text("login_key").unique();
    table.text("email");
    table.bigInteger("email_verified_at_ms");
    table.text("name");
    table.text("password_hash");
    table.bigInteger("disabled_at_ms");
    table.bigInteger("created_at_ms").notNullable();
    table.bigInteger("updated_at_ms").notNullable();
  });
  await db.schema.createTable("tenants", (table) => {
    // The id is what customers type as External Id at AWS, so it is chosen once and never reused.
    table.text("id").primary();
    table.text("name").notNullable();
    table.bigInteger("disabled_at_ms");
    table.bigInteger("created_at_ms").notNullable();
    table.bigInteger("updated_at_ms").notNullable();
  });
  await db.schema.createTable("memberships", (table) => {
    table.text("tenant_id").notNullable().references("id").inTable("tenants");
    table.text("account_id").notNullable().references("id").inTable("accounts");
    table.text("role").notNullable();
    table.bigInteger("created_at_ms").notNullable();
    table.primary(["tenant_id", "account_id"]);
    table.index(["account_id"]);
  });
  await db.schema.createTable("clients", (table) => {
    table.text("client_id").primary();
    // OpenID client metadata as JSON, as oidc-provider reads it.
    table.text("metadata").notNullable();
    table.bigInteger("created_at_ms").notNullable();
    table.bigInteger("updated_at_ms").notNullable();
  });
  await db.schema.createTable("audit_events", (table) => {
    table.text("id").primary();
    table.bigInteger("at_ms").notNullable();
    table.text("type").notNullable();
    table.text("tenant_id");
    table.text("account_id");
    table.text("client_id");
    table.text("actor");
    table.text("details").notNullable();
    table.index(["tenant_id", "at_ms"]);
    table.index(["at_ms"]);
  });
}

export async function down(db: Knex): Promise<void> {
  for (const table of ["audit_events", "clients", "memberships", "tenants", "accounts"]) {
    await db.schema.dropTable(table);
  }
}
