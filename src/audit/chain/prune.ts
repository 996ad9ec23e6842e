// Owns retention: what is older than it may be goes, block by block from the oldest; the blocks stay, so that the rest
// still verifies, and an event of the trail says how far and why. Each such event covers all gaps before it.
import { setImmediate as turn } from "node:timers/promises";
import type { Database } from "../../db/connect.ts";
import { createAuditEvent } from "../audit_store.ts";
import { allowPruning, findPrunable, pruneSomeBlocks } from "./chain_store.ts";

/** What retention removes. */
export interface Pruning {
  /** Events older than this, epoch milliseconds. */
  beforeMs: number;
  /** The last block whose events go; 0: none. */
  throughBlock: number;
  blocks: number;
  events: number;
}

const dayMs = 24 * 3_600_000;

/** What retention would remove now. @param days how long events are kept, at least one day */
export async function planPruning(db: Database, days: number, now: Date): Promise<Pruning> {
  const beforeMs = now.getTime() - days * dayMs;
  return { beforeMs, ...(await findPrunable(db, beforeMs)) };
}

/**
 * Removes events that are older than they may be: first it is recorded, then they go, in steps small enough that nobody
 * waits for one. What another instance left half-done is done, too.
 * @param db the pool
 * @param actor who wants it
 * @param days how long events are kept, at least one day
 * @param stopped asked between two steps
 */
export async function pruneTrail(
  db: Database,
  {
    actor,
    days,
    now,
    stopped = () => false,
  }: { actor: string; days: number; now: Date; stopped?: () => boolean },
): Promise<Pruning> {
  const plan = await planPruning(db, days, now);
  const { beforeMs, throughBlock, blocks, events } = plan;
  if (blocks > 0) {
    await db.transaction(async (trx) => {
      if (!(await allowPruning(trx, throughBlock))) return;
      const details = { throughBlock, beforeMs, blocks, events };
      await createAuditEvent(trx, { type: "audit.pruned", actor, details }, now);
    });
  }
  while (!stopped() && (await pruneSomeBlocks(db, now)) > 0) await turn();
  return plan;
}
