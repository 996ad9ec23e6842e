// Of whom a kept answer tells, so that it goes with the person: a row for each person of each answer. Answers kept before,
// or by a version that knows nothing of this, stay the day that they are kept. Such a version deletes an account all the
// same, and the sweeper's rows go with their call.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("repeated_call_people", (table) => {
    table.text("id_hash").notNullable().references("id_hash").inTable("repeated_calls").onDelete("CASCADE");
    table.text("account_id").notNullable();
    table.primary(["id_hash", "account_id"]);
    table.index(["account_id"]);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("repeated_call_people");
}
