// How many Argon2id hashes of the product's parameters this machine makes in a second when it does nothing else: the ceiling of
// password logins.
import { availableParallelism } from "node:os";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";

/** What was measured. */
export interface HashRate {
  /** Of all cores together. */
  perSecond: number;
  /** Processor time of one. */
  cpuMicroseconds: number;
}

const password = "correct horse battery staple";

/** Verifies one hash on as many threads as there are cores, for the given time. */
export async function measureHashRate(durationMs: number): Promise<HashRate> {
  const cores = availableParallelism();
  const passwords = createPasswords({ concurrency: cores });
  const hash = await passwords.hashPassword(password);
  const before = process.cpuUsage();
  const startedMs = performance.now();
  let count = 0;
  const lanes = Array.from({ length: cores }, async () => {
    while (performance.now() - startedMs < durationMs) {
      if (!(await passwords.verifyPassword(hash, password))) throw new Error("a right password was refused");
      count += 1;
    }
  });
  await Promise.all(lanes);
  const seconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { perSecond: count / seconds, cpuMicroseconds: (user + system) / count };
}
