// Mail that comes back: of which address of a person's, and since when. The mark counts as long as the account signs in with that
// address, so whoever changes it, an older version too, has nothing to take back. And an index for what was given up, or sent, last.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("accounts", (table) => {
    table.text("mail_refused_key").nullable();
    table.bigInteger("mail_refused_at_ms").nullable();
  });
  await db.schema.alterTable("mails", (table) => {
    table.index(["state", "settled_at_ms"]);
    table.index(["account_id", "id"]);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable("mails", (table) => {
    table.dropIndex(["account_id", "id"]);
    table.dropIndex(["state", "settled_at_ms"]);
  });
  await db.schema.alterTable("accounts", (table) => {
    table.dropColumns("mail_refused_key", "mail_refused_at_ms");
  });
}
