// Ids that may read as somebody's address are found whatever their capitals: nobody may come to sign in with one.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  const folded = db.client.driverName === "pg" ? 'lower(id collate "C")' : "lower(id)";
  await db.raw(`create index accounts_by_address_in_id on accounts (${folded}) where id like '%@%'`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw("drop index accounts_by_address_in_id");
}
