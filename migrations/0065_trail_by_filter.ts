// The trail is read by what its events are of, newest first, however many there are: by type, by client, and by the types
// of one tenant. Indexes only; whoever does not know them writes and reads as before.
import type { Knex } from "knex";

const indexes = {
  audit_events_type: "(type, at_ms, id)",
  audit_events_client: "(client_id, at_ms, id) where client_id is not null",
  audit_events_tenant_type: "(tenant_id, type, at_ms, id) where tenant_id is not null",
} as const;

export async function up(db: Knex): Promise<void> {
  for (const [name, on] of Object.entries(indexes))
    await db.raw(`create index ${name} on audit_events ${on}`);
}

export async function down(db: Knex): Promise<void> {
  for (const name of Object.keys(indexes)) await db.raw(`drop index ${name}`);
}
