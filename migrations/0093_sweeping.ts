// Which secrets before count no more is asked every minute, by every instance: clients are many where each customer has some.
import type { Knex } from "knex";

const name = "clients_former_secret";

export async function up(db: Knex): Promise<void> {
  await db.raw(
    `create index ${name} on clients (former_secret_until_ms) where former_secret_until_ms is not null`,
  );
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`drop index ${name}`);
}
