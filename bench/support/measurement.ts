// What a benchmark says: one JSON line for each thing measured, always with its baseline from the same run.

/** One thing measured. */
export interface Measurement {
  /** The benchmark file it comes from, without ending. */
  bench: string;
  name: string;
  value: string;
  baseline: string;
  /** Value through baseline. */
  ratio: number;
  /** What the ratio should reach (or, where less is better, not pass); absent: nothing is promised. */
  target?: number | undefined;
  met?: boolean | undefined;
}

/** Says a measurement on standard output. */
export function report(measurement: Measurement): void {
  console.log(JSON.stringify({ ...measurement, ratio: Number(measurement.ratio.toPrecision(3)) }));
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
  quick: boolean;
}

/** Reads the pace from the words of the command line. */
export function readPace(words: readonly string[] = process.argv.slice(2)): Pace {
  const quick = words.includes("--quick");
  return quick ? { sliceMs: 60, rounds: 1, quick } : { sliceMs: 1_500, rounds: 4, quick };
}

/** A rate for people. */
export function perSecond(rate: number): string {
  return `${rate < 100 ? rate.toFixed(1) : Math.round(rate).toLocaleString("en-US")}/s`;
}

/** Milliseconds for people. */
export function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(2) : value.toFixed(1)} ms`;
}
