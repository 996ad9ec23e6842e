// The name an ISV gives a person belongs to the membership, as the address does: what one customer's side says of
// them never shows in another customer's tokens.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("memberships", (table) => {
    // Null: the account's own name counts, if the account was made here.
    table.text("name");
  });
  // Who has one tenant keeps the name; of several nobody knows which of them gave it.
  await db.raw(
    `update memberships set name = (select accounts.name from accounts
       where accounts.id = memberships.account_id and accounts.external_at_ms is not null)
     where (select count(*) from memberships other where other.account_id = memberships.account_id) = 1`,
  );
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable("memberships", (table) => {
    table.dropColumn("name");
  });
}
