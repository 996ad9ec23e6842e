// What "keep my login page" and minting need: which accounts the ISV made, the address a membership
// carries, how a tenant's users log in, when a back end may act for them, and the domains a tenant has proven.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("accounts", (table) => {
    // When the ISV's word made the account; its id is then the ISV's own. Null: the account was made here.
    table.bigInteger("external_at_ms");
  });
  await db.schema.alterTable("memberships", (table) => {
    // The address the ISV named for this tenant; null: the account's own. Per tenant, so that a login for
    // one customer never changes the address in another customer's tokens.
    table.text("email");
    table.bigInteger("email_verified_at_ms");
    table.bigInteger("last_login_at_ms");
  });
  await db.schema.alterTable("tenants", (table) => {
    table.text("login_method").notNullable().defaultTo("local");
    table.text("presence_policy").notNullable().defaultTo("session");
    table.integer("presence_within_hours");
  });
  await db.schema.createTable("tenant_domains", (table) => {
    table.text("tenant_id").notNullable().references("id").inTable("tenants");
    table.text("domain").notNullable();
    table.text("challenge").notNullable();
    table.bigInteger("verified_at_ms");
    // Set by an operator who lets a second tenant use a domain that another owns.
    table.bigInteger("shared_at_ms");
    table.bigInteger("created_at_ms").notNullable();
    table.primary(["tenant_id", "domain"]);
  });
  // One owner of a verified domain, decided by the database when two tenants verify at once.
  await db.raw(
    "create unique index tenant_domains_owner on tenant_domains (domain) where verified_at_ms is not null and shared_at_ms is null",
  );
  await db.schema.createTable("offline_consents", (table) => {
    table.text("tenant_id").notNullable();
    table.text("account_id").notNullable().references("id").inTable("accounts");
    table.text("client_id").notNullable();
    table.bigInteger("granted_at_ms").notNullable();
    table.bigInteger("revoked_at_ms");
    table.primary(["tenant_id", "account_id", "client_id"]);
    table.index(["account_id"]);
  });
  await db.schema.createTable("login_challenges", (table) => {
    table.text("challenge_hash").primary();
    table.text("interaction_hash").notNullable();
    table.text("request").notNullable();
    table.text("verifier_hash");
    table.text("outcome");
    table.bigInteger("answered_at_ms");
    table.bigInteger("redeemed_at_ms");
    table.bigInteger("expires_at_ms").notNullable();
    table.index(["expires_at_ms"]);
  });
}

export async function down(db: Knex): Promise<void> {
  for (const table of ["login_challenges", "offline_consents", "tenant_domains"]) {
    await db.schema.dropTable(table);
  }
  await db.schema.alterTable("tenants", (table) => {
    table.dropColumns("login_method", "presence_policy", "presence_within_hours");
  });
  await db.schema.alterTable("memberships", (table) => {
    table.dropColumns("email", "email_verified_at_ms", "last_login_at_ms");
  });
  await db.schema.alterTable("accounts", (table) => {
    table.dropColumn("external_at_ms");
  });
}
