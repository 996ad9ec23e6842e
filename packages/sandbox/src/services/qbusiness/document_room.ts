// How many documents a sandbox holds: a share of the memory Node may use, because a process that runs out of it ends without a
// word, and would again at each start from its state.
import { getHeapStatistics } from "node:v8";
import type { AwsError } from "../../ground/errors.ts";
import { refuseQuota } from "./refuse.ts";

/** Documents need several times their length while they are indexed, and while a state file of them is read. */
const SHARE_OF_HEAP = 16;

/**
 * @param held bytes of all documents there are
 * @param added bytes of those that shall come
 * @returns the refusal, when there is no room for them
 */
export function findLackOfRoom(indexId: string, held: number, added: number): AwsError | undefined {
  const most = Math.floor(getHeapStatistics().heap_size_limit / SHARE_OF_HEAP);
  if (held + added <= most) return undefined;
  return refuseQuota({ type: "INDEX", id: indexId }, "The capacity of the index is used up.", {
    rule: "documents.memory",
    why: `the documents would have ${held + added} bytes, and the sandbox takes ${most}, a sixteenth of the memory Node may use`,
    fix: "Delete documents, or start it with more memory: NODE_OPTIONS=--max-old-space-size=4096 (in MiB).",
  });
}
