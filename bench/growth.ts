// What growth costs: mints, logins, refreshes, lists and sweeping in a store of 10,000 customers, 1,000,000 people and
// 10,000,000 stored tokens, against the same in one with two hundred people and no token but those of the measuring. In turns, on
// one PostgreSQL, by processor time of the server and of PostgreSQL, so that a busy machine disturbs little. Run with
// `npm run bench -- growth [--tenants N] [--people N] [--tokens N] [--events N] [--quick]`; it takes the better part of an hour, and
// 25 GB of disk while it runs.
import { generateKeyPairSync } from "node:crypto";
import { parseArgs } from "node:util";
import { sealNextBlock } from "../src/audit/chain/seal.ts";
import { type Cost, costOf } from "./support/cost.ts";
import type { GrowthSize } from "./support/growth_filler.ts";
import { reportLeft } from "./support/growth_left.ts";
import { compareLists } from "./support/growth_lists.ts";
import { addUnsealed, manyOfOne, namedCopy, openSide, type Side, seals } from "./support/growth_side.ts";
import { compareSweeping } from "./support/growth_sweep.ts";
import { countedLoop } from "./support/http_load.ts";
import { openBenchPostgres, sideOf } from "./support/installation.ts";
import { type Pace, progress, readPace, report } from "./support/measurement.ts";
import { backEndId } from "./support/minting.ts";

const bench = "growth";
const target = 1.2;
const issue: GrowthSize = { tenants: 10_000, people: 1_000_000, tokens: 10_000_000, events: 2_000_000 };
const quick: GrowthSize = { tenants: 10, people: 100, tokens: 1_000, events: 200 };
/** Nothing but those who are asked about. */
const nothing = (pace: Pace): GrowthSize => ({
  tenants: 10,
  people: pace.quick ? 20 : 200,
  tokens: 0,
  events: 0,
});
const lanes = 8;

/** Reads how large the full store is. @throws Error for what is no whole number */
export function readSize(words: readonly string[], pace: Pace): GrowthSize {
  const { values } = parseArgs({
    args: [...words],
    options: {
      quick: { type: "boolean" },
      ...{ tenants: { type: "string" }, people: { type: "string" }, tokens: { type: "string" } },
      events: { type: "string" },
    },
  });
  const usual = pace.quick ? quick : issue;
  const read = (name: keyof GrowthSize): number => {
    const text = values[name];
    if (text === undefined) return usual[name];
    if (!/^[1-9]\d{0,9}$/.test(text))
      throw new Error(`--${name} is ${text}, which is no whole number above 0`);
    return Number(text);
  };
  return { tenants: read("tenants"), people: read("people"), tokens: read("tokens"), events: read("events") };
}

/** Measures, and reports a line for each figure. */
export async function main(pace: Pace, size: GrowthSize): Promise<void> {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const stopPostgres = await openBenchPostgres();
  const sides: Side[] = [];
  try {
    sides.push(await openSide("small", nothing(pace), keys, progress));
    sides.push(await openSide("full", size, keys, progress));
    const [small, full] = sides as [Side, Side];
    for (const activity of activities) await reportLeft(small, activity, pace.quick ? 3 : 30);
    await compareWork(small, full, pace);
    await compareOne(full, pace);
    await compareLists(small, full, pace);
    const mintsPerSecond = await reportRate(full, pace);
    for (const side of sides) await side.instance.child.stop();
    await reportSealing(full, mintsPerSecond, pace);
    await compareSweeping(small, full, pace, mintsPerSecond);
    await reportSizes(small, full);
  } finally {
    for (const side of sides) await side.close();
    await stopPostgres();
  }
}

type Activity = keyof Side["works"];
const activities: readonly Activity[] = ["mint", "refresh", "login"];
const most: Readonly<Record<Activity, number>> = { mint: 400, login: 24, refresh: 160 };

function costOfWork(side: Side, activity: Activity, count: number): Promise<Cost> {
  const prepare = (count: number) => {
    side.maker.clear();
    if (activity === "mint") side.maker.prepare(count, backEndId);
  };
  const asked = { name: activity, lanes, work: side.works[activity], prepare };
  return costOf(sideOf(side.installation, side.instance, asked), count);
}

const total = ({ server, database = 0 }: Cost): number => server + database;
const meanOf = (costs: readonly Cost[], what: (cost: Cost) => number): number =>
  costs.reduce((sum, cost) => sum + what(cost), 0) / costs.length;
const toldOf = (costs: readonly Cost[]): string => {
  const [server, database] = [
    meanOf(costs, (cost) => cost.server),
    meanOf(costs, (cost) => cost.database ?? 0),
  ];
  return `${Math.round(server)} + ${Math.round(database)} µs, ${meanOf(costs, (cost) => cost.statements).toFixed(1)} statements`;
};

async function compareWork(small: Side, full: Side, pace: Pace): Promise<void> {
  for (const activity of activities) {
    const count = pace.quick ? lanes : most[activity];
    const costs: Record<Side["name"], Cost[]> = { small: [], full: [] };
    const rounds = pace.quick ? 1 : 12;
    for (let round = -1; round < rounds; round += 1) {
      progress(`${activity}: ${round < 0 ? "warming up" : `round ${round + 1} of ${rounds}`}`);
      for (const side of round % 2 === 0 ? [small, full] : [full, small]) {
        const cost = await costOfWork(side, activity, count);
        if (round >= 0) costs[side.name].push(cost);
      }
    }
    reportCosts(activity, { measured: costs.full, baseline: costs.small }, "at 0");
  }
}

function reportCosts(
  name: string,
  { measured, baseline }: { measured: readonly Cost[]; baseline: readonly Cost[] },
  against: string,
): void {
  const ratio = meanOf(measured, total) / meanOf(baseline, total);
  report({
    bench,
    name: `${name}, server + database / ${against}`,
    value: toldOf(measured),
    baseline: toldOf(baseline),
    ratio,
    target,
    met: ratio <= target,
  });
  const database = (costs: readonly Cost[]) => meanOf(costs, (cost) => Math.max(1, cost.database ?? 0));
  report({
    bench,
    name: `${name}, database alone / ${against}`,
    value: `${Math.round(database(measured))} µs`,
    baseline: `${Math.round(database(baseline))} µs`,
    ratio: database(measured) / database(baseline),
  });
}

// Somebody whom a program signs in again and again.
async function compareOne(full: Side, pace: Pace): Promise<void> {
  const count = pace.quick ? 100 : 20_000;
  const few = namedCopy(1, full.size.tenants);
  for (const [index, model] of (["RefreshToken", "Session"] as const).entries()) {
    const many = namedCopy(2 + index, full.size.tenants);
    const what = `${count.toLocaleString("en-US")} ${model === "Session" ? "sessions" : "refresh tokens"}`;
    progress(`one person with ${what}`);
    await manyOfOne(full, many.sub, model, count);
    const costs: { many: Cost[]; few: Cost[] } = { many: [], few: [] };
    for (let round = 0; round < (pace.quick ? 1 : 6); round += 1) {
      for (const [name, person] of [
        ["many", many],
        ["few", few],
      ] as const) {
        full.only.person = person;
        costs[name].push(await costOfWork(full, "mint", pace.quick ? lanes : 200));
      }
    }
    full.only.person = undefined;
    const sides = { measured: costs.many, baseline: costs.few };
    reportCosts(`mint for a person with ${what}`, sides, "for another in the same store");
  }
}

async function reportRate(full: Side, pace: Pace): Promise<number> {
  const count = pace.quick ? lanes : 2_000;
  full.maker.clear();
  full.maker.prepare(count, backEndId);
  const load = { lanes: 64, urls: [full.instance.localUrl], work: full.works.mint };
  const { count: made, seconds } = await countedLoop(load, count);
  return made / seconds;
}

// One instance seals at a time, whichever it is: the chain has one end.
async function reportSealing(full: Side, mintsPerSecond: number, pace: Pace): Promise<void> {
  const { installation } = full;
  const asked = pace.quick ? 500 : 20_000;
  await addUnsealed(full, asked);
  let events = 0;
  const startedMs = performance.now();
  for (let sealed = 1; sealed > 0; events += sealed)
    sealed = await sealNextBlock(installation.db, seals, new Date());
  const perSecond = (events * 1000) / (performance.now() - startedMs);
  if (events < asked) throw new Error(`${events} of ${asked} events were sealed`);
  report({
    bench,
    name: "next limit: events the one chain takes / mints of one process, each of which leaves one",
    value: `${Math.round(perSecond).toLocaleString("en-US")}/s`,
    baseline: `${Math.round(mintsPerSecond).toLocaleString("en-US")}/s`,
    ratio: perSecond / mintsPerSecond,
  });
}

async function reportSizes(small: Side, full: Side): Promise<void> {
  const bytesOf = async ({ client }: Side, what: string): Promise<number> => {
    const { rows } = await client.query<{ bytes: string }>(`select ${what} as bytes`);
    return Number(rows[0]?.bytes);
  };
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(bytes < 1e9 ? 3 : 1)} GB`;
  const whole = "pg_database_size(current_database())";
  const [there, empty] = [await bytesOf(full, whole), await bytesOf(small, whole)];
  report({
    bench,
    name: "the database / at 0",
    value: gigabytes(there),
    baseline: gigabytes(empty),
    ratio: there / empty,
  });
  for (const [table, what, count] of [
    ["oidc_records", "a stored token", full.size.tokens],
    ["audit_events", "an event", full.size.events],
    ["accounts", "an account", full.size.people],
  ] as const) {
    const all = await bytesOf(full, `pg_total_relation_size('${table}')`);
    const rows = await bytesOf(full, `pg_table_size('${table}')`);
    report({
      bench,
      name: `bytes of ${what}, with its indexes / of its row alone`,
      value: `${Math.round(all / count)} (${gigabytes(all)} in all)`,
      baseline: `${Math.round(rows / count)}`,
      ratio: all / rows,
    });
  }
}

if (import.meta.main) {
  const pace = readPace();
  await main(pace, readSize(process.argv.slice(2), pace));
}
