// Signing keys with the times that decide who signs, and which key set every instance serves.
// Public members are readable so that any instance can publish a key it cannot open.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("signing_keys", (table) => {
    // RFC 7638 thumbprint of the public key, so that a kid can never name two keys.
    table.text("kid").primary();
    // Successor of generation n is n + 1. Unique: of two instances that rotate at once, one wins.
    table.integer("generation").notNullable().unique();
    table.text("alg").notNullable();
    table.text("public_jwk").notNullable();
    // The private half, sealed. Null: it lives in AWS KMS, or was destroyed: the key was revoked or will not sign again.
    table.text("sealed_private_jwk");
    table.text("kms_key_id");
    table.bigInteger("created_at_ms").notNullable();
    table.bigInteger("activates_at_ms").notNullable();
    table.bigInteger("revoked_at_ms");
  });
  await db.schema.createTable("key_instances", (table) => {
    table.text("instance_id").primary();
    table.text("fingerprint").notNullable();
    // kids separated by spaces, in the order they are published.
    table.text("published_kids").notNullable();
    table.text("signing_kid");
    table.bigInteger("publish_lead_ms").notNullable();
    table.bigInteger("poll_interval_ms").notNullable();
    table.bigInteger("started_at_ms").notNullable();
    table.bigInteger("seen_at_ms").notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("key_instances");
  await db.schema.dropTable("signing_keys");
}
