// In which language a person is spoken to.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("accounts", (table) => {
    // The code of the language they chose last. Null: they chose none.
    table.text("language");
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable("accounts", (table) => {
    table.dropColumn("language");
  });
}
