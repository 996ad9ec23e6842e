// The command `tti serve`: the provider, for production.
import { availableParallelism } from "node:os";
import { type Config, readConfig } from "../../config.ts";
import { captureConsole, type Log, openLog } from "../../log.ts";
import { workerCount } from "../../settings/setting_values.ts";
import { type Command, defineCommand, UsageError } from "../command.ts";
import { untilCrashed } from "../crash.ts";
import { giveBackStartMemory } from "../start_memory.ts";
import { aborted, endsWithin, stopSignal } from "../stop_signal.ts";
import type { Terminal } from "../terminal.ts";
import { productVersion } from "../version.ts";
import { failedStart, logFailedStart } from "../workers/failed_start.ts";
import { planWorkers } from "../workers/plan.ts";
import { servePrimary } from "../workers/primary.ts";

const serveCommand = defineCommand({
  name: "serve",
  summary: "the provider, for production",
  help: `Usage: tti serve [--workers N|auto]

Serves the provider and its admin port. All settings come from the environment
(docs/configuration.md); it refuses to start without issuer, secrets and an https issuer,
and while the database lacks a migration. While nobody owns the installation it prints a link
that makes the first owner, once, within the hour (not with --json). On SIGTERM it lets
requests under way end. Its log, a start that fails included, is one JSON object a line on
standard error; at a terminal a start that fails is told in words.

--workers N    so many processes share its ports and the processors (auto: one a processor);
               TTI_WORKERS says the same. It needs PostgreSQL, and each opens its own
               connections to it (docs/operations.md, "Workers")

Example:
  $ tti migrate up && tti serve
  $ tti serve --workers auto`,
  options: { workers: { type: "string" } },
  async run({ values, terminal }) {
    const asked = values.workers === undefined ? undefined : readWorkers(values.workers);
    try {
      return await serve(asked, terminal);
    } catch (error) {
      if (terminal.isWatched) throw error;
      logFailedStart(failedStart(error));
      if (terminal.json) terminal.fail(error);
      return 1;
    }
  },
});

async function serve(asked: number | "auto" | undefined, terminal: Terminal): Promise<number> {
  const config = readConfig(undefined, "production");
  const log = openLog({ level: config.logLevel });
  const capture = captureConsole(log);
  try {
    const plan = planWorkers(asked ?? config.workers, { cores: availableParallelism() }, config);
    if (plan.workers > 1) return await servePrimary(plan, { config, log, terminal });
    return await serveAlone(config, log, terminal);
  } finally {
    capture.release();
  }
}

function readWorkers(value: string): number | "auto" {
  try {
    return workerCount(value);
  } catch (error) {
    const [problem, fix] = (error as Error).message.split("|");
    throw new UsageError(`--workers: ${problem}`, `${fix}. See: tti serve --help`);
  }
}

async function serveAlone(config: Config, log: Log, terminal: Terminal): Promise<number> {
  // Read here: a process that only leads others needs nothing of it.
  const [{ startServer }, { offerFirstStart }] = await Promise.all([
    import("../../server.ts"),
    import("../first_start.ts"),
  ]);
  const signal = stopSignal();
  const stopped = aborted(signal);
  const limitMs = config.shutdownLimitSeconds * 1000;
  const end = async (ending: Promise<number>): Promise<number> => {
    let cutOff = 0;
    const counted = ending.then((count) => {
      cutOff = count;
    });
    if (await endsWithin(limitMs, counted)) return cutOff === 0 ? 0 : 1;
    log.fatal({ limitSeconds: config.shutdownLimitSeconds }, "provider did not stop in time; it ends now");
    return 1;
  };
  const starting = startServer(config, { log, version: productVersion(), signal });
  const crashed = untilCrashed(log).then(() => "crashed" as const);
  const server = await Promise.race([starting, stopped, crashed]);
  if (server === "crashed") return 1;
  // Told to stop while it starts: what has started is closed before it ends.
  if (server === undefined) {
    return end(
      starting.then(
        (started) => started.close(),
        () => 0,
      ),
    );
  }
  terminal.result(
    { issuer: server.issuer, localUrl: server.localUrl, adminUrl: server.adminUrl },
    `Serving ${server.issuer} at ${server.localUrl}; admin at ${server.adminUrl}`,
  );
  await offerFirstStart(server, { config, log, terminal });
  giveBackStartMemory(log);
  if ((await Promise.race([stopped, crashed])) === "crashed") return 1;
  return Promise.race([end(server.close()), crashed.then(() => 1)]);
}

export const serveCommands: readonly Command[] = [serveCommand];
