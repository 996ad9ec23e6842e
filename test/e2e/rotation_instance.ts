// One instance of the provider as its own process, for the rotation proof: settings from the environment, key
// times from the arguments. Tells its parent where it listens, and ends with it.
import { readConfig } from "../../src/config.ts";
import { keyPolicy } from "../../src/provider/keys/policy.ts";
import { startServer } from "../../src/server.ts";

const policy = keyPolicy(JSON.parse(process.argv[2] ?? "{}"));
const config = { ...readConfig(), idTokenTtlSeconds: policy.longestTokenSeconds };
try {
  const server = await startServer(config, { keyPolicy: policy, drainMs: 1_000 });
  process.send?.({ url: server.localUrl, issuer: server.issuer });
  process.once("disconnect", () => server.close());
} catch (error) {
  process.send?.({ refusal: error instanceof Error ? error.message : String(error) });
  process.disconnect?.();
  process.exitCode = 1;
}
