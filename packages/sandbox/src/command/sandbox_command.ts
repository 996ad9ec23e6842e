// The tti-sandbox command: reads its words, starts the sandbox, tells where it is and with what credentials.
import { parseArgs } from "node:util";
import { SandboxSetupError } from "../ground/errors.ts";
import { MissingPackageError } from "../ground/optional_package.ts";
import { simulatedServicesText } from "../models/simulated_services.ts";
import { sandboxRulesTable } from "../rules/render_rules.ts";
import { listRules, type RuleOverrides } from "../rules/rules.ts";
import { exampleSeed } from "../seed/example_seed.ts";
import { parseSeed } from "../seed/parse_seed.ts";
import { startSandbox } from "../start/sandbox.ts";
import { describeSandbox } from "./describe_sandbox.ts";
import { runProbeCommand } from "./probe_command.ts";
import { readJsonFile } from "./read_json_file.ts";
import { formatRequest } from "./request_line.ts";
import { readRulesFile } from "./rules_file.ts";
import type { CommandSurroundings } from "./surroundings.ts";

const HELP = `Usage: tti-sandbox [--seed FILE] [OPTIONS]
       tti-sandbox probe --region R [OPTIONS]

Starts a local AWS that accepts and refuses what AWS does for trusted token issuers. Its page
shows every request, each check it passed, and why it was refused. It simulates, as far as
that way needs them:
${simulatedServicesText}

  --seed FILE             what exists at the start, as JSON
  --example-seed          print a seed to begin with
  --issuer URL            whose ID tokens that seed trusts; default http://localhost:3000.
                          own: the sandbox's, which signs what a test asks for
  --state FILE            keep the state over restarts
  --port N                default 4566; 0 takes a free one
  --host ADDRESS          address to listen on; default 127.0.0.1
  --allow-local-issuers   issuers may be http, on this machine
  --rule NAME=VALUE       change a switch; repeat for several
  --rules                 list the switches: what AWS does not say, and how strict we are
  --rules FILE            obey what tti-sandbox probe has seen of real AWS (observed.json)
  --json                  print one JSON document

Commands:
  tti-sandbox probe       ask a real AWS account what AWS does not publish

Example:
  $ tti-sandbox --example-seed > seed.json
  $ tti-sandbox --seed seed.json --allow-local-issuers`;

const OPTIONS = {
  seed: { type: "string" },
  "example-seed": { type: "boolean" },
  issuer: { type: "string" },
  state: { type: "string" },
  port: { type: "string" },
  host: { type: "string" },
  "allow-local-issuers": { type: "boolean" },
  rule: { type: "string", multiple: true },
  rules: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/**
 * Runs the command to its end.
 *
 * @param words what stands after its name
 * @returns the exit code: 0, 2 for words it does not know, 1 for any other fault, e.g. a state that could not be saved at the end
 */
export async function runSandboxCommand(
  words: readonly string[],
  surroundings: CommandSurroundings,
): Promise<number> {
  try {
    if (words[0] === "probe") return await runProbeCommand(words.slice(1), surroundings);
    return await run(words, surroundings);
  } catch (error) {
    if (error instanceof SandboxSetupError || error instanceof MissingPackageError) {
      surroundings.err(`error: ${describeWordFault(error)}\n  code: ${error.code}`);
      return 1;
    }
    if (!(error instanceof TypeError && "code" in error)) throw error;
    const command = words[0] === "probe" ? "tti-sandbox probe" : "tti-sandbox";
    surroundings.err(`error: ${describeWordFault(error)}\n  See: ${command} --help`);
    return 2;
  }
}

/** Node's words for an option without its value speak of ambiguity, on three lines. */
function describeWordFault({ message }: Error): string {
  const [, option] =
    /^Option '(?:-\w, )?(--[\w-]+)(?: <value>)?' argument (?:missing|is ambiguous)/.exec(message) ?? [];
  return option === undefined ? message : `${option} has no value: write one after it.`;
}

async function run(words: readonly string[], { out, err, stopped }: CommandSurroundings): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  const [rulesFile, ...more] = positionals;
  if (more.length > 0 || (rulesFile !== undefined && !values.rules)) {
    throw new SandboxSetupError(
      "SANDBOX_OPTION_INVALID",
      `"${more[0] ?? rulesFile}" is no option and no command: a file stands after --seed, --state or --rules.`,
    );
  }
  const told = (document: unknown, text: string) =>
    out(values.json ? JSON.stringify(document, undefined, 2) : text);
  if (values.help) {
    out(HELP);
    return 0;
  }
  if (values.rules && rulesFile === undefined) {
    told({ rules: listRules() }, sandboxRulesTable());
    return 0;
  }
  if (values["example-seed"]) {
    out(JSON.stringify(exampleSeed(values.issuer), undefined, 2));
    return 0;
  }
  if (values.issuer !== undefined) {
    throw new SandboxSetupError(
      "SANDBOX_OPTION_INVALID",
      "--issuer goes with --example-seed. In a seed of your own it is trustedTokenIssuers[].issuerUrl.",
    );
  }
  const seed = values.seed === undefined ? undefined : parseSeed(await readJsonFile(values.seed));
  const running = await startSandbox({
    port: portOf(values.port),
    rules: { ...(await readRulesFile(rulesFile, err)), ...parseRuleOptions(values.rule ?? []) },
    onWarning: err,
    onRequest: (record) => err(formatRequest(record)),
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(seed === undefined ? {} : { seed }),
    ...(values.state === undefined ? {} : { statePath: values.state }),
    ...(values["allow-local-issuers"] ? { allowLocalIssuers: true } : {}),
  });
  const { url, seedResult } = running;
  told({ url, seed: seedResult }, describeSandbox(url, seedResult));
  if (Object.keys(seedResult.credentials).length === 0)
    err("It is empty. Begin with a seed: tti-sandbox --example-seed > seed.json");
  if (values.state !== undefined) err(describeState(values.state));
  err("Stop with Ctrl-C.");
  await stopped();
  await running.close();
  return running.isSaved ? 0 : 1;
}

/** @returns what the start says of a state file */
export function describeState(path: string): string {
  return `State: ${path}. What it answers is on disk before it answers.`;
}

/**
 * @param pairs `NAME=VALUE` each
 * @throws SandboxSetupError `SANDBOX_RULE_INVALID` for one without value
 */
function parseRuleOptions(pairs: readonly string[]): RuleOverrides {
  const overrides = pairs.map((pair) => {
    const at = pair.indexOf("=");
    if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)] as const;
    throw new SandboxSetupError(
      "SANDBOX_RULE_INVALID",
      `--rule ${pair} has no value. Write it like --rule token.audienceArray=accept.`,
    );
  });
  return Object.fromEntries(overrides) as RuleOverrides;
}

function portOf(text: string | undefined): number {
  if (text === undefined) return 4566;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new SandboxSetupError("SANDBOX_OPTION_INVALID", "--port is no port: write a number up to 65535.");
}
