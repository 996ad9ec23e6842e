// The commands `tti sandbox …`: only the local AWS.
import { QBusinessClient } from "@aws-sdk/client-qbusiness";
import {
  describeSandbox,
  describeState,
  exampleSeed,
  formatRequest,
  listRules,
  parseSeed,
  pushFolder,
  type RuleOverrides,
  readJsonFile,
  readRulesFile,
  type SeedResult,
  simulatedServicesText,
  startSandbox,
} from "tti-sandbox";
import { OperationError } from "../../errors.ts";
import { type Command, defineCommand, requireOption, UsageError } from "../command.ts";
import { untilStopped } from "../stop_signal.ts";
import type { Terminal } from "../terminal.ts";

const defaultUrl = "http://127.0.0.1:4566";

const sandbox = defineCommand({
  name: "sandbox",
  summary: "only the local AWS",
  help: `Usage: tti sandbox [--seed FILE] [OPTIONS]
       tti sandbox --rules
       tti sandbox load DIR --application NAME

Starts a local AWS that accepts and refuses what AWS does for trusted token issuers. Point any
AWS SDK or the AWS CLI at it with the variables it prints. Its page shows every request, each
check it passed, and why it was refused. It simulates, as far as that way needs them:
${simulatedServicesText}

  --seed FILE             what exists at the start, as JSON
  --example-seed          print a seed to begin with
  --issuer URL            whose ID tokens that seed trusts; default http://localhost:3000.
                          own: the sandbox's, which signs what a test asks for
  --state FILE            keep the state over restarts
  --port N                default 4566; 0 takes a free one
  --allow-local-issuers   issuers may be http, on this machine
  --rule NAME=VALUE       change a switch; repeat for several
  --rules                 list the switches: what AWS does not say, and how strict we are
  --rules FILE            obey what tti-sandbox probe has seen of real AWS (observed.json)
  --json                  print one JSON document

Example:
  $ tti sandbox --example-seed > seed.json
  $ tti sandbox --seed seed.json --allow-local-issuers`,
  options: {
    seed: { type: "string" },
    "example-seed": { type: "boolean" },
    issuer: { type: "string" },
    state: { type: "string" },
    port: { type: "string" },
    "allow-local-issuers": { type: "boolean" },
    rule: { type: "string", multiple: true },
    rules: { type: "boolean" },
  },
  arguments: ["FILE?"],
  async run({ values, arguments: [rulesFile], terminal }) {
    if (rulesFile !== undefined && !values.rules) {
      throw new UsageError(`a file stands after --rules: ${rulesFile}`, "tti sandbox --rules observed.json");
    }
    if (values.rules && rulesFile === undefined) return tellRules(terminal);
    if (values["example-seed"]) return tellExampleSeed(terminal, values.issuer);
    if (values.issuer !== undefined) {
      throw new UsageError("--issuer goes with --example-seed", "tti sandbox --example-seed --issuer own");
    }
    const seed = values.seed === undefined ? undefined : parseSeed(await readJsonFile(values.seed));
    const running = await startSandbox({
      port: parsePort(values.port),
      rules: {
        ...(await readRulesFile(rulesFile, (text) => terminal.say(text))),
        ...parseRules(values.rule ?? []),
      },
      onWarning: (message) => terminal.say(message),
      onRequest: (record) => terminal.say(formatRequest(record)),
      ...(seed === undefined ? {} : { seed }),
      ...(values.state === undefined ? {} : { statePath: values.state }),
      ...(values["allow-local-issuers"] ? { allowLocalIssuers: true } : {}),
    });
    const stopped = untilStopped();
    tellRunning(terminal, running.url, running.seedResult);
    if (values.state !== undefined) terminal.say(describeState(values.state));
    await stopped;
    await running.close();
    return running.isSaved ? 0 : 1;
  },
});

const load = defineCommand({
  name: "sandbox load",
  summary: "index a folder of documents in a running local AWS",
  help: `Usage: tti sandbox load DIR --application NAME [--as NAME] [--url URL]

Reads text, Markdown, HTML and PDF files of a folder, with who may see them
(access.json in it), and puts them into the index of a Q Business application.

  --application NAME   the application, by its name in the seed
  --as NAME            credentials to use, by their name in the seed
                       (default: those of the environment)
  --url URL            the local AWS (default ${defaultUrl})
  --json               print one JSON document

Example:
  $ tti sandbox load ./handbook --application acme-search --as acme-admin`,
  options: { application: { type: "string" }, as: { type: "string" }, url: { type: "string" } },
  arguments: ["DIR"],
  async run({ values, arguments: [directory = ""], terminal }) {
    const name = requireOption(values.application, "application", "acme-search");
    const url = values.url ?? defaultUrl;
    const known = await readSeedResult(url);
    const application = pick(known.qApplications, name, "application");
    const credentials = values.as === undefined ? undefined : pick(known.credentials, values.as, "as");
    const client = new QBusinessClient({
      region: application.region,
      endpoint: url,
      ...(credentials === undefined ? {} : { credentials }),
    });
    try {
      const { loaded, skipped } = await pushFolder(directory, { client, ...application });
      for (const { path, reason } of skipped) terminal.say(`left out ${path}: ${reason}`);
      terminal.result({ loaded, skipped }, `Indexed ${loaded.length} documents in ${name}.`);
      return loaded.length === 0 ? 1 : 0;
    } finally {
      client.destroy();
    }
  },
});

function tellRules(terminal: Terminal): number {
  const rules = listRules();
  terminal.result(
    { rules },
    rules
      .map((rule) =>
        [
          `${terminal.styleResult("bold", rule.name)} = ${rule.default}${rule.values.length > 1 ? `  (or ${rule.values.slice(1).join(", ")})` : ""}`,
          `  ${rule.question}`,
          `  ${rule.certainty}: ${rule.source}`,
        ].join("\n"),
      )
      .join("\n\n"),
  );
  return 0;
}

function tellExampleSeed(terminal: Terminal, issuer: string | undefined): number {
  const seed = exampleSeed(issuer);
  terminal.result(seed, JSON.stringify(seed, undefined, 2));
  return 0;
}

function tellRunning(terminal: Terminal, url: string, seed: SeedResult): void {
  terminal.result({ url, seed }, describeSandbox(url, seed));
  if (Object.keys(seed.credentials).length === 0) {
    terminal.say("It is empty. Begin with a seed: tti sandbox --example-seed > seed.json");
  }
  terminal.say(terminal.style("dim", "Stop with Ctrl-C."));
}

async function readSeedResult(url: string): Promise<SeedResult> {
  const response = await fetch(new URL("/_sandbox/seed", url)).catch((cause: unknown) => {
    throw new OperationError("unavailable", `No local AWS answers at ${url}.`, {
      fix: "Start it: tti dev or tti sandbox; or name it with --url",
      cause,
    });
  });
  return (await response.json()) as SeedResult;
}

function pick<T>(known: Readonly<Record<string, T>>, name: string, option: string): T {
  const found = Object.hasOwn(known, name) ? known[name] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(known).join(", ") || "none";
  throw new UsageError(`--${option} ${name} is not in the seed`, `It has: ${names}`);
}

function parsePort(text: string | undefined): number {
  if (text === undefined) return 4566;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new UsageError("--port is no port", "Write a number up to 65535, e.g. --port 4566");
}

function parseRules(pairs: readonly string[]): RuleOverrides {
  const overrides = pairs.map((pair) => {
    const [name = "", value] = pair.split("=", 2);
    if (value !== undefined && name !== "") return [name, value] as const;
    throw new UsageError(`--rule ${pair} has no value`, "Write it like --rule issuer.trailingSlash=ignore");
  });
  return Object.fromEntries(overrides) as RuleOverrides;
}

export const sandboxCommands: readonly Command[] = [sandbox, load];
