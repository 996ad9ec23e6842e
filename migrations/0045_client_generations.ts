// How often all that stood for a client was ended, as a number that everything made for the client is measured against.
// What is written late, by a request that was under way meanwhile, carries the number it began with; so does what
// outlived a client whose id was registered again.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("clients", (table) => {
    // One more each time all that stands for the client is ended, and when the id of a deleted one is registered again.
    table.integer("generation").notNullable().defaultTo(0);
    // The same for the access tokens it got for itself; one more also when its secret is replaced.
    table.integer("own_token_generation").notNullable().defaultTo(0);
  });
  await db.schema.alterTable("oidc_records", (table) => {
    // The client's number when the record was made; of the client's own access tokens, the number of those.
    table.integer("client_generation").notNullable().defaultTo(0);
  });
  await db.schema.alterTable("offline_consents", (table) => {
    // The client's number when the person agreed.
    table.integer("client_generation").notNullable().defaultTo(0);
  });
}

export async function down(db: Knex): Promise<void> {
  // What was ended stays ended for a program that does not know these columns.
  await db.raw(`delete from oidc_records where exists (select 1 from clients c where c.client_id = oidc_records.client_id
    and oidc_records.client_generation <>
      case when oidc_records.model = 'ClientCredentials' then c.own_token_generation else c.generation end)`);
  await db.raw(`delete from offline_consents where exists (select 1 from clients c
    where c.client_id = offline_consents.client_id and c.generation <> offline_consents.client_generation)`);
  await db.schema.alterTable("offline_consents", (table) => {
    table.dropColumn("client_generation");
  });
  await db.schema.alterTable("oidc_records", (table) => {
    table.dropColumn("client_generation");
  });
  await db.schema.alterTable("clients", (table) => {
    table.dropColumns("generation", "own_token_generation");
  });
}
