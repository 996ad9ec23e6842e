// Owns saying what a store holds, and whether it is whole: rows, signing keys and the secrets they need, the chain of the trail.
import { type Anchor, formatAnchor } from "../audit/chain/anchor.ts";
import { createBlockSeals } from "../audit/chain/hashes.ts";
import { type ChainReport, verifyChain } from "../audit/chain/verify.ts";
import type { Database } from "../db/connect.ts";
import { listKeys } from "../provider/keys/key_store.ts";
import { createKeySealer } from "../provider/keys/seal.ts";
import { countRows, listTables } from "./tables_store.ts";

/** What a store holds. */
export interface Inspection {
  /** Rows by table. */
  tables: Readonly<Record<string, number>>;
  rows: number;
  keys: {
    /** Private halves in the store, sealed with TTI_SECRETS. */
    sealed: number;
    /** Private halves in AWS KMS, of which the store has only the name. */
    kms: number;
    /** Whether every sealed one opened; undefined: no secret was at hand to try. */
    opened?: true;
  };
  /** The last block of the trail, `NUMBER:HASH`; undefined: nothing is sealed. */
  anchor?: string;
  trail: Pick<ChainReport, "intact" | "blocks" | "events" | "faults"> & { unsealed: number };
}

/**
 * Inspects a store of this version's schema.
 * @param secrets TTI_SECRETS; none: keys are not opened and seals not judged
 * @param anchor a block that must be in the trail
 * @throws OperationError signing_key_unreadable naming the key, if one does not open
 */
export async function inspectStore(
  db: Database,
  secrets: readonly Uint8Array[],
  anchor?: Anchor,
): Promise<Inspection> {
  const tables = await countRows(db, await listTables(db));
  const chain = await verifyChain(db, createBlockSeals(secrets), anchor);
  const { intact, blocks, events, faults, head, unsealed } = chain;
  return {
    tables,
    rows: Object.values(tables).reduce((sum, count) => sum + count, 0),
    keys: await inspectKeys(db, secrets),
    ...(head === null ? {} : { anchor: formatAnchor(head) }),
    trail: { intact, blocks, events, faults, unsealed: unsealed.events },
  };
}

async function inspectKeys(db: Database, secrets: readonly Uint8Array[]): Promise<Inspection["keys"]> {
  const keys = await listKeys(db);
  const sealed = keys.flatMap(({ kid, sealedPrivateJwk: text }) => (text === null ? [] : { kid, text }));
  const counts = { sealed: sealed.length, kms: keys.filter(({ kmsKeyId }) => kmsKeyId !== null).length };
  if (secrets.length === 0) return counts;
  const sealer = createKeySealer(secrets);
  for (const { kid, text } of sealed) await sealer.open(kid, text);
  return { ...counts, opened: true };
}
