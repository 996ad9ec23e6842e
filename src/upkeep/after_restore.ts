// Owns what has to be done in a store that was restored, before it serves: it is an earlier one, in which what was used up counts
// again and what had ended stands.
import { createAuditEvent } from "../audit/audit_store.ts";
import type { Database } from "../db/connect.ts";
import { listInstances } from "../provider/keys/key_store.ts";
import type { KeyPolicy } from "../provider/keys/policy.ts";
import { isLive } from "../provider/keys/signer_choice.ts";
import { type AllEnded, endEverything } from "../provider/sessions/end_all_store.ts";

/** What ended, if anything was to. */
export interface AfterRestore {
  ended?: AllEnded;
  /** Nothing was to end. */
  kept?: true;
}

/** How many instances say that they serve from a store now; each should have been stopped before it was restored. */
export async function servingInstances(db: Database, policy: KeyPolicy, now: Date): Promise<number> {
  const instances = await listInstances(db);
  return instances.filter((instance) => isLive(instance, now.getTime(), policy)).length;
}

/**
 * Ends everything that was given out before, for everybody, and records the restore, in one transaction. People stay who they are:
 * they sign in anew and agree anew.
 * @param order.keep leave what was given out: nothing happened between backup and restore
 * @param order.backupMadeAtMs when the backup was made, if that is known
 */
export function afterRestore(
  db: Database,
  order: { actor: string; keep: boolean; backupMadeAtMs?: number | undefined },
  now: Date,
): Promise<AfterRestore> {
  const { actor, keep, backupMadeAtMs } = order;
  return db.transaction(async (trx) => {
    const ended = keep ? undefined : await endEverything(trx, now);
    const details = {
      ...(backupMadeAtMs === undefined ? {} : { backupMadeAt: new Date(backupMadeAtMs).toISOString() }),
      ...(ended ?? { kept: true }),
    };
    await createAuditEvent(trx, { type: "store.restored", actor, details }, now);
    return ended === undefined ? { kept: true } : { ended };
  });
}
