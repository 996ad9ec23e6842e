// How long a login of a browser session holds: since when, until when, when somebody was last there, and the longest time
// in which nobody was. And each tenant's own limits.
import type { Knex } from "knex";

// What holds for logins of before: a day without use, as it was, and thirty days in all.
const formerIdleMs = 86_400_000;
const formerLifeMs = 30 * 86_400_000;

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("session_vouchers", (table) => {
    // Null in a row that a version without these columns wrote: since it was proven, or recorded.
    table.bigInteger("began_at_ms");
    table.bigInteger("seen_at_ms");
    // Null: no limit of the installation's is known.
    table.bigInteger("ends_at_ms");
    table.bigInteger("idle_ms");
    table.bigInteger("longest_idle_ms").notNullable().defaultTo(0);
  });
  // When the sweeper last saw the session alive is the best that is known of when somebody was there.
  await db.raw(
    `update session_vouchers set began_at_ms = auth_time_ms, seen_at_ms = checked_at_ms,
       ends_at_ms = auth_time_ms + ${formerLifeMs}, idle_ms = ${formerIdleMs}`,
  );
  await db.schema.alterTable("tenants", (table) => {
    // Null: as the installation has it.
    table.bigInteger("session_idle_ms");
    table.bigInteger("session_life_ms");
  });
}

export async function down(db: Knex): Promise<void> {
  // A version that knows no limits must not bring back what they ended.
  await db("session_vouchers").delete();
  await db.schema.alterTable("tenants", (table) => {
    table.dropColumns("session_idle_ms", "session_life_ms");
  });
  await db.schema.alterTable("session_vouchers", (table) => {
    table.dropColumns("began_at_ms", "seen_at_ms", "ends_at_ms", "idle_ms", "longest_idle_ms");
  });
}
