// Owns looking, from time to time, which key TTI_KMS_KEY_ID names now, an alias perhaps. A look that fails is a
// fault to report, never a reason not to sign with the keys there are.
import { StoreUnavailable } from "../../db/store_fault.ts";
import { OperationError } from "../../errors.ts";
import type { KeyRow } from "./key_store.ts";
import type { KeyFault } from "./served_keys.ts";
import type { InstanceView } from "./signer_choice.ts";
import type { KmsKeys } from "./signer_kms.ts";
import { adoptKmsKey, ensureSuccession, type KeySources } from "./succession.ts";

/** How often KMS is asked, in milliseconds. */
export const kmsLookIntervalMs = 15 * 60 * 1000;
/** How soon again after KMS failed to say. */
const retryMs = 60 * 1000;
/** A poll that waits for KMS any longer would keep this instance from signing with keys it has. */
const patienceMs = 3_000;

/** Looks at KMS. */
export interface KmsLook {
  /**
   * Brings the key KMS names into the succession, if it is time to look.
   * @returns the rows afterwards
   * @throws OperationError where there is no key at all yet
   */
  look(rows: KeyRow[], instances: readonly InstanceView[], nowMs: number): Promise<KeyRow[]>;
  /** Why the last look failed. */
  fault(): KeyFault | undefined;
}

/** Makes the look. */
export function createKmsLook(sources: KeySources & { kms: KmsKeys }): KmsLook {
  let dueAtMs = Number.NEGATIVE_INFINITY;
  let fault: KeyFault | undefined;
  return {
    fault: () => fault,
    async look(rows, instances, nowMs) {
      if (nowMs < dueAtMs) return rows;
      const work = adoptKmsKey(sources, rows, instances, nowMs).then((adopted) =>
        ensureSuccession(sources, adopted, instances, nowMs),
      );
      try {
        const complete = await (rows.length === 0 ? work : withinPatience(work));
        fault = undefined;
        dueAtMs = nowMs + kmsLookIntervalMs;
        return complete;
      } catch (error) {
        if (rows.length === 0 || error instanceof StoreUnavailable || !(error instanceof Error)) throw error;
        fault = { kid: "TTI_KMS_KEY_ID", fatal: false, error };
        dueAtMs = nowMs + retryMs;
        return rows;
      }
    },
  };
}

async function withinPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(kmsIsSilent()), patienceMs);
  });
  // Whatever becomes of it later: the store lets one caller through.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function kmsIsSilent(): OperationError {
  return new OperationError(
    "signing_unavailable",
    `AWS KMS did not say within ${patienceMs / 1000} s which key TTI_KMS_KEY_ID names.`,
    { fix: "Check the network path to KMS; keys that sign already go on." },
  );
}
