// When a person's sign-ins were last ended, as a number that everything a sign-in leaves behind is measured against.
// What is written late, by a request that was under way meanwhile, carries the number it began with.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("accounts", (table) => {
    // One more each time all of the account's sign-ins are ended.
    table.integer("sign_in_generation").notNullable().defaultTo(0);
  });
  await db.schema.alterTable("session_vouchers", (table) => {
    // The account's number when the person was verified.
    table.integer("sign_in_generation").notNullable().defaultTo(0);
    // Since when the membership stands that the ISV vouched for. Null: the login is for no single membership, or is
    // older than this column.
    table.bigInteger("member_since_ms");
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable("session_vouchers", (table) => {
    table.dropColumn("member_since_ms");
    table.dropColumn("sign_in_generation");
  });
  await db.schema.alterTable("accounts", (table) => {
    table.dropColumn("sign_in_generation");
  });
}
