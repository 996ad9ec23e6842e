// Owns the queues of an instance by name, and the one line of the log for many who were turned away: a line for each would be
// more work than what was refused.
import type { Log } from "../log.ts";
import type { RefusedNetworks } from "./door.ts";
import type { FairQueue, QueueState } from "./fair_queue.ts";

/** Every queue, with what waits in it. Names are labels of metrics: add, do not rename. */
export const queues = {
  tokens:
    "requests of programs at the public port: the token endpoint and its like, and the back ends' API but for searches",
  searches: "searches of back ends at the public port",
  logins: "sign-ins and new passwords, before anything is done for them",
  pages: "all other pages; neither they nor sign-ins are in the way of tokens, keys and health",
  passwords: "passwords that are to be hashed",
} as const;
export type QueueName = keyof typeof queues;

/** The queues that an instance has. */
export type InstanceQueues = Readonly<Record<QueueName, Pick<FairQueue, "state">>>;

const shedOf = ({ shed: { full, late } }: QueueState): number => full + late;

type Refused = Pick<RefusedNetworks, "take">;

/** Who was refused, for the log. */
export interface RefusedBy {
  /** At the doors, by their own fault. */
  doors: readonly Refused[];
  /** By the queues, for lack of room. */
  queues: Readonly<Partial<Record<QueueName, Refused>>>;
}

/**
 * Makes what tells of those who were turned away.
 * @returns tells of each queue how many they were since it told last, and nothing where there were none
 */
export function createShedTeller(
  of: Partial<InstanceQueues>,
  log: Log,
  refused: RefusedBy = { doors: [], queues: {} },
): () => void {
  const told = new Map<string, number>();
  return () => {
    for (const [queue, { state }] of Object.entries(of) as [QueueName, { state: QueueState }][]) {
      const turnedAway = shedOf(state) - (told.get(queue) ?? 0);
      if (turnedAway === 0) continue;
      told.set(queue, shedOf(state));
      const { running, waiting, oldestSeconds } = state;
      const networks = refused.queues[queue]?.take() ?? [];
      const most = networks.length === 0 ? {} : { networks };
      log.warn(
        { queue, turnedAway, running, waiting, oldestSeconds, ...most },
        "more was asked than could be served",
      );
    }
    for (const door of refused.doors)
      for (const one of door.take()) log.warn(one, "one network asked for more at once than it may");
  };
}

/** How often it is told, in milliseconds. */
const tellMs = 10_000;

/**
 * Tells of those who were turned away while an instance runs.
 * @returns tells the last of them, and ends
 */
export function tellOfShed(of: InstanceQueues, log: Log, refused: RefusedBy): () => void {
  const tell = createShedTeller(of, log, refused);
  const timer = setInterval(tell, tellMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    tell();
  };
}
