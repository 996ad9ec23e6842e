// One run: which probes are asked, one after the other, what each found, and that everything made is taken away at the end,
// whatever happened.
import type { RuleName } from "../rules/rules.ts";
import type { AwsCalls } from "./bench/aws_calls.ts";
import { Stopped, Undecided } from "./bench/endings.ts";
import {
  createIdentityCenterLab,
  type Existing,
  type IdentityCenterLab,
} from "./bench/identity_center_lab.ts";
import type { ProbeIssuer, ProbeSites } from "./bench/issuer_site.ts";
import { createLab, type Evidence } from "./bench/lab.ts";
import { NEEDS, type Need, type Probe } from "./bench/probe.ts";
import type { ProbeKeys } from "./bench/tokens.ts";
import { createUndoList, type LeftBehind } from "./bench/undo.ts";
import { PROBES } from "./probe_table.ts";

/** What became of one switch. */
export type ProbeResult = {
  name: RuleName;
  evidence: readonly Evidence[];
} & ({ outcome: "observed"; value: string } | { outcome: "undecided" | "skipped"; why: string });

/** What a run found, and what it could not remove. */
export type ProbeReport = {
  results: ProbeResult[];
  left: readonly LeftBehind[];
  wasStopped: boolean;
  /** What ended the run early: AWS did not answer, there are no credentials. */
  fault?: unknown;
};

/** What a run works with. */
export type ProbeRun = {
  aws: AwsCalls;
  /** The account and region of a second instance. */
  otherAws?: AwsCalls;
  /** The ISV's account. */
  isvAws?: AwsCalls;
  issuer: ProbeIssuer;
  sites: ProbeSites;
  keys: ProbeKeys;
  /** Ends the names of everything made. */
  run: string;
  existing: Existing;
  clock: () => Date;
  wait: (ms: number) => Promise<void>;
  stop?: AbortSignal;
  say: (text: string) => void;
};

/** @returns why a probe cannot be asked in this run, or undefined */
export function lackOf(probe: Probe, { issuer, existing, otherAws, isvAws }: ProbeRun): string | undefined {
  const has: Readonly<Record<Need, boolean>> = {
    liveIssuer: issuer.isLive,
    httpIssuer: existing.httpIssuerUrl !== undefined,
    otherInstance: otherAws !== undefined,
    disabledUser: existing.disabledUser !== undefined,
    application: existing.applicationId !== undefined,
    retriever: existing.retrieverId !== undefined,
    index: existing.indexId !== undefined,
    isvRole: existing.isvRole !== undefined,
    isvProfile: isvAws !== undefined,
  };
  const missing = (probe.needs ?? []).find((need) => !has[need]);
  return missing === undefined ? undefined : NEEDS[missing];
}

/** @param names switches to ask; absent: all that have a probe */
export function selectProbes(names?: readonly string[]): Probe[] {
  return PROBES.filter(({ answers }) => names === undefined || names.includes(answers));
}

/**
 * Asks AWS, one probe after the other. Faults of a probe are its result; everything made is removed at the end, whatever
 * ended the run.
 */
export async function runProbes(run: ProbeRun, probes: readonly Probe[]): Promise<ProbeReport> {
  const forRun = createUndoList(run.say);
  const forProbe = createUndoList(run.say);
  const lab = createRunLab(run, forRun, forProbe);
  const results: ProbeResult[] = [];
  let ended: { wasStopped: boolean; fault?: unknown } = { wasStopped: false };
  try {
    for (const probe of probes) {
      const result = await askOne(probe, lab, run);
      results.push(result);
      run.say(describeResult(result));
      await forProbe.undo(0);
    }
  } catch (error) {
    ended = error instanceof Stopped ? { wasStopped: true } : { wasStopped: false, fault: error };
  }
  return { results, left: [...(await forProbe.undo(0)), ...(await forRun.undo(0))], ...ended };
}

function createRunLab(
  run: ProbeRun,
  forRun: ReturnType<typeof createUndoList>,
  forProbe: ReturnType<typeof createUndoList>,
): IdentityCenterLab {
  const { clock, wait, stop } = run;
  const common = { clock, wait, ...(stop === undefined ? {} : { stop }) };
  const isv = run.isvAws === undefined ? null : createLab({ ...common, aws: run.isvAws, undo: forProbe });
  const parts = { run: run.run, keys: run.keys, sites: run.sites, issuer: run.issuer, isv };
  const at = (aws: AwsCalls, existing: Existing, other: IdentityCenterLab | null) =>
    createIdentityCenterLab(
      createLab({ ...common, aws, undo: forProbe }),
      createLab({ ...common, aws, undo: forRun }),
      { ...parts, existing, other },
    );
  const { instanceArn: _first, ...elsewhere } = run.existing;
  const other = run.otherAws === undefined ? null : at(run.otherAws, elsewhere, null);
  return at(run.aws, run.existing, other);
}

async function askOne(probe: Probe, lab: IdentityCenterLab, run: ProbeRun): Promise<ProbeResult> {
  const { answers: name } = probe;
  const lack = lackOf(probe, run);
  if (lack !== undefined) return { name, outcome: "skipped", why: lack, evidence: [] };
  lab.evidence.length = 0;
  try {
    const { value } = await probe.run(lab);
    return { name, outcome: "observed", value, evidence: [...lab.evidence] };
  } catch (error) {
    if (!(error instanceof Undecided)) throw error;
    return { name, outcome: "undecided", why: error.message, evidence: [...lab.evidence] };
  }
}

/** @returns one line for what became of a switch, and one for what AWS did at last */
function describeResult(result: ProbeResult): string {
  if (result.outcome !== "observed") return `${result.name}: ${result.outcome}: ${result.why}`;
  const last = result.evidence.at(-1);
  const did =
    last === undefined
      ? ""
      : `\n    ${last.asked}: ${last.status} ${last.code ?? "OK"}${last.message === null ? "" : `, "${last.message}"`}, request ${last.requestId ?? "without id"}`;
  return `${result.name} = ${result.value}${did}`;
}
