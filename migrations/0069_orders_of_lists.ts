// Lists in the order in which things were made, newest or oldest first, are read along an index. (By name and address they
// are read along those of the search; then come those who have none.)
import type { Knex } from "knex";

const indexes = {
  accounts_by_creation: "accounts (created_at_ms, id)",
  accounts_without_name: "accounts (id) where name is null",
  accounts_without_email: "accounts (id) where email is null",
  tenants_by_creation: "tenants (created_at_ms, id)",
  clients_by_creation: "clients (created_at_ms, client_id)",
};

export async function up(db: Knex): Promise<void> {
  for (const [name, on] of Object.entries(indexes)) await db.raw(`create index ${name} on ${on}`);
}

export async function down(db: Knex): Promise<void> {
  for (const name of Object.keys(indexes)) await db.raw(`drop index ${name}`);
}
