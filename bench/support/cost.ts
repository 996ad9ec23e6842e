// What one of something costs, and comparing it between servers: in turns, the same number of times, by processor time of the
// server, of PostgreSQL and of whoever asks, each apart, so that a busy machine disturbs little.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { Database } from "../../src/db/connect.ts";
import type { Child } from "./child.ts";
import type { Reading } from "./cost_counter.ts";
import { countedLoop, type Load } from "./http_load.ts";
import { median } from "./measure.ts";
import { type Pace, progress } from "./measurement.ts";
import { type BackendTimes, processMicroseconds, readBackendTimes, timeBetween } from "./processor_time.ts";

/** What one of something costs. Times in microseconds of processor. */
export interface Cost {
  server: number;
  /** Of PostgreSQL's backends; undefined: the server has none, or they cannot be seen. */
  database: number | undefined;
  generator: number;
  statements: number;
  allocatedBytes: number;
  /** How many a second, by the clock. */
  perSecond: number;
}

/** A server that is asked, and what it is asked for. */
export interface Side {
  /** Who answers, for people. */
  name: string;
  load: Load;
  /** The server's process or processes. */
  children: readonly Child[];
  /** Its processes, if they are somebody else's: of those only processor time is seen. */
  pids?: readonly number[];
  /** Where its backends are seen, and what they are called; absent: it has none. */
  database?: { db: Database; applicationName: string };
  /** Made ready before each stretch, so that it is not measured. */
  prepare?(count: number): void;
}

interface Moment extends Reading {
  backends: BackendTimes;
  generator: number;
}

const total = (usage: NodeJS.CpuUsage): number => usage.user + usage.system;

async function read({ children, pids = [], database }: Side): Promise<Moment> {
  const sum: Reading = { cpuMicroseconds: 0, statements: 0, allocatedBytes: 0 };
  for (const child of children) {
    const one = await child.ask<Reading>("costs");
    for (const name of Object.keys(sum) as (keyof Reading)[]) sum[name] += one[name];
  }
  for (const pid of pids) sum.cpuMicroseconds += processMicroseconds(pid);
  const backends = database && (await readBackendTimes(database.db, database.applicationName));
  return { ...sum, backends: backends ?? new Map(), generator: total(process.cpuUsage()) };
}

/** What one of a number costs, by what was read before them and after. Pure. */
export function costBetween(before: Moment, after: Moment, count: number, seconds: number): Cost {
  return {
    server: (after.cpuMicroseconds - before.cpuMicroseconds) / count,
    database: after.backends.size === 0 ? undefined : timeBetween(before.backends, after.backends) / count,
    generator: (after.generator - before.generator) / count,
    statements: (after.statements - before.statements) / count,
    allocatedBytes: (after.allocatedBytes - before.allocatedBytes) / count,
    perSecond: count / seconds,
  };
}

/** Asks so many times, and tells what one cost. */
export async function costOf(side: Side, count: number): Promise<Cost> {
  side.prepare?.(count);
  const before = await read(side);
  const made = await countedLoop(side.load, count);
  return costBetween(before, await read(side), made.count, made.seconds);
}

/** The costs of all sides, and of the signature that every ID token needs. */
export interface Compared<Name extends string> {
  costs: Readonly<Record<Name, Cost>>;
  /** Processor time of one RSA-2048 signature, microseconds. */
  signature: number;
}

/**
 * Asks every side in turns, the order changing, so that a machine that slows down slows all of them.
 * @param count how many a side is asked for in each turn
 * @returns of each side the median of its rounds; those before the first only warm up
 */
export async function compareCosts<Name extends string>(
  sides: Readonly<Record<Name, Side>>,
  count: number,
  pace: Pace,
): Promise<Compared<Name>> {
  const names = Object.keys(sides) as Name[];
  const rounds: Record<string, Cost[]> = Object.fromEntries(names.map((name) => [name, []]));
  const signatures: number[] = [];
  const many = pace.quick ? Math.min(count, 16) : count;
  for (let round = -pace.warmUps; round < pace.rounds; round += 1) {
    progress(round < 0 ? "warming up" : `round ${round + 1} of ${pace.rounds}`);
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const cost = await costOf(sides[name], many);
      if (round >= 0) rounds[name]?.push(cost);
    }
    if (round >= 0) signatures.push(costOfSignature(pace.quick ? 20 : 300));
  }
  const costs = Object.fromEntries(names.map((name) => [name, medianCost(rounds[name] ?? [])]));
  return { costs: costs as Record<Name, Cost>, signature: median(signatures) };
}

/** The median of each part by itself; of what is counted in coarse ticks, the mean. */
export function medianCost(costs: readonly Cost[]): Cost {
  const of = (what: (cost: Cost) => number) => median(costs.map(what));
  const database = costs.flatMap((cost) => cost.database ?? []);
  return {
    server: of((cost) => cost.server),
    database:
      database.length === 0 ? undefined : database.reduce((sum, one) => sum + one, 0) / database.length,
    generator: of((cost) => cost.generator),
    statements: of((cost) => cost.statements),
    allocatedBytes: of((cost) => cost.allocatedBytes),
    perSecond: of((cost) => cost.perSecond),
  };
}

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const signed = randomBytes(700);

/** Processor time of one RSA-2048 PKCS#1 v1.5 signature with SHA-256 (RS256), microseconds. */
export function costOfSignature(count: number): number {
  for (let warm = 0; warm < 5; warm += 1) sign("sha256", signed, privateKey);
  const before = process.cpuUsage();
  for (let made = 0; made < count; made += 1) sign("sha256", signed, privateKey);
  return total(process.cpuUsage(before)) / count;
}
