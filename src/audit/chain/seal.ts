// Owns sealing: events that are committed, and nobody will change any more, become the next block of the chain. No act
// waits for it. Instances that seal at once are told apart by one statement: one adds the block, the rest try again later.
import { randomBytes } from "node:crypto";
import type { Database } from "../../db/connect.ts";
import type { AuditRow } from "../audit_row.ts";
import {
  createBlock,
  findHeadBlock,
  hasUnsealed,
  putIntoBlock,
  type SealedEvent,
  takeUnsealed,
} from "./chain_store.ts";
import {
  type AuditBlock,
  type BlockSeals,
  blockHashOf,
  eventHashOf,
  personalHashOf,
  personalPartOf,
  rootOf,
} from "./hashes.ts";

/** The most events of a block. */
export const mostEvents = 500;
// A counted event counts for a minute, by the clock of each instance; two minutes are for clocks that differ.
const countedForMs = 3 * 60_000;

/**
 * Seals the next block.
 * @param db the pool: block and events are written in a transaction of their own
 * @returns how many events it holds; 0: there was nothing to seal, or another instance sealed first
 */
export async function sealNextBlock(db: Database, seals: BlockSeals, now: Date): Promise<number> {
  const countedBeforeMs = now.getTime() - countedForMs;
  if (!(await hasUnsealed(db, countedBeforeMs))) return 0;
  return db.transaction(async (trx) => {
    const head = await findHeadBlock(trx);
    const rows = await takeUnsealed(trx, countedBeforeMs, mostEvents);
    if (rows.length === 0) return 0;
    const events = rows.map(sealedEventOf);
    const sealedAtMs = Math.max(now.getTime(), head?.sealedAtMs ?? 0);
    const block: AuditBlock = {
      number: (head?.number ?? 0) + 1,
      previousHash: head?.hash ?? "",
      events: events.length,
      root: rootOf(events.map(({ hash }) => hash)),
      firstAtMs: Math.min(...rows.map(({ at_ms }) => at_ms)),
      lastAtMs: Math.min(Math.max(...rows.map(({ at_ms }) => at_ms)), sealedAtMs),
      sealedAtMs,
    };
    const hash = blockHashOf(block);
    if (!(await createBlock(trx, { ...block, hash, seal: seals.seal(hash) }))) return 0;
    const put = await putIntoBlock(trx, block.number, events);
    if (put !== events.length) throw new Error(`${events.length - put} events of a block were sealed before`);
    return events.length;
  });
}

function sealedEventOf(row: AuditRow): SealedEvent {
  const personal = personalPartOf(row);
  const named = Object.keys(personal).length > 0;
  const personalSalt = named ? randomBytes(16).toString("base64url") : null;
  const personalHash = personalSalt === null ? null : personalHashOf(personalSalt, personal);
  return { id: row.id, hash: eventHashOf(row, personalHash), personalSalt, personalHash };
}
