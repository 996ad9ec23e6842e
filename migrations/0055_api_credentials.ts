// Credentials of programs that administer: a bearer key, kept as its hash, with a role, an end, and perhaps one tenant
// beyond which it sees nothing.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("api_credentials", (table) => {
    table.text("id").primary();
    table.text("name").notNullable();
    table.text("key_hash").notNullable().unique();
    // auditor, operator, owner; with a tenant never owner.
    table.text("role").notNullable();
    // Null: it is for the whole installation.
    table.text("tenant_id");
    table.bigInteger("created_at_ms").notNullable();
    table.bigInteger("expires_at_ms").notNullable();
    table.bigInteger("revoked_at_ms");
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("api_credentials");
}
