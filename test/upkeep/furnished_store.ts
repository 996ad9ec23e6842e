// Owns a store of which everything is tried: a row in every table, signing keys that open, a trail that verifies.
import { randomBytes } from "node:crypto";
import { createAuditEvent } from "../../src/audit/audit_store.ts";
import { createBlockSeals } from "../../src/audit/chain/hashes.ts";
import { sealNextBlock } from "../../src/audit/chain/seal.ts";
import type { Database } from "../../src/db/connect.ts";
import { createKey } from "../../src/provider/keys/key_store.ts";
import { createKeySealer } from "../../src/provider/keys/seal.ts";
import { createLocalKey } from "../../src/provider/keys/signer_local.ts";
import { plant } from "../support/planted_rows.ts";

/** The secret of the store. */
export const secrets = [randomBytes(32)];

/** Plants what an installation has, and a row of nonsense in each other table. */
export async function furnish(db: Database): Promise<void> {
  await plant(db);
  // No store serves with marks of its own move; a key and a trail of nonsense would be told as damaged.
  for (const table of ["store_marks", "signing_keys", "audit_events", "audit_blocks"])
    await db(table).delete();
  await db("audit_retention").update({ through_block: 0 });
  const key = await createLocalKey(createKeySealer(secrets));
  await createKey(db, key, { generation: 1, createdAtMs: 1, activatesAtMs: 1 });
  await addEvents(db, 3);
}

/** Adds events to the trail, and seals them. */
export async function addEvents(db: Database, count: number): Promise<void> {
  for (let event = 0; event < count; event += 1) {
    const details = { name: `Tenant ${event}` };
    const type = "tenant.created";
    await createAuditEvent(db, { type, tenantId: `t${event}`, actor: "cli:test", details }, new Date());
  }
  await sealNextBlock(db, createBlockSeals(secrets), new Date());
}
