// What oidc-provider stores: sessions, interactions, grants, codes, tokens, replay records.
// Ids are SHA-256 hashes: who reads the table cannot present what is in it.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("oidc_records", (table) => {
    table.text("model").notNullable();
    table.text("id_hash").notNullable();
    table.text("payload").notNullable();
    table.text("grant_id_hash");
    table.text("uid_hash");
    table.text("user_code_hash");
    table.text("account_id");
    table.bigInteger("consumed_at_ms");
    table.bigInteger("expires_at_ms");
    table.primary(["model", "id_hash"]);
    table.index(["grant_id_hash"]);
    table.index(["uid_hash"]);
    table.index(["user_code_hash"]);
    table.index(["account_id"]);
    table.index(["expires_at_ms"]);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("oidc_records");
}
