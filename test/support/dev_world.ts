// Owns everything of `tti dev` in the test's own process, on free ports, for tests that go through it from outside.
import { type DevEnvironment, startDevEnvironment } from "../../src/cli/dev/dev_environment.ts";
import { readConfig } from "../../src/config.ts";

/**
 * Starts it.
 * @param dataDir where it keeps everything; one that was used goes on as it was left
 * @param port the provider's; a restart is at the one of before, because the local AWS knows the issuer by it
 */
export function startDev(dataDir: string, port = "0"): Promise<DevEnvironment> {
  const config = readConfig({
    TTI_MODE: "development",
    PORT: port,
    TTI_ADMIN_PORT: "0",
    TTI_DATA_DIR: dataDir,
    TTI_LOG_LEVEL: "silent",
  });
  return startDevEnvironment({ config, sandboxPort: 0, demoPort: 0, onStep: () => undefined });
}
