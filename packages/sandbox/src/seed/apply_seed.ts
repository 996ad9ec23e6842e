// Turns a seed into a world: accounts directly, everything else through the operations a customer would call.

import type { Registry, SharedContext } from "../operation/operation.ts";
import { emptySeedResult, type SeedResult } from "../state/seed_result.ts";
import { seedAccount, seedIsv } from "./accounts.ts";
import { createSeedCaller, tellFields } from "./call.ts";
import { nameFields } from "./field_names.ts";
import { seedIdentityCenter } from "./identity_centers.ts";
import { seedQApplication } from "./q_applications.ts";
import type { SandboxSeed } from "./schema.ts";

/**
 * @param seed already parsed
 * @param randomSeed ids of the seed's entities follow from it
 * @returns ids and credentials by the seed's names
 * @throws SandboxSetupError `SANDBOX_SEED_INVALID` when an operation refuses what the seed asks
 */
export async function applySeed(
  seed: SandboxSeed,
  registry: Registry,
  shared: SharedContext,
  randomSeed: string,
): Promise<SeedResult> {
  const { world } = shared;
  const result = emptySeedResult();
  const call = tellFields(createSeedCaller(registry, shared, randomSeed), nameFields(seed));
  const seeding = { world, call, result, randomSeed, nowMs: shared.clock().getTime() };
  for (const account of seed.accounts) seedAccount(account, seeding);
  for (const isv of seed.isvs ?? []) seedIsv(isv, seeding);
  for (const instance of seed.identityCenters ?? []) await seedIdentityCenter(instance, seeding);
  for (const application of seed.qApplications ?? []) await seedQApplication(application, seeding);
  return result;
}
