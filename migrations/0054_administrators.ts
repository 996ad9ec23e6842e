// Administrators: accounts that administer the whole installation, each in one role. Membership of a tenant gives none of
// it. A version that knows nothing of them deletes an account all the same, and its row here goes with it.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("administrators", (table) => {
    table.text("account_id").primary().references("id").inTable("accounts").onDelete("CASCADE");
    // auditor, operator, owner.
    table.text("role").notNullable();
    table.bigInteger("created_at_ms").notNullable();
    table.bigInteger("updated_at_ms").notNullable();
  });
  // One row, which whoever takes a right from an owner takes hold of first: of several at once, each sees what the one
  // before left.
  await db.schema.createTable("administration", (table) => {
    table.integer("id").primary();
    table.integer("changes").notNullable().defaultTo(0);
  });
  await db("administration").insert({ id: 1 });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("administration");
  await db.schema.dropTable("administrators");
}
