// Passkeys (WebAuthn): public keys by which people sign in. And which challenges were answered, until they are too old to be
// answered again: a challenge itself is kept nowhere, it says by a seal what it is for.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("passkeys", (table) => {
    table.text("id").primary();
    // As the authenticator named it, base64url. It names one key on all devices, and is no secret.
    table.text("credential_id").notNullable().unique();
    // A version that knows nothing of passkeys deletes an account all the same, and its rows here go with it.
    table.text("account_id").notNullable().references("id").inTable("accounts").onDelete("CASCADE");
    // What the authenticator keeps of whose it is, base64url: it says nothing to whoever finds the device.
    table.text("user_handle").notNullable();
    // COSE, base64url.
    table.text("public_key").notNullable();
    table.bigInteger("counter").notNullable();
    // How browsers reach the authenticator, as JSON: internal, hybrid, usb, nfc, ble.
    table.text("transports").notNullable();
    table.text("name").notNullable();
    // Whether it may come to be on several devices, and whether it is kept somewhere besides the device now.
    table.integer("synced").notNullable();
    table.integer("backed_up").notNullable();
    table.bigInteger("created_at_ms").notNullable();
    table.bigInteger("last_used_at_ms");
    // When its counter went back: somebody may have a copy. It signs nobody in from then on.
    table.bigInteger("cloned_at_ms");
    table.index(["account_id"]);
  });
  await db.schema.createTable("passkey_challenges", (table) => {
    // SHA-256 of a challenge that was answered.
    table.text("challenge_hash").primary();
    table.bigInteger("expires_at_ms").notNullable();
    table.index(["expires_at_ms"]);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("passkey_challenges");
  await db.schema.dropTable("passkeys");
}
