// Links by which a customer's administrator reaches the page of their onboarding: one a tenant, secrets as hashes.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("onboarding_links", (table) => {
    // Names the link in addresses and in the trail; opens nothing.
    table.text("id").primary();
    // A new link takes the place of the one before.
    table.text("tenant_id").notNullable().unique();
    // Which of the tenant's lives it belongs to: disabled, even if enabled again, the tenant has another.
    table.integer("tenant_generation").notNullable();
    // What the link carries, as SHA-256.
    table.text("secret_hash").notNullable();
    // The browser that used it: what it brought when it did, and what it was given, as SHA-256.
    table.text("browser_hash");
    table.text("session_hash");
    table.bigInteger("created_at_ms").notNullable();
    table.bigInteger("expires_at_ms").notNullable();
    table.bigInteger("opened_at_ms");
    table.index(["expires_at_ms"]);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("onboarding_links");
}
