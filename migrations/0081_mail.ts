// What more mail needs: the new address that a link is about, and since when somebody signs in.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("account_links", (table) => {
    // The address that the person wants, as it was typed; null: the link is about none.
    table.text("new_email");
  });
  await db.schema.alterTable("accounts", (table) => {
    // When a sign-in with a password, or a passkey, was completed first; null: not yet, or before this was kept.
    table.bigInteger("first_signed_in_at_ms");
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable("accounts", (table) => table.dropColumn("first_signed_in_at_ms"));
  await db.schema.alterTable("account_links", (table) => table.dropColumn("new_email"));
}
