// Whose posted request waits: the network of the client's address, so that each has a bound of its own. Rows of
// before, and of instances that do not know the column, count as one network's.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("posted_requests", (table) => {
    table.text("network").notNullable().defaultTo("");
    table.index(["network"]);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable("posted_requests", (table) => {
    table.dropIndex(["network"]);
  });
  await db.schema.alterTable("posted_requests", (table) => {
    table.dropColumn("network");
  });
}
