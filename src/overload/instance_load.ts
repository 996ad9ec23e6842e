// Owns what one instance bears its load by: admission, the queues, and what tells of those who were turned away.
import type { Log } from "../log.ts";
import { Admission, type AdmissionLimits } from "./admission.ts";
import { ClientRate } from "./client_rate.ts";
import type { FairQueue } from "./fair_queue.ts";
import { type LoopWatch, watchLoop } from "./loop_watch.ts";
import { type InstanceQueues, tellOfShed } from "./queues.ts";

/** The load of an instance. */
export interface InstanceLoad {
  admission: Admission;
  queues: InstanceQueues;
  /** The instance stops: nobody is kept waiting for a refusal. */
  leave(): void;
  close(): Promise<void>;
}

/**
 * Begins to watch over it.
 * @param of.passwords where hashes wait
 * @param of.tokenRate how often one client may ask for tokens, a second
 */
export function startInstanceLoad(of: {
  log: Log;
  passwords: { queue: FairQueue };
  tokenRate: number | undefined;
  admissionLimits?: AdmissionLimits | undefined;
  loop?: LoopWatch | undefined;
}): InstanceLoad {
  const watched = watchLoop();
  const loop = of.loop ?? watched;
  const rate = of.tokenRate === undefined ? undefined : new ClientRate(of.tokenRate);
  const admission = new Admission({ loop, rate, limits: of.admissionLimits });
  const queues = { ...admission.queues, passwords: of.passwords.queue };
  const endTelling = tellOfShed(queues, of.log, {
    doors: Object.values(admission.doors).map(({ refused }) => refused),
    queues: admission.refused,
  });
  return {
    admission,
    queues,
    leave: () => admission.refusals.giveAll(),
    async close() {
      endTelling();
      watched.close();
    },
  };
}
