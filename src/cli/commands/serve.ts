// The command `tti serve`: the provider, for production.
import { type Config, ConfigError, readConfig } from "../../config.ts";
import { OperationError } from "../../errors.ts";
import { captureConsole, type Log, openLog } from "../../log.ts";
import { startServer } from "../../server.ts";
import { type Command, defineCommand } from "../command.ts";
import { untilCrashed } from "../crash.ts";
import { offerFirstStart } from "../first_start.ts";
import { aborted, endsWithin, stopSignal } from "../stop_signal.ts";
import { describeError, type Terminal } from "../terminal.ts";
import { productVersion } from "../version.ts";

const serve = defineCommand({
  name: "serve",
  summary: "the provider, for production",
  help: `Usage: tti serve

Serves the provider and its admin port. All settings come from the environment
(docs/configuration.md); it refuses to start without issuer, secrets and an https issuer,
and while the database lacks a migration. While nobody owns the installation it prints a link
that makes the first owner, once, within the hour (not with --json). On SIGTERM it lets
requests under way end. Its log, a start that fails included, is one JSON object a line on
standard error; at a terminal a start that fails is told in words.

Example:
  $ tti migrate up && tti serve`,
  options: {},
  async run({ terminal }) {
    try {
      return await serveUntilStopped(terminal);
    } catch (error) {
      if (terminal.isWatched) throw error;
      logFailedStart(error);
      if (terminal.json) terminal.fail(error);
      return 1;
    }
  },
});

async function serveUntilStopped(terminal: Terminal): Promise<number> {
  const config = readConfig(undefined, "production");
  const log = openLog({ level: config.logLevel });
  const capture = captureConsole(log);
  try {
    return await serveWith(config, log, terminal);
  } finally {
    capture.release();
  }
}

async function serveWith(config: Config, log: Log, terminal: Terminal): Promise<number> {
  const signal = stopSignal();
  const stopped = aborted(signal);
  const limitMs = config.shutdownLimitSeconds * 1000;
  const end = async (ending: Promise<unknown>): Promise<number> => {
    if (await endsWithin(limitMs, ending)) return 0;
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
        () => undefined,
      ),
    );
  }
  terminal.result(
    { issuer: server.issuer, localUrl: server.localUrl, adminUrl: server.adminUrl },
    `Serving ${server.issuer} at ${server.localUrl}; admin at ${server.adminUrl}`,
  );
  await offerFirstStart(server, { config, log, terminal });
  if ((await Promise.race([stopped, crashed])) === "crashed") return 1;
  return Promise.race([end(server.close()), crashed.then(() => 1)]);
}

// Whoever starts it without a terminal reads its log by machine, and wants to know there why it does not serve. Whatever
// TTI_LOG_LEVEL says: it may be what is wrong.
function logFailedStart(error: unknown): void {
  const { message, ...told } = describeError(error);
  const faults = error instanceof ConfigError ? error.faults : undefined;
  const kid: unknown = error instanceof Error ? Reflect.get(error, "kid") : undefined;
  openLog({ level: "fatal" }).fatal(
    {
      ...told,
      code: told.code ?? "internal_error",
      ...(faults === undefined ? {} : { field: faults[0]?.setting, faults }),
      ...(typeof kid === "string" ? { kid } : {}),
      // What nobody foresaw is told with its stack.
      ...(error instanceof OperationError ? {} : { err: error }),
    },
    message,
  );
}

export const serveCommands: readonly Command[] = [serve];
