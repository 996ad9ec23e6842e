// What a client had before and what it lost: for which tenants it may still vouch, so that logins of the others end with
// the right; and a former secret, for as long as it counts beside the new one.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("clients", (table) => {
    // Tenants whose logins it may vouch for, each between spaces; `*`: every tenant. Null: as it was registered, nothing
    // was taken from it.
    table.text("vouches_for");
    // The SHA-256 of the secret before, and until when it counts. Null: it does not.
    table.text("former_secret_hash");
    table.bigInteger("former_secret_until_ms");
  });
}

export async function down(db: Knex): Promise<void> {
  // What was ended stays ended for a program that does not know the column.
  await db.raw(`delete from session_vouchers where exists (select 1 from clients c
    where c.client_id = session_vouchers.client_id and c.vouches_for is not null and c.vouches_for <> '*'
      and replace(c.vouches_for, ' ' || session_vouchers.tenant_id || ' ', '') = c.vouches_for)`);
  await db.schema.alterTable("clients", (table) => {
    table.dropColumns("vouches_for", "former_secret_hash", "former_secret_until_ms");
  });
}
