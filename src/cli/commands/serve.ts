// The command `tti serve`: the provider, for production.
import { readConfig } from "../../config.ts";
import { captureConsole, openLog } from "../../log.ts";
import { startServer } from "../../server.ts";
import { type Command, defineCommand } from "../command.ts";
import { untilStopped } from "../stop_signal.ts";
import { productVersion } from "../version.ts";

const serve = defineCommand({
  name: "serve",
  summary: "the provider, for production",
  help: `Usage: tti serve

Serves the provider and its admin port. All settings come from the environment
(docs/configuration.md); it refuses to start without issuer, secrets and an https issuer,
and while the database lacks a migration. On SIGTERM it lets requests under way end.

Example:
  $ tti migrate up && tti serve`,
  options: {},
  async run({ terminal }) {
    const config = readConfig(undefined, "production");
    const log = openLog({ level: config.logLevel });
    captureConsole(log);
    const server = await startServer(config, { log, version: productVersion() });
    const stopped = untilStopped();
    terminal.result(
      { issuer: server.publicUrl, localUrl: server.localUrl, adminUrl: server.adminUrl },
      `Serving ${server.publicUrl} at ${server.localUrl}; admin at ${server.adminUrl}`,
    );
    await stopped;
    await server.close();
    return 0;
  },
});

export const serveCommands: readonly Command[] = [serve];
