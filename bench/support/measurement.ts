// What a benchmark says: one JSON line for each thing measured, always with its baseline from the same run, and one for what one
// of something costs.
import type { Cost } from "./cost.ts";
import { judge, limitOf, type TargetName } from "./targets.ts";

/** One thing measured. */
export interface Measurement {
  /** The benchmark file it comes from, without ending. */
  bench: string;
  name: string;
  value: string;
  baseline: string;
  /** Value through baseline. */
  ratio: number;
  /** Which target it is judged by (targets.ts). */
  of?: TargetName | undefined;
  /** The number that is judged, in the unit of the target; absent: the ratio. */
  figure?: number | undefined;
  /** What the number should reach (or, where less is better, not pass); absent: nothing is promised. */
  target?: number | undefined;
  met?: boolean | undefined;
}

/** What one of something costs on one side. Times in milliseconds of processor. */
export interface CostLine {
  bench: string;
  /** What, and by whom. */
  cost: string;
  serverMs: number;
  /** Of PostgreSQL's backends. */
  databaseMs?: number | undefined;
  /** Of whoever asks. */
  generatorMs: number;
  statements: number;
  allocatedBytes: number;
  /** Which part of the server's time its RSA signature is. */
  signatureShare: number;
  perSecond: number;
}

/** Says a measurement on standard output. */
export function report(measurement: Measurement): void {
  const { of, ratio } = measurement;
  const figure = measurement.figure ?? ratio;
  const judged = of === undefined ? {} : { figure, target: limitOf(of), met: judge(of, figure) };
  console.log(JSON.stringify({ ...measurement, ...judged, ratio: Number(ratio.toPrecision(3)) }));
}

/**
 * Says what one of something costs.
 * @param signature processor time of an RSA signature, microseconds; each is one in the time of the server
 */
export function reportCost(bench: string, name: string, cost: Cost, signature: number): void {
  const line: CostLine = {
    bench,
    cost: name,
    serverMs: cost.server / 1000,
    databaseMs: cost.database === undefined ? undefined : cost.database / 1000,
    generatorMs: cost.generator / 1000,
    statements: cost.statements,
    allocatedBytes: Math.round(cost.allocatedBytes),
    signatureShare: signature / cost.server,
    perSecond: cost.perSecond,
  };
  console.log(JSON.stringify(line));
}

/** Tells a person that watches how far the benchmark is. */
export function progress(text: string): void {
  process.stderr.write(`  ${text}\n`);
}

/** How long the parts of a benchmark take. `--quick` only proves that it runs: its figures mean nothing. */
export interface Pace {
  /** Length of one stretch of load, milliseconds. */
  sliceMs: number;
  /** How many stretches each side of a comparison gets, in turn. */
  rounds: number;
  /** How many more of them come first and are thrown away: servers run for days, and what their first thousands of requests cost
   * beside the work is the compiling of their code. */
  warmUps: number;
  quick: boolean;
}

/** Reads the pace from the words of the command line. */
export function readPace(words: readonly string[] = process.argv.slice(2)): Pace {
  const quick = words.includes("--quick");
  return quick
    ? { sliceMs: 60, rounds: 1, warmUps: 1, quick }
    : { sliceMs: 1_500, rounds: 7, warmUps: 5, quick };
}

/** A rate for people. */
export function perSecond(rate: number): string {
  return `${rate < 100 ? rate.toFixed(1) : Math.round(rate).toLocaleString("en-US")}/s`;
}

/** Milliseconds for people. */
export function milliseconds(value: number): string {
  return `${value.toFixed(value < 1 ? 3 : value < 10 ? 2 : 1)} ms`;
}
