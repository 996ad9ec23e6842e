// Whether the person asked to stay signed in on the device, so that a login that is proven further stays as they chose.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("session_vouchers", (table) => {
    // 1 or 0. Null: not known.
    table.integer("remembered");
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable("session_vouchers", (table) => {
    table.dropColumn("remembered");
  });
}
