// How far each customer's onboarding is, whoever works on it: what was done last, and how the last test ended.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("onboardings", (table) => {
    table.text("tenant_id").primary();
    table.bigInteger("opened_at_ms");
    table.bigInteger("downloaded_at_ms");
    // When the data accessor `default` was entered by way of the onboarding.
    table.bigInteger("entered_at_ms");
    table.bigInteger("tested_at_ms");
    // Of each step of the last test: its name, how it ended, and the code of what failed. JSON.
    table.text("test_steps");
    // A test is under way until then, or until it ends; one at a time.
    table.bigInteger("testing_until_ms");
    // How many were begun since when: only so many an hour.
    table.integer("tests_begun").notNullable().defaultTo(0);
    table.bigInteger("tests_since_ms");
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("onboardings");
}
