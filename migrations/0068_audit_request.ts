// What a request left in the trail is found by its id: whoever reports an error knows that id and nothing else.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("audit_events", (table) => {
    table.index(["request_id"], "audit_events_request_id");
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable("audit_events", (table) => {
    table.dropIndex(["request_id"], "audit_events_request_id");
  });
}
