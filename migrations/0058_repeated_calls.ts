// What a caller named by an Idempotency-Key: which call it was, who is at it, and what it was answered, sealed.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("repeated_calls", (table) => {
    // Of caller and key.
    table.text("id_hash").primary();
    // Of method, path and body: the same key names one call.
    table.text("request_hash").notNullable();
    // Who is at it, a random word, and until when nobody else takes it up.
    table.text("claim").notNullable();
    table.bigInteger("claimed_until_ms").notNullable();
    // Null: not answered yet.
    table.text("sealed_answer");
    table.bigInteger("expires_at_ms").notNullable();
    table.index(["expires_at_ms"]);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("repeated_calls");
}
