// Owns what sweeping costs in a store of a size: so many records that have ended, removed by the product's own sweeper.
import { connectDatabase } from "../../src/db/connect.ts";
import { silentLog } from "../../src/log.ts";
import { startSweeper, sweeperPolicy } from "../../src/provider/assembly/sweeper.ts";
import { endTokens, type Side } from "./growth_side.ts";
import { type Pace, progress, report } from "./measurement.ts";
import { readBackendTimes, timeBetween } from "./processor_time.ts";

interface Swept {
  rows: number;
  /** Of the sweeper and of PostgreSQL, microseconds. */
  processor: number;
  seconds: number;
}

/** Compares sweeping on both sides, and reports it; and how many mints one sweeper keeps up with. */
export async function compareSweeping(
  small: Side,
  full: Side,
  pace: Pace,
  mintsPerSecond: number,
): Promise<void> {
  const count = pace.quick ? 400 : 10_000;
  const swept: Record<Side["name"], Swept[]> = { small: [], full: [] };
  const rounds = pace.quick ? 1 : 5;
  for (let round = -1; round < rounds; round += 1) {
    progress(`sweeping: ${round < 0 ? "warming up" : `round ${round + 1} of ${rounds}`}`);
    for (const side of round % 2 === 0 ? [small, full] : [full, small]) {
      const one = await sweep(side, count);
      if (round >= 0) swept[side.name].push(one);
    }
  }
  const sum = (side: Side["name"], what: keyof Swept) => swept[side].reduce((all, one) => all + one[what], 0);
  const processor = (side: Side["name"]) => sum(side, "processor") / sum(side, "rows");
  const ratio = processor("full") / processor("small");
  report({
    bench: "growth",
    name: "sweeping a record, sweeper + database / at 0",
    value: `${processor("full").toFixed(1)} µs`,
    baseline: `${processor("small").toFixed(1)} µs`,
    ratio,
    target: 1.2,
    met: ratio <= 1.2,
  });
  const perSecond = sum("full", "rows") / sum("full", "seconds");
  report({
    bench: "growth",
    name: "next limit: records one sweeper removes / mints of one process, each of which leaves one",
    value: `${Math.round(perSecond).toLocaleString("en-US")}/s`,
    baseline: `${Math.round(mintsPerSecond).toLocaleString("en-US")}/s`,
    ratio: perSecond / mintsPerSecond,
  });
}

async function sweep(side: Side, count: number): Promise<Swept> {
  await endTokens(side, count);
  const name = `sweep-${side.name}`;
  const address = new URL(side.installation.environment["DATABASE_URL"] ?? "");
  address.searchParams.set("application_name", name);
  const db = connectDatabase({ databaseUrl: address.href });
  const policy = { ...sweeperPolicy, intervalMs: 3_600_000 };
  const sweeper = startSweeper({ db, clock: () => new Date(), log: silentLog }, policy);
  const before = {
    processor: process.cpuUsage(),
    backends: await readBackendTimes(side.installation.db, name),
  };
  const startedMs = performance.now();
  const rows = await sweeper.sweep();
  const seconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(before.processor);
  const backends = timeBetween(before.backends, await readBackendTimes(side.installation.db, name));
  await sweeper.stop();
  await db.destroy();
  if (rows < count) throw new Error(`${rows} of ${count} records were swept`);
  return { rows, processor: user + system + backends, seconds };
}
