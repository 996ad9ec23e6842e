// Ending a client or a tenant finds what stands for it by an index, instead of reading every record. Rows that were
// written before, or are by an instance of an older version beside this one, name neither; they have an index of their
// own, which empties as they end. (Filling the columns in here would rewrite each row while others serve from it.)
import type { Knex } from "knex";

const unnamed =
  "client_id is null and model in ('Grant', 'AuthorizationCode', 'AccessToken', 'RefreshToken', 'ClientCredentials', 'Interaction')";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("oidc_records", (table) => {
    // The client it was made for.
    table.text("client_id");
    // The tenant a grant was made for.
    table.text("tenant_id");
  });
  await db.raw("create index oidc_records_client on oidc_records (client_id) where client_id is not null");
  await db.raw("create index oidc_records_tenant on oidc_records (tenant_id) where tenant_id is not null");
  await db.raw(`create index oidc_records_unnamed on oidc_records (model) where ${unnamed}`);
  await db.raw(
    "create index session_vouchers_client on session_vouchers (client_id) where client_id is not null",
  );
  await db.raw("create index session_vouchers_tenant on session_vouchers (tenant_id)");
  await db.raw("create index offline_consents_client on offline_consents (client_id)");
  await db.raw(
    "create index login_challenges_answered on login_challenges (answered_at_ms) where outcome is not null and redeemed_at_ms is null",
  );
}

export async function down(db: Knex): Promise<void> {
  for (const index of [
    "login_challenges_answered",
    "offline_consents_client",
    "session_vouchers_tenant",
    "session_vouchers_client",
    "oidc_records_unnamed",
    "oidc_records_tenant",
    "oidc_records_client",
  ]) {
    await db.raw(`drop index ${index}`);
  }
  await db.schema.alterTable("oidc_records", (table) => {
    table.dropColumns("client_id", "tenant_id");
  });
}
