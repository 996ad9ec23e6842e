// The words of `tti-sandbox probe`: its help, its options, and what is wrong with them before anything is asked of AWS.
import { parseArgs } from "node:util";
import { SandboxSetupError } from "../ground/errors.ts";
import type { Existing } from "../probe/bench/identity_center_lab.ts";
import { PROBES, UNPROBED } from "../probe/probe_table.ts";

export const PROBE_HELP = `Usage: tti-sandbox probe --profile NAME --region R --issuer-url URL --listen PORT [OPTIONS]

Asks a real AWS account what AWS does not publish: a program for each switch. Each says what it
will make, and removes it again. What AWS did is written to observed.json, which
tti-sandbox --rules observed.json obeys. docs/probes.md goes through it from an empty account.

The account
  --profile NAME          profile of the AWS configuration; default: the SDK's own order
  --region R              region of the Identity Center instance
  --instance-arn ARN      which instance, when the account has several
The issuer that AWS fetches keys from
  --issuer-url URL        public https URL
  --listen PORT           … which leads to this port of this machine (a tunnel, a proxy)
  --publish DIR           … where the files of DIR are published; some probes need --listen
  --http-issuer-url URL   the same under http, for issuer.requireHttps
Which questions
  --list                  list the probes, what each makes and needs, and switches without one
  --only SWITCH           this one; repeat for several
  --wait SECONDS          longest time a probe may wait (default 600)
  --application-id ID     Q Business application; --application-region R, --retriever-id ID,
                          --index-id ID, --query TEXT, --user ADDRESS (a user who may search)
  --isv-role ARN          role that AWS registered as an ISV; --isv-profile NAME calls as it
  --other-region R        a second instance; --other-profile NAME when in another account
  --disabled-user ADDRESS a user somebody disabled in the console
The run
  --out FILE              default observed.json; what it has already stays where nothing new is seen
  --yes                   do not ask; needed without a terminal
  --endpoint-url URL      ask a sandbox in place of AWS, to try it, with keys it printed at its start:
                          AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of acme-admin
  --json                  print one JSON document

Examples:
  $ tti-sandbox probe --list
  $ tti-sandbox probe --profile test --region eu-central-1 \\
      --issuer-url https://probe.example.com --listen 8080
  $ tti-sandbox probe --profile test --region eu-central-1 --only token.missingJti \\
      --issuer-url https://probe.example.com --publish ./public --yes
  $ export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…   # of acme-admin, printed by the sandbox
  $ tti-sandbox probe --endpoint-url http://127.0.0.1:4566 --region us-east-1 --yes`;

const OPTIONS = {
  profile: { type: "string" },
  region: { type: "string" },
  "instance-arn": { type: "string" },
  "issuer-url": { type: "string" },
  listen: { type: "string" },
  publish: { type: "string" },
  "http-issuer-url": { type: "string" },
  list: { type: "boolean" },
  only: { type: "string", multiple: true },
  wait: { type: "string" },
  "application-id": { type: "string" },
  "application-region": { type: "string" },
  "retriever-id": { type: "string" },
  "index-id": { type: "string" },
  query: { type: "string" },
  user: { type: "string" },
  "isv-role": { type: "string" },
  "isv-profile": { type: "string" },
  "other-region": { type: "string" },
  "other-profile": { type: "string" },
  "disabled-user": { type: "string" },
  out: { type: "string" },
  yes: { type: "boolean" },
  "endpoint-url": { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** What was typed. */
export type ProbeWords = ReturnType<typeof readProbeWords>;

/** @throws TypeError of parseArgs for words it does not know */
export function readProbeWords(words: readonly string[]) {
  return parseArgs({ args: [...words], options: OPTIONS }).values;
}

/** How the run's issuer is published. */
export type IssuerChoice =
  | { kind: "live"; port: number; publicUrl?: string; httpUrl?: string }
  | { kind: "static"; directory: string; publicUrl: string; httpUrl?: string };

/** What a run was told, checked. */
export type ProbeOptions = {
  region: string;
  issuer: IssuerChoice;
  only: string[] | undefined;
  existing: Existing;
  out: string;
};

/** @throws SandboxSetupError `PROBE_OPTION_INVALID` naming the option and what to write */
export function readProbeOptions(values: ProbeWords): ProbeOptions {
  const { region } = values;
  if (region === undefined)
    throw invalid("--region is missing", "write the region of the Identity Center instance");
  for (const name of values.only ?? []) assertHasProbe(name);
  const wait = values.wait ?? "600";
  if (!/^\d{1,8}$/.test(wait)) throw invalid(`--wait ${wait} is no number of seconds`, "write one like 600");
  return {
    region,
    issuer: readIssuer(values),
    only: values.only,
    out: values.out ?? "observed.json",
    existing: {
      maxWaitSeconds: Number(wait),
      ...given("instanceArn", values["instance-arn"]),
      ...given("httpIssuerUrl", values["http-issuer-url"]),
      ...given("disabledUser", values["disabled-user"]),
      ...given("applicationId", values["application-id"]),
      ...given("applicationRegion", values["application-region"]),
      ...given("retrieverId", values["retriever-id"]),
      ...given("indexId", values["index-id"]),
      ...given("isvRole", values["isv-role"]),
      ...given("query", values.query),
      ...given("user", values.user),
    },
  };
}

function readIssuer(values: ProbeWords): IssuerChoice {
  const { listen, publish, "issuer-url": publicUrl, "http-issuer-url": httpUrl } = values;
  for (const [name, url] of [
    ["--issuer-url", publicUrl],
    ["--http-issuer-url", httpUrl],
  ] as const) {
    if (url !== undefined && !/^https?:\/\/[^\s?#]+$/.test(url)) {
      throw invalid(
        `${name} ${url.slice(0, 80)} is no URL of an issuer`,
        "write one like https://probe.example.com",
      );
    }
  }
  const http = given("httpUrl", httpUrl);
  if (publish !== undefined) {
    if (listen !== undefined) throw invalid("--listen and --publish exclude each other", "give one of them");
    if (publicUrl === undefined)
      throw invalid("--issuer-url is missing", "write where the files of DIR are published");
    return { kind: "static", directory: publish, publicUrl, ...http };
  }
  const isTrial = values["endpoint-url"] !== undefined;
  if (publicUrl === undefined && !isTrial) {
    throw invalid(
      "--issuer-url is missing",
      "AWS fetches keys from a public https URL: give one that leads to --listen PORT, or where --publish DIR is published",
    );
  }
  if (publicUrl !== undefined && listen === undefined) {
    throw invalid(
      "--issuer-url is given, and nothing says how it is served",
      "give --listen PORT or --publish DIR",
    );
  }
  const port = Number(listen ?? "0");
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw invalid(`--listen ${listen} is no port`, "write a number up to 65535");
  }
  return { kind: "live", port, ...given("publicUrl", publicUrl), ...http };
}

function assertHasProbe(name: string): void {
  if (PROBES.some(({ answers }) => answers === name)) return;
  const reason = (UNPROBED as Readonly<Record<string, string>>)[name];
  throw invalid(
    reason === undefined
      ? `--only ${name}: there is no such switch`
      : `--only ${name} has no probe: ${reason}`,
    "tti-sandbox probe --list shows those there are",
  );
}

function given<Name extends string>(name: Name, value: string | undefined): { [Key in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: string };
}

function invalid(what: string, fix: string): SandboxSetupError {
  return new SandboxSetupError("PROBE_OPTION_INVALID", `${what}: ${fix}.`);
}
