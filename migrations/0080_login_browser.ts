// In which browser a login was made, so that its person knows it in a list.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("session_vouchers", (table) => {
    // Family and system, in words of ours, e.g. "Firefox, Windows". Null: not known.
    table.text("browser");
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable("session_vouchers", (table) => {
    table.dropColumn("browser");
  });
}
