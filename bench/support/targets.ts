// What the product promises of its speed, each as a limit of one figure of one benchmark, and the judgement of a figure.
import type { Measurement } from "./measurement.ts";

/** A limit: the figure may be as large as `atMost`, or must be as large as `atLeast`. */
export interface Target {
  /** The benchmark that measures it. */
  bench: string;
  /** What is measured, against what. */
  what: string;
  atMost?: number;
  atLeast?: number;
  /** The unit of the figure; absent: a ratio. */
  unit?: "s" | "MiB";
}

/** All of them. */
export const targets = {
  mint: { bench: "mint", what: "server processor time of a mint / of a bare refresh", atMost: 1 },
  mintSignature: {
    bench: "mint",
    what: "server processor time of a mint / of one RSA-2048 signature",
    atMost: 2.5,
  },
  refresh: {
    bench: "refresh",
    what: "server processor time of a refresh with rotation / of a bare one",
    atMost: 1.5,
  },
  code: { bench: "code", what: "server processor time of a code flow / of a bare one", atMost: 1.2 },
  login: {
    bench: "login",
    what: "password logins a second / Argon2id hashes a second of all cores",
    atLeast: 0.9,
  },
  flood: { bench: "login", what: "p99 of mints under a flood of logins / without", atMost: 2 },
  search: { bench: "exchange", what: "cached search / plain SDK call", atMost: 1.02 },
  jwks: {
    bench: "keys",
    what: "JWKS documents / those of a plain HTTP server with the same bytes and headers, each by processor time",
    atLeast: 0.8,
  },
  discovery: {
    bench: "keys",
    what: "discovery documents / those of a plain HTTP server with the same bytes and headers, each by processor time",
    atLeast: 0.8,
  },
  startExisting: {
    bench: "start",
    what: "start of `tti serve` to the first token, existing store",
    atMost: 0.6,
    unit: "s",
  },
  startEmpty: {
    bench: "start",
    what: "`tti migrate up` and start to the first token, empty store",
    atMost: 2,
    unit: "s",
  },
  idle: { bench: "start", what: "memory of an idle `tti serve`", atMost: 120, unit: "MiB" },
  exchangeImport: { bench: "start", what: "`tti-exchange` imported", atMost: 0.15, unit: "s" },
  sandboxStart: { bench: "start", what: "sandbox imported, seeded, listening", atMost: 0.4, unit: "s" },
  workers: { bench: "workers", what: "mints of two processes / of one, by processor time", atLeast: 1.8 },
} as const satisfies Readonly<Record<string, Target>>;

export type TargetName = keyof typeof targets;

/** Whether a figure keeps a target's limit. What is no number keeps none. */
export function judge(name: TargetName, figure: number): boolean {
  const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY }: Target = targets[name];
  return figure <= atMost && figure >= atLeast;
}

/** The number a figure is compared with. */
export function limitOf(name: TargetName): number {
  const { atMost, atLeast }: Target = targets[name];
  return atMost ?? atLeast ?? Number.NaN;
}

/** A limit for people, such as `≤ 0.6 s`. */
export function limitWords(name: TargetName): string {
  const { atMost, unit }: Target = targets[name];
  return `${atMost === undefined ? "≥" : "≤"} ${limitOf(name)}${unit === undefined ? "" : ` ${unit}`}`;
}

/** A row of the table: what is promised, what was measured, whether that holds. */
export interface Judged {
  name: TargetName;
  what: string;
  limit: string;
  measured: string;
  holds: boolean | undefined;
}

/**
 * Judges every target by the measurements of a run.
 * @returns a row for each; `holds` is undefined for what the run did not measure
 */
export function judgeAll(measurements: readonly Pick<Measurement, "of" | "figure" | "ratio">[]): Judged[] {
  return (Object.keys(targets) as TargetName[]).map((name) => {
    const { what, unit }: Target = targets[name];
    const measurement = measurements.findLast(({ of }) => of === name);
    const figure = measurement === undefined ? undefined : (measurement.figure ?? measurement.ratio);
    const told =
      figure === undefined ? "not measured" : `${Number(figure.toPrecision(3))}${unit ? ` ${unit}` : ""}`;
    const holds = figure === undefined ? undefined : judge(name, figure);
    return { name, what, limit: limitWords(name), measured: told, holds };
  });
}
