// The command `tti dev`: everything on this machine, seeded, proven with one search. `npm start` runs it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Config, givenSettings, readConfig } from "../../config.ts";
import { type Command, defineCommand, UsageError } from "../command.ts";
import { demoPeople, demoQuery } from "../dev/demo_content.ts";
import { type DevEnvironment, startDevEnvironment } from "../dev/dev_environment.ts";
import { otherTerminal } from "../dev/other_terminal.ts";
import { assertOwnPlace } from "../dev/own_place.ts";
import { assertPortsFree } from "../dev/ports.ts";
import { ProofFailed, type ProvenSearch, proveDemo } from "../dev/proof.ts";
import { Steps } from "../dev/steps.ts";
import { untilStopped } from "../stop_signal.ts";
import { formatFields, formatTable, printable, type Terminal } from "../terminal.ts";

const dev = defineCommand({
  name: "dev",
  summary: "everything on this machine, seeded; proves itself with one search",
  help: `Usage: tti dev [--check] [OPTIONS]

Starts the provider (3000), its admin port (3001), a local AWS (4566) and a sample ISV
application (3002) with two customers, their users and documents. Then mints an ID token,
exchanges it, searches as two users, and prints what they found and where to look. A third
customer has let nobody in yet: the sample application's page /onboarding leads from its
first step to its first search, and out again. What the provider mails is read on the
sample application's page /mailbox, unless SMTP_URL names a mail server.

Everything is kept in the data directory (TTI_DATA_DIR, default ./data): the next start
finds it again. Where DATABASE_URL is set, or TTI_ISSUER names another machine, it refuses:
those are an installation's. Stop with Ctrl-C.

  --check            the same on free ports with a throw-away store; prints each step as it
                     passes, and exits 0, or 1 naming the step that failed
  --sandbox-port N   port of the local AWS (default 4566)
  --demo-port N      port of the sample application (default 3002)
  --verbose          show the provider's log
  --json             print one JSON document

Example:
  $ tti dev
  $ tti dev --check && echo it works`,
  options: {
    check: { type: "boolean" },
    "sandbox-port": { type: "string" },
    "demo-port": { type: "string" },
    verbose: { type: "boolean" },
  },
  async run({ values, terminal }) {
    if (values.check) {
      if (values["sandbox-port"] ?? values["demo-port"]) {
        throw new UsageError("--check takes free ports", "Leave --sandbox-port and --demo-port away");
      }
      return runCheck(terminal, values.verbose === true);
    }
    const settings = readConfig(undefined, "development");
    assertOwnPlace(settings);
    const config = values.verbose ? settings : ({ ...settings, logLevel: "warn" } as const);
    return runDev(terminal, config, {
      sandboxPort: parsePort(values["sandbox-port"], "sandbox-port", 4566),
      demoPort: parsePort(values["demo-port"], "demo-port", 3002),
    });
  },
});

async function runCheck(terminal: Terminal, verbose: boolean): Promise<number> {
  const steps = new Steps(terminal);
  let dataDir: string | undefined;
  try {
    dataDir = makeThrowAwayDirectory();
    // Only what is said here counts: a setting of this machine must not make the check another one.
    const config = readConfig({
      TTI_MODE: "development",
      PORT: "0",
      TTI_ADMIN_PORT: "0",
      TTI_DATA_DIR: dataDir,
      TTI_LOG_LEVEL: verbose ? "info" : "fatal",
    });
    const environment = await startOrFail(steps, { config, sandboxPort: 0, demoPort: 0 });
    try {
      if (environment.seedFault !== undefined) throw new ProofFailed("Seeding", environment.seedFault);
      const searches = await prove(environment, config, steps);
      terminal.result({ ok: true, steps: steps.passed, searches }, formatFound(searches, terminal));
      return 0;
    } finally {
      await environment.close();
    }
  } catch (error) {
    if (!(error instanceof ProofFailed)) throw error;
    if (terminal.json) {
      const failed = { step: error.step, message: error.message, fix: error.fix };
      terminal.result({ ok: false, steps: steps.passed, failed }, "");
    } else {
      steps.failed(error.step);
      terminal.fail(error);
    }
    return 1;
  } finally {
    if (dataDir !== undefined) rmSync(dataDir, { recursive: true, force: true });
  }
}

function makeThrowAwayDirectory(): string {
  try {
    return mkdtempSync(join(tmpdir(), "tti-check-"));
  } catch (error) {
    throw new ProofFailed(
      "Making a throw-away directory",
      error,
      "Set TMPDIR to a directory you may write to.",
    );
  }
}

async function runDev(
  terminal: Terminal,
  config: Config,
  ports: { sandboxPort: number; demoPort: number },
): Promise<number> {
  await assertPortsFree([
    { what: "provider", port: config.port, change: "PORT=3100" },
    { what: "admin", port: config.adminPort, change: "TTI_ADMIN_PORT=3101" },
    { what: "local AWS", port: ports.sandboxPort, change: "--sandbox-port 4600" },
    { what: "sample application", port: ports.demoPort, change: "--demo-port 3102" },
  ]);
  const steps = new Steps(terminal);
  const environment = await startOrFail(steps, { config, ...ports });
  const stopped = untilStopped();
  try {
    const { searches, unproven } = await proveOrWarn(terminal, environment, config, steps);
    terminal.result(
      {
        issuer: environment.issuer,
        adminUrl: environment.adminUrl,
        sandboxUrl: environment.sandboxUrl,
        demoUrl: environment.demoUrl,
        onboardingUrl: environment.onboardingUrl,
        ...(environment.mailboxUrl === undefined ? {} : { mailboxUrl: environment.mailboxUrl }),
        users: demoPeople.map(({ email, name, memberships }) => ({
          email,
          name,
          tenants: memberships.map(({ tenantId }) => tenantId),
          password: environment.state.demoPassword,
        })),
        searches,
        elsewhere: `${elsewhere().folder} && ${searchElsewhere()}`,
        ...(unproven === undefined ? {} : { unproven }),
      },
      [
        ...(searches.length === 0 ? [] : [formatFound(searches, terminal), ""]),
        formatWelcome(environment, terminal),
      ].join("\n"),
    );
    terminal.say(terminal.style("dim", "Stop with Ctrl-C. What you do here is kept for the next start."));
    await stopped;
    return 0;
  } finally {
    await environment.close();
  }
}

async function startOrFail(
  steps: Steps,
  options: { config: Config; sandboxPort: number; demoPort: number },
): Promise<DevEnvironment> {
  try {
    return await startDevEnvironment({
      ...options,
      tti: elsewhere().tti,
      onStep: (name) => steps.pass(name),
    });
  } catch (error) {
    throw new ProofFailed("Starting", error);
  }
}

async function prove(environment: DevEnvironment, config: Config, steps: Steps): Promise<ProvenSearch[]> {
  return proveDemo({
    environment,
    config,
    subjectOf: environment.subjectOf,
    onStep: (name) => steps.pass(name),
  });
}

// What one did to the demo (a customer's login, its presence policy, a user removed) may keep it from proving itself.
// That is no reason to keep it from serving: how else would one put it back?
async function proveOrWarn(
  terminal: Terminal,
  environment: DevEnvironment,
  config: Config,
  steps: Steps,
): Promise<{ searches: ProvenSearch[]; unproven?: { step: string; message: string; fix: string } }> {
  try {
    if (environment.seedFault !== undefined) throw new ProofFailed("Seeding", environment.seedFault);
    return { searches: await prove(environment, config, steps) };
  } catch (error) {
    if (!(error instanceof ProofFailed)) throw error;
    const { step, message, fix } = error;
    terminal.say(`${terminal.style("bold", "!")} ${printable(message)}`);
    const wayBack = await wayBackOf(environment, config, fix);
    terminal.say(`  fix: ${wayBack.split("\n").map(printable).join("\n")}`);
    terminal.say(
      "The demo has been changed since it was made, so it does not prove itself; it serves all the same.",
    );
    return { searches: [], unproven: { step, message, fix: wayBack } };
  }
}

// What to type, where it is known what was changed; else how to begin anew.
async function wayBackOf(environment: DevEnvironment, config: Config, fix: string): Promise<string> {
  const commands = await environment.commandsBack();
  const anew = `To begin anew, stop this and delete ${resolve(config.dataDir)}.`;
  if (commands.length === 0) return `${fix} ${anew}`;
  return `As the demo was made: ${commands.map((command) => `${elsewhere().tti} ${command}`).join(" && ")}\n  or   ${anew}`;
}

function formatFound(searches: readonly ProvenSearch[], terminal: Terminal): string {
  const found = searches.map(({ user, results }) => {
    const titles = [...new Set(results.map(({ title, documentId }) => title ?? documentId ?? ""))];
    return [
      `${terminal.styleResult("bold", user)} searches "${demoQuery}" and finds`,
      ...titles.map((title) => `  · ${printable(title)}`),
    ].join("\n");
  });
  return found.join("\n\n");
}

const elsewhere = () => otherTerminal(givenSettings("development"), process.cwd());

const searchElsewhere = (): string =>
  `${elsewhere().tti} search --tenant acme --user ada@acme.example "${demoQuery}"`;

const unprintedWords = (names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`  (${names.join(", ")}: as here, for commands that need it; not printed)`];

function formatWelcome(environment: DevEnvironment, terminal: Terminal): string {
  const users = demoPeople.map((person) => ({
    "SIGN IN AS": person.email,
    CUSTOMER: person.memberships.map(({ tenantId }) => tenantId).join(", "),
    "MAY SEE": person.sees,
  }));
  return [
    formatFields([
      ["Open", environment.demoUrl],
      ["Then", `${environment.onboardingUrl}  (let a new customer in, search as its people, say good-bye)`],
      ...(environment.mailboxUrl === undefined
        ? []
        : [
            [
              "Mailbox",
              `${environment.mailboxUrl}  (what the provider mails: invitations, new passwords)`,
            ] as const,
          ]),
      ["Issuer", environment.issuer],
      ["Local AWS", `${environment.sandboxUrl}  (AWS_ENDPOINT_URL; its page shows every check)`],
      ["Admin API", environment.adminUrl],
    ]),
    "",
    formatTable(users),
    "",
    `The password of each is ${terminal.styleResult("bold", environment.state.demoPassword)}`,
    "In another terminal:",
    `  ${elsewhere().folder}`,
    `  ${searchElsewhere()}`,
    ...unprintedWords(elsewhere().unprinted),
  ].join("\n");
}

function parsePort(text: string | undefined, option: string, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new UsageError(`--${option} is no port`, `Write a number up to 65535, e.g. --${option} ${otherwise}`);
}

export const devCommands: readonly Command[] = [dev];
