// Owns where stores of tests stand: each commit waits for the disk, thousands of times a run, for a store that lives for
// seconds. Linux has a folder that is memory; in a container it may be small.
import { existsSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";

const memory = "/dev/shm";

/**
 * A folder to make folders in.
 * @param gibibytes how much of memory must be free to be used; else it is the usual one
 */
export function fastFolder(gibibytes: number): string {
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > gibibytes * 2 ** 30 ? memory : tmpdir();
}
