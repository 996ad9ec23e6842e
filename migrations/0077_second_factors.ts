// Second factors: authenticator apps and recovery codes, sign-ins that are half done, and what tenants require.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("totp_factors", (table) => {
    table.text("account_id").primary();
    // The secret, sealed with the installation's secrets for this account (factors/factor_seals.ts).
    table.text("sealed_secret").notNullable();
    // The time step of the code that was used last: neither it nor an earlier one counts again.
    table.bigInteger("last_step").notNullable();
    table.bigInteger("created_at_ms").notNullable();
    table.bigInteger("used_at_ms");
  });
  await db.schema.createTable("recovery_codes", (table) => {
    table.text("account_id").notNullable();
    // A code as SHA-256: who reads the table knows none.
    table.text("code_hash").notNullable();
    table.bigInteger("created_at_ms").notNullable();
    table.primary(["account_id", "code_hash"]);
  });
  await db.schema.createTable("pending_sign_ins", (table) => {
    // The sign-in it is a half of, and the browser that is in it, as SHA-256. A sign-in is at one half at a time.
    table.text("interaction_hash").primary();
    table.text("browser_hash").notNullable();
    table.text("account_id").notNullable();
    // How often the person's sign-ins, and memberships, had ended when the first half was proven.
    table.integer("sign_in_generation").notNullable();
    table.integer("membership_endings").notNullable();
    // What was proven, as JSON (RFC 8176), and when.
    table.text("amr").notNullable();
    table.bigInteger("auth_time_ms").notNullable();
    // What is still to be done: a second factor that there is, or setting one up.
    table.text("step").notNullable();
    // When the person asked to stay signed in on the device; null: they did not.
    table.bigInteger("remember_at_ms");
    table.bigInteger("expires_at_ms").notNullable();
    table.index(["expires_at_ms"]);
    table.index(["account_id"]);
  });
  await db.schema.alterTable("tenants", (table) => {
    // What a login must have proven to open it (login_levels.ts).
    table.text("required_factor").notNullable().defaultTo("none");
  });
  await db.schema.alterTable("session_vouchers", (table) => {
    // How much the login has proven; what the version before writes proves the least.
    table.integer("login_level").notNullable().defaultTo(0);
  });
  await db.schema.alterTable("memberships", (table) => {
    // How much the last login had proven.
    table.integer("last_login_level").notNullable().defaultTo(0);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable("memberships", (table) => table.dropColumn("last_login_level"));
  await db.schema.alterTable("session_vouchers", (table) => table.dropColumn("login_level"));
  await db.schema.alterTable("tenants", (table) => table.dropColumn("required_factor"));
  for (const name of ["pending_sign_ins", "recovery_codes", "totp_factors"]) await db.schema.dropTable(name);
}
