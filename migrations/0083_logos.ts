// Logos: of an organization, or of an application, one each. A version that knows nothing of it leaves the row of a client it
// deletes; whoever registers one of that id anew takes it away.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("logos", (table) => {
    table.text("id").primary();
    table.text("tenant_id").nullable().unique().references("id").inTable("tenants");
    table.text("client_id").nullable().unique().references("client_id").inTable("clients");
    table.text("picture").notNullable();
    table.integer("width").notNullable();
    table.integer("height").notNullable();
    table.bigInteger("created_at_ms").notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("logos");
}
