// Where an audited act came from, and what finds it again: the client's address and request, the keyed hash of a
// sign-in name nobody has (or had yet), and how often an equal refusal came within its minute.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("audit_events", (table) => {
    table.text("address");
    table.text("request_id");
    table.text("login_hash");
    table.integer("times").notNullable().defaultTo(1);
  });
  // What an operator searches by. Pages run by (at_ms, id): ids settle the order within a millisecond.
  await db.raw("create index audit_events_account on audit_events (account_id, at_ms)");
  await db.raw(
    "create index audit_events_address on audit_events (address, at_ms) where address is not null",
  );
  await db.raw(
    "create index audit_events_login on audit_events (login_hash, at_ms) where login_hash is not null",
  );
}

export async function down(db: Knex): Promise<void> {
  for (const index of ["audit_events_login", "audit_events_address", "audit_events_account"]) {
    await db.raw(`drop index ${index}`);
  }
  await db.schema.alterTable("audit_events", (table) => {
    table.dropColumns("address", "request_id", "login_hash", "times");
  });
}
