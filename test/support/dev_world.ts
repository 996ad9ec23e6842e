// Owns everything of `tti dev` in the test's own process, on free ports, for tests that go through it from outside.
import { type DevEnvironment, startDevEnvironment } from "../../src/cli/dev/dev_environment.ts";
import { readConfig } from "../../src/config.ts";

/**
 * Starts it.
 * @param dataDir where it keeps everything; one that was used goes on as it was left
 * @param issuer the provider's address, where nobody calls on it but a restart must be of the same one: the local AWS begins
 *   anew for another. Absent: where the provider listens
 */
export function startDev(dataDir: string, issuer?: string): Promise<DevEnvironment> {
  const config = readConfig({
    TTI_MODE: "development",
    PORT: "0",
    TTI_ADMIN_PORT: "0",
    TTI_DATA_DIR: dataDir,
    TTI_LOG_LEVEL: "silent",
    ...(issuer === undefined ? {} : { TTI_ISSUER: issuer }),
  });
  return startDevEnvironment({ config, sandboxPort: 0, demoPort: 0, onStep: () => undefined });
}
