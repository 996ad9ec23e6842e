// Passwords that came with people from elsewhere. What kind a hash is of stands beside it, so that a wrong password
// costs the same whoever it is tried for; the digest of the hash as it came tells the same row of a file again after
// the hash has been replaced. (Old code verifies Argon2 hashes only: import once every instance is of this version.)
import type { Knex } from "knex";

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable("accounts", (table) => {
    // Null: the hash is of our own making, or there is none.
    table.text("imported_hash_kind");
    // SHA-256 of the hash as it came.
    table.text("imported_hash_digest");
  });
  await db.raw(
    "create index accounts_imported_hash_kind on accounts (imported_hash_kind) where imported_hash_kind is not null",
  );
  // Every kind that ever came; which are still there, accounts tell.
  await db.schema.createTable("imported_hash_kinds", (table) => {
    table.text("kind").primary();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable("imported_hash_kinds");
  await db.raw("drop index accounts_imported_hash_kind");
  await db.schema.alterTable("accounts", (table) => {
    table.dropColumns("imported_hash_kind", "imported_hash_digest");
  });
}
