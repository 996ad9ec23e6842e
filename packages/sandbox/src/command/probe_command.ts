// `tti-sandbox probe`: says what it will make, asks, has the probes run, writes down what AWS did, and tells what stayed.
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../ground/clock.ts";
import { SandboxSetupError } from "../ground/errors.ts";
import { type AwsCalls, createAwsCalls } from "../probe/bench/aws_calls.ts";
import {
  createProbeSites,
  listSites,
  type ProbeIssuer,
  type ProbeSites,
} from "../probe/bench/issuer_site.ts";
import { startLiveIssuer } from "../probe/bench/live_issuer.ts";
import type { Probe } from "../probe/bench/probe.ts";
import { writeStaticIssuer } from "../probe/bench/static_issuer.ts";
import { createProbeKeys } from "../probe/bench/tokens.ts";
import { toObserved } from "../probe/observations.ts";
import { lackOf, type ProbeReport, type ProbeRun, runProbes, selectProbes } from "../probe/run_probes.ts";
import { type Observed, readObserved } from "../rules/observed.ts";
import {
  type IssuerChoice,
  PROBE_HELP,
  type ProbeOptions,
  type ProbeWords,
  readProbeOptions,
  readProbeWords,
} from "./probe_options.ts";
import { describePlan, describeProbes, describeReport } from "./probe_text.ts";
import { readJsonFile } from "./read_json_file.ts";
import type { CommandSurroundings } from "./surroundings.ts";

/** How long a published file may take to appear, in tries of five seconds. */
const PUBLISHING_TRIES = 120;

/**
 * @param words what stands after `probe`
 * @returns the exit code: 0, or 1 when it was stopped, ended early, or something could not be removed
 */
export async function runProbeCommand(
  words: readonly string[],
  surroundings: CommandSurroundings,
): Promise<number> {
  const values = readProbeWords(words);
  const { out } = surroundings;
  if (values.help) {
    out(PROBE_HELP);
    return 0;
  }
  if (values.list) {
    const { document, text } = describeProbes();
    out(values.json ? JSON.stringify(document, undefined, 2) : text);
    return 0;
  }
  const options = readProbeOptions(values);
  if (!values.yes && surroundings.ask === undefined) {
    throw new SandboxSetupError(
      "PROBE_NOT_CONFIRMED",
      "Nobody can be asked whether things may be made, because there is no terminal: give --yes.",
    );
  }
  const earlier = existsSync(options.out) ? await readEarlier(options) : undefined;
  const opened: AwsCalls[] = [];
  const open = (region: string, profile: string | undefined) => {
    const calls = createAwsCalls({
      region,
      ...(profile === undefined ? {} : { profile }),
      ...(values["endpoint-url"] === undefined ? {} : { endpointUrl: values["endpoint-url"] }),
    });
    opened.push(calls);
    return calls;
  };
  try {
    return await probe(values, options, earlier, open, surroundings);
  } finally {
    for (const calls of opened) calls.close();
  }
}

async function probe(
  values: ProbeWords,
  options: ProbeOptions,
  earlier: Observed | undefined,
  open: (region: string, profile: string | undefined) => AwsCalls,
  surroundings: CommandSurroundings,
): Promise<number> {
  const { out, err } = surroundings;
  const aws = open(options.region, values.profile);
  const identity = await aws.call("sts", "GetCallerIdentity", {});
  if (!identity.ok) {
    const why = `${identity.code}: ${identity.message}`;
    throw new SandboxSetupError(
      "PROBE_CREDENTIALS",
      `The credentials are not taken: ${why}. Sign in to the profile.`,
    );
  }
  const account = String(identity.output["Account"]);
  const run = randomBytes(4).toString("hex");
  const keys = await createProbeKeys();
  const sites = createProbeSites(keys);
  const stop = new AbortController();
  const other = values["other-region"];
  const settings = {
    aws,
    ...(other === undefined ? {} : { otherAws: open(other, values["other-profile"] ?? values.profile) }),
    ...(values["isv-profile"] === undefined ? {} : { isvAws: open(options.region, values["isv-profile"]) }),
    sites,
    keys,
    run,
    existing: options.existing,
    clock: systemClock,
    wait: (ms: number) => waitFor(ms, stop.signal),
    stop: stop.signal,
    say: err,
  };
  const probes = selectProbes(options.only);
  const isLive = options.issuer.kind === "live";
  err(
    describePlan(probes, (each) => lackOf(each, { ...settings, issuer: { isLive } as ProbeIssuer }), {
      ...options,
      account,
    }),
  );
  if (!(await mayMake(values, surroundings))) return 1;
  const issuer = await publish(options.issuer, sites, run, err);
  try {
    void surroundings.stopped().then(() => {
      err("Stopping: what was made is removed. Ctrl-C again leaves it behind.");
      stop.abort();
    });
    const report = await ask({ ...settings, issuer }, probes, options.issuer, stop.signal);
    return await finish(report, { values, options, earlier, account, chosen: probes.length, out, err });
  } finally {
    await issuer.close();
  }
}

async function ask(
  settings: ProbeRun,
  probes: readonly Probe[],
  choice: IssuerChoice,
  stop: AbortSignal,
): Promise<ProbeReport> {
  if (choice.publicUrl !== undefined)
    await untilPublished(settings.issuer, settings.sites, choice, stop, settings.say);
  if (stop.aborted) return { results: [], left: [], wasStopped: true };
  return runProbes(settings, probes);
}

async function finish(
  report: ProbeReport,
  {
    values,
    options,
    earlier,
    account,
    chosen,
    out,
    err,
  }: {
    values: ProbeWords;
    options: ProbeOptions;
    earlier: Observed | undefined;
    account: string;
    chosen: number;
  } & Pick<CommandSurroundings, "out" | "err">,
): Promise<number> {
  const observed = toObserved(report, { at: systemClock(), region: options.region, account }, earlier);
  const hasSeen = report.results.some(({ outcome }) => outcome === "observed");
  if (hasSeen) await writeFile(options.out, `${JSON.stringify(observed, undefined, 2)}\n`);
  if (report.fault !== undefined && !(report.fault instanceof SandboxSetupError)) throw report.fault;
  if (values.json) {
    const { results, left, wasStopped } = report;
    out(
      JSON.stringify(
        { file: hasSeen ? options.out : null, observed, results, left, wasStopped },
        undefined,
        2,
      ),
    );
  } else out(describeReport(report, hasSeen ? options.out : undefined, { chosen }));
  if (report.fault instanceof SandboxSetupError) throw report.fault;
  if (report.wasStopped) err("It was stopped before every probe was asked.");
  return report.wasStopped || report.left.length > 0 ? 1 : 0;
}

async function readEarlier({ out, region }: ProbeOptions): Promise<Observed> {
  const { document } = readObserved(await readJsonFile(out), out);
  if (document.region === region) return document;
  throw new SandboxSetupError(
    "PROBE_OPTION_INVALID",
    `--out ${out} holds what was observed in ${document.region}, and this run asks in ${region}: name another file.`,
  );
}

async function mayMake(values: ProbeWords, { ask, err }: CommandSurroundings): Promise<boolean> {
  if (values.yes) return true;
  if (await ask?.("May all of this be made, and removed again? [y/N] ")) return true;
  err("Nothing was made.");
  return false;
}

async function publish(
  choice: IssuerChoice,
  sites: ProbeSites,
  run: string,
  say: (text: string) => void,
): Promise<ProbeIssuer> {
  if (choice.kind === "live") return startLiveIssuer(listSites(sites), { ...choice, run });
  const issuer = await writeStaticIssuer(listSites(sites), { ...choice, run });
  say(
    `Wrote ${issuer.files} files below ${choice.directory}: publish that folder as ${choice.publicUrl} now.`,
  );
  return issuer;
}

/** Timers hold 24 days at most; probes may wait for months. */
const LONGEST_TIMER_MS = 2 ** 30;

async function waitFor(ms: number, stop: AbortSignal): Promise<void> {
  for (let left = ms; left > 0 && !stop.aborted; left -= LONGEST_TIMER_MS) {
    await delay(Math.min(left, LONGEST_TIMER_MS), undefined, { signal: stop }).catch(() => {});
  }
}

/** Waits until the public URL leads to the run's own documents. */
async function untilPublished(
  issuer: ProbeIssuer,
  sites: ProbeSites,
  { kind, publicUrl }: IssuerChoice,
  stop: AbortSignal,
  say: (text: string) => void,
): Promise<void> {
  const expected = issuer.urlOf(sites.main);
  const url = `${expected}/.well-known/openid-configuration`;
  let why = "";
  for (let tried = 1; tried <= (kind === "live" ? 3 : PUBLISHING_TRIES) && !stop.aborted; tried += 1) {
    const found = await fetchIssuer(url);
    if (found === expected) return;
    why = found;
    if (tried === 1) say(`Waiting for ${url} …`);
    await delay(5000, undefined, { signal: stop }).catch(() => {});
  }
  if (stop.aborted) return;
  const fix =
    kind === "live" ? "Let that name lead to the port of --listen" : "Publish the folder of --publish there";
  throw new SandboxSetupError(
    "PROBE_ISSUER",
    `${publicUrl} is not this run's issuer: ${url}: ${why}. ${fix}.`,
  );
}

async function fetchIssuer(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000), redirect: "manual" });
    if (response.status !== 200) return `it answers ${response.status}`;
    const { issuer } = (await response.json()) as { issuer?: unknown };
    return typeof issuer === "string" ? issuer : "it has no issuer";
  } catch (error) {
    return error instanceof Error ? error.message : "it does not answer";
  }
}
