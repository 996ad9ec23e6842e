// What each customer handed over at AWS: where its data accessor is, so that we can search as its users.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("accessors", (table) => {
    table.text("id").primary();
    table.text("tenant_id").notNullable().references("id").inTable("tenants");
    // Which of the customer's data accessors; most have one, called default.
    table.text("name").notNullable();
    table.text("application_id").notNullable();
    table.text("retriever_id").notNullable();
    table.text("q_region").notNullable();
    table.text("idc_application_arn").notNullable();
    table.text("idc_region").notNullable();
    table.text("method").notNullable();
    table.bigInteger("created_at_ms").notNullable();
    table.bigInteger("updated_at_ms").notNullable();
    table.unique(["tenant_id", "name"]);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("accessors");
}
