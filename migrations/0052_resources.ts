// The ISV's own APIs: what each is called in a token, which scopes it has, and which client may ask for which of them.
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable("resources", (table) => {
    // An absolute URI, compared byte by byte: the audience of its access tokens.
    table.text("identifier").primary();
    table.text("name").notNullable();
    // A JSON object: the name of each scope, and what it means.
    table.text("scopes").notNullable();
    table.text("token_format").notNullable();
    table.integer("token_ttl_seconds").notNullable();
    table.bigInteger("created_at_ms").notNullable();
    table.bigInteger("updated_at_ms").notNullable();
  });
  await db.schema.createTable("resource_rights", (table) => {
    table.text("identifier").notNullable().references("resources.identifier").onDelete("CASCADE");
    table.text("client_id").notNullable();
    // When the client was registered: one that is registered under the same id later has nothing of it.
    table.bigInteger("client_since_ms").notNullable();
    // Another one whenever something of the right is taken away: what was issued under the former is over.
    table.text("right_id").notNullable();
    // JSON arrays: what it may ask for people who sign in to it, and for itself.
    table.text("scopes").notNullable();
    table.text("own_scopes").notNullable();
    // Since when it is the resource's own server, which may ask what becomes of its tokens.
    table.bigInteger("introspects_at_ms");
    table.bigInteger("given_at_ms").notNullable();
    table.primary(["identifier", "client_id"]);
    table.index(["client_id"]);
  });
}

export async function down(db: Knex): Promise<void> {
  // A program that does not know of resources must find no token for one.
  await db.raw(`delete from oidc_records where model in ('AccessToken', 'ClientCredentials')
    and payload like '%"resourceRight"%'`);
  await db.schema.dropTable("resource_rights");
  await db.schema.dropTable("resources");
}
