// Which keys names typed at a sign-in were hashed with, by an id that tells nothing of the key: so that a search of the
// trail can say that names of some time can be matched no more, because TTI_SECRETS has lost the key.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("login_name_keys", (table) => {
    table.text("key_id").primary();
    // When an instance first started with it.
    table.bigInteger("first_seen_at_ms").notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("login_name_keys");
}
