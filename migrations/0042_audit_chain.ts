// The trail's chain: blocks of sealed events, each with the hash of the one before, and where each event stands in it.
// Events of before, or of an older version beside this one, stand nowhere yet and are sealed like any other.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("audit_events", (table) => {
    table.bigInteger("block_number");
    table.integer("block_place");
    table.text("hash");
    // What names a person is hashed apart, with a salt: erased, the hash proves what stood there to nobody.
    table.text("personal_salt");
    table.text("personal_hash");
  });
  await db.schema.createTable("audit_blocks", (table) => {
    table.bigInteger("number").primary();
    table.text("previous_hash").notNullable();
    table.integer("events").notNullable();
    table.text("root").notNullable();
    table.bigInteger("first_at_ms").notNullable();
    table.bigInteger("last_at_ms").notNullable();
    table.bigInteger("sealed_at_ms").notNullable();
    table.text("hash").notNullable();
    // Of the hash, keyed with the installation's secrets: who only has the store makes none.
    table.text("seal").notNullable();
    // When retention removed its events.
    table.bigInteger("pruned_at_ms");
  });
  // How far retention may remove: one row, which only grows.
  await db.schema.createTable("audit_retention", (table) => {
    table.text("name").primary();
    table.bigInteger("through_block").notNullable();
  });
  await db.raw("create index audit_events_unsealed on audit_events (at_ms, id) where block_number is null");
  await db.raw(
    "create unique index audit_events_chain on audit_events (block_number, block_place) where block_number is not null",
  );
  await db.raw("create index audit_events_pruned on audit_events (at_ms) where type = 'audit.pruned'");
  await db.raw("create index audit_events_actor on audit_events (actor, at_ms)");
}

export async function down(db: Knex): Promise<void> {
  for (const index of [
    "audit_events_actor",
    "audit_events_pruned",
    "audit_events_chain",
    "audit_events_unsealed",
  ]) {
    await db.raw(`drop index ${index}`);
  }
  await db.schema.dropTable("audit_retention");
  await db.schema.dropTable("audit_blocks");
  await db.schema.alterTable("audit_events", (table) => {
    table.dropColumns("block_number", "block_place", "hash", "personal_salt", "personal_hash");
  });
}
