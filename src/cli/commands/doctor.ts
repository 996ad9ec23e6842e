// The command `tti doctor`: what works, what does not, why, and what to do.
import { readFileSync } from "node:fs";
import { systemClock } from "../../clock.ts";
import { type Config, ConfigError, readConfig } from "../../config.ts";
import { OperationError } from "../../errors.ts";
import { decodeFileText } from "../../input/file_text.ts";
import { examine } from "../../onboarding/doctor/examine.ts";
import { type Finding, isHealthy, type Outcome } from "../../onboarding/doctor/finding.ts";
import { findConfigFaults, findStoreFault } from "../../onboarding/doctor/installation_checks.ts";
import { conformanceOf, rulesOf } from "../../onboarding/doctor/profile.ts";
import { backEndOptions } from "../acting_user.ts";
import { withAdministration } from "../administration.ts";
import { type Command, defineCommand, UsageError } from "../command.ts";
import { findDevState } from "../dev/dev_state.ts";
import { examineAccessor, examineAws } from "../doctor_aws.ts";
import { tellExplanation } from "../explanation.ts";
import { printable, type Terminal } from "../terminal.ts";

const doctor = defineCommand({
  name: "doctor",
  summary: "check this installation, an issuer, or a token; explain an error",
  help: `Usage: tti doctor [ISSUER-URL] [--token FILE] [--aws] [--tenant ID --user USER]
       tti doctor --error TEXT

Checks the settings and the store, then the issuer from the outside as AWS sees it:
discovery, host, keys, clock. Each fault is told with its cause and fix, and the number of
the rule in docs/tti-profile.md, of which this is the conformance test. Exits 0 only if
nothing failed; warnings are allowed.

With the URL of another issuer only that issuer is checked.

  ISSUER-URL     the issuer to check (default: TTI_ISSUER, or the running tti dev)
  --token FILE   also check the ID token in this file by AWS's rules; - reads standard input
  --aws          also look at your side of AWS, by calls that change nothing: who the
                 credentials are, and whether the role can be assumed, with the tenant's
                 tag, with an identity context, and may exchange
  --tenant ID    also make a real exchange and search at this customer ...
  --user USER    ... as this user of it: e-mail address or user id
  --client-key FILE  the client to mint with (as of tti token)
  --error TEXT   explain an error instead, as AWS, an SDK, a stack or this command printed it,
                 or by the id of a request here (X-Request-Id); - reads standard input.
                 Exits 0 if it is known. Secrets in it are dropped; it is kept nowhere
  --json         print one JSON document

Example:
  $ tti doctor
  $ tti doctor --error "InvalidGrantException calling CreateTokenWithIAM"
  $ tti token --tenant acme --user ada@acme.example | tti doctor --token -`,
  options: {
    token: { type: "string" },
    aws: { type: "boolean" },
    ...backEndOptions,
    error: { type: "string" },
  },
  arguments: ["ISSUER-URL?"],
  typedNames: { text: "--error" },
  async run({ values, arguments: [url], terminal }) {
    if (values.error !== undefined) {
      const others = [url, values.token, values.aws, values.tenant, values.user];
      if (others.some((other) => other !== undefined)) {
        throw new UsageError("--error stands alone", "Leave the issuer and the other options away");
      }
      return await tellExplanation(values.error, terminal);
    }
    const trial = readTrial(values);
    const token = values.token === undefined ? undefined : await readToken(values.token, terminal);
    const findings = await findAll(url, token);
    if (values.aws === true) findings.push(...(await atAws(findings, () => examineAws(trial?.tenantId))));
    if (trial !== undefined) findings.push(...(await atAws(findings, () => examineAccessor(trial))));
    const told = findings.map((finding) => ({ ...finding, rules: rulesOf(finding) }));
    const document = { ok: isHealthy(findings), findings: told, profile: conformanceOf(findings) };
    terminal.result(document, formatFindings(findings, terminal));
    return isHealthy(findings) ? 0 : 1;
  },
});

async function findAll(url: string | undefined, token: string | undefined): Promise<Finding[]> {
  if (url !== undefined && !/^https?:\/\//.test(url)) {
    throw new UsageError(`"${url}" is no http or https URL`, "Write it like https://login.example.com");
  }
  const wanted = { clock: systemClock, ...(token === undefined ? {} : { token }) };
  let config: Config;
  try {
    config = readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const faults = findConfigFaults(error);
    if (url === undefined) return faults;
    return [...faults, ...(await examine({ ...wanted, issuer: url, tenantClaim: "tenant_id" }))];
  }
  const { tenantClaim } = config;
  const ownIssuer = issuerOf(config);
  if (url !== undefined && url !== ownIssuer) return examine({ ...wanted, issuer: url, tenantClaim });
  try {
    return await withAdministration(({ db }) =>
      examine({ ...wanted, issuer: ownIssuer, tenantClaim, own: { db, config } }),
    );
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return [findStoreFault(error), ...(await examine({ ...wanted, issuer: ownIssuer, tenantClaim }))];
  }
}

/** @throws UsageError where a customer is named without a user, or a user without a customer */
function readTrial(values: { tenant?: string; user?: string; "client-key"?: string }) {
  const { tenant: tenantId, user } = values;
  if (tenantId === undefined && user === undefined) return undefined;
  if (tenantId === undefined || user === undefined) {
    const missing = tenantId === undefined ? "--tenant" : "--user";
    throw new UsageError(
      `${missing} is missing`,
      "A real exchange is made for one customer, as one of its users",
    );
  }
  return { tenantId, user, clientKeyPath: values["client-key"] };
}

// What is wrong with settings and store is told once.
async function atAws(told: readonly Finding[], look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    const faults = error instanceof ConfigError ? findConfigFaults(error) : undefined;
    if (faults === undefined && !(error instanceof OperationError)) throw error;
    const found = faults ?? [findStoreFault(error as OperationError)];
    return found.filter(({ message }) => !told.some((other) => other.message === message));
  }
}

// A `tti dev` may have moved to another port than the settings of this terminal say.
function issuerOf(config: Config): string {
  const dev = config.mode === "development" ? findDevState(config.dataDir) : undefined;
  return dev?.addresses?.issuer ?? config.issuer;
}

async function readToken(path: string, terminal: Terminal): Promise<string> {
  if (path === "-") return (await terminal.readSecret("token")).trim();
  try {
    const token = decodeFileText(readFileSync(path));
    if (token === undefined) throw new Error("neither UTF-8 nor UTF-16 with a byte order mark");
    return token.trim();
  } catch (cause) {
    throw new OperationError("invalid_input", `The token file ${path} cannot be read.`, {
      field: "token",
      fix: "Name a file that holds the ID token and nothing else.",
      cause,
    });
  }
}

const marks = {
  passed: ["✓", "green"],
  information: ["i", "cyan"],
  warning: ["!", "bold"],
  failed: ["✗", "red"],
} as const satisfies Record<Outcome, readonly [string, string]>;

function formatFindings(findings: readonly Finding[], terminal: Terminal): string {
  const lines = findings.flatMap((finding) => {
    const { check, outcome, message, cause, fix } = finding;
    const [mark, colour] = marks[outcome];
    const rules = rulesOf(finding);
    const numbers = rules.length === 0 ? "" : ` (${rules.join(", ")})`;
    const told = `${terminal.styleResult(colour, mark)} ${check}: ${printable(message)}${numbers}`;
    const more = [
      ["why", cause],
      ["fix", fix],
    ].flatMap(([name, words]) => (words === undefined ? [] : [`    ${name}: ${printable(words)}`]));
    return [told, ...more];
  });
  const count = (outcome: Outcome) => findings.filter((finding) => finding.outcome === outcome).length;
  const summary = `${count("failed")} failed, ${count("warning")} warnings, ${count("passed")} passed.`;
  return [...lines, "", ...conformanceLines(findings), summary].join("\n");
}

// Numbers of docs/tti-profile.md; nothing where no issuer was looked at.
function conformanceLines(findings: readonly Finding[]): string[] {
  const { kept, broken, doubtful, unseen } = conformanceOf(findings);
  if (kept.length + broken.length + doubtful.length === 0) return [];
  const named = (words: string, rules: readonly string[]) =>
    rules.length === 0 ? [] : [`${words} ${rules.join(", ")}`];
  const parts = [
    `${kept.length} rules kept`,
    ...named("broken", broken),
    ...named("doubtful", doubtful),
    ...(unseen.length === 0 ? [] : [`${unseen.length} not looked at`]),
  ];
  return [`Profile (docs/tti-profile.md): ${parts.join("; ")}.`];
}

export const doctorCommands: readonly Command[] = [doctor];
