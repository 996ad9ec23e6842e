// Turns a seed into a world: accounts directly, everything else through the operations a customer would call.

import { AwsError, SandboxSetupError } from "../ground/errors.ts";
import type { Registry, SharedContext } from "../operation/operation.ts";
import { emptySeedResult, type SeedResult } from "../state/seed_result.ts";
import { seedAccount, seedIsv } from "./accounts.ts";
import { createSeedCaller } from "./call.ts";
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
  const call = createSeedCaller(registry, shared, randomSeed);
  const seeding = { world, call, result, randomSeed, nowMs: shared.clock().getTime() };
  try {
    for (const account of seed.accounts) seedAccount(account, seeding);
    for (const isv of seed.isvs ?? []) seedIsv(isv, seeding);
    for (const instance of seed.identityCenters ?? []) await seedIdentityCenter(instance, seeding);
    for (const application of seed.qApplications ?? []) await seedQApplication(application, seeding);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new SandboxSetupError(
      "SANDBOX_SEED_INVALID",
      `The sandbox seed asks for what AWS would refuse: ${error.why}. ${error.fix}`,
      { cause: error },
    );
  }
  return result;
}
