// The outbox: mail that waits to be sent, and for a while what became of it.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("mails", (table) => {
    // Begins with the moment it was made, so that ids are in its order.
    table.text("id").primary();
    table.text("kind").notNullable();
    table.text("recipient").notNullable();
    // Null until it is known whom the address belongs to, which is looked up when the mail is written.
    table.text("account_id");
    table.text("tenant_id");
    // What the mail is written from, as JSON: names and addresses, never a link or a secret. Those are made when it is sent.
    table.text("details").notNullable();
    table.text("state").notNullable();
    table.integer("attempts").notNullable();
    // Null: it waits no more.
    table.bigInteger("next_attempt_at_ms");
    table.bigInteger("give_up_at_ms").notNullable();
    table.text("fault");
    table.bigInteger("created_at_ms").notNullable();
    table.bigInteger("settled_at_ms");
    // Null: nothing became of it yet.
    table.bigInteger("expires_at_ms");
    table.index(["next_attempt_at_ms"]);
    table.index(["expires_at_ms"]);
    table.index(["account_id"]);
    table.index(["state", "id"]);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("mails");
}
