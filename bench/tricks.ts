// What each trick for speed gains: processor time and statements of a mint, by a server with all of them and by one
// without the one. Work is counted and processor time measured, not the clock, so that a busy machine disturbs little.
// Run with `node bench/tricks.ts [--quick]`.
import { generateKeyPairSync } from "node:crypto";
import { AssertionMaker, addClients, backEndId, lanes, minting } from "./mint.ts";
import { countedLoop } from "./support/http_load.ts";
import {
  addNamedPeople,
  type Installation,
  type Instance,
  openInstallation,
} from "./support/installation.ts";
import { type Pace, progress, readPace, report } from "./support/measurement.ts";
import { readBackendTimes, timeBetween } from "./support/processor_time.ts";
import { type Trick, tricks } from "./support/trick_list.ts";

/** What a mint costs: microseconds of processor time, and statements. */
interface Cost {
  server: number;
  database: number;
  statements: number;
}

interface Side extends Instance {
  name: "with" | "without";
}

/** Measures, and reports a line for each figure. */
export async function main(pace: Pace): Promise<void> {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const loginAtSeconds = Math.floor(Date.now() / 1000) - 60;
  progress("starting PostgreSQL and the server with everything");
  const installation = await openInstallation("postgres");
  try {
    await addClients(installation, keys.publicKey);
    await addNamedPeople(installation.db, 500, loginAtSeconds * 1000);
    const whole: Side = { ...(await installation.startInstance({ name: "with" })), name: "with" };
    const maker = new AssertionMaker(whole.issuer, keys.privateKey, loginAtSeconds);
    // That all of them are still there to be taken out is for test/bench to say.
    for (const trick of pace.quick ? tricks.slice(0, 3) : tricks)
      await measureTrick(installation, whole, trick, maker, pace);
  } finally {
    await installation.close();
  }
}

async function measureTrick(
  installation: Installation,
  whole: Side,
  trick: Trick,
  maker: AssertionMaker,
  pace: Pace,
): Promise<void> {
  const without = new URL(`support/without.ts?trick=${trick.name}`, import.meta.url).href;
  const options = { name: "without", issuer: whole.issuer, nodeOptions: `--import ${without}` };
  const bare: Side = { ...(await installation.startInstance(options)), name: "without" };
  const mints = pace.quick ? 20 : 300;
  const costs: Record<Side["name"], Cost[]> = { with: [], without: [] };
  for (let round = -1; round < pace.rounds; round += 1) {
    progress(`${trick.name}: ${round < 0 ? "warming up" : `round ${round + 1} of ${pace.rounds}`}`);
    for (const side of round % 2 === 0 ? [whole, bare] : [bare, whole]) {
      maker.clear();
      maker.prepare(mints, backEndId);
      const cost = await costOfMints(installation, whole, side, maker, mints);
      if (round >= 0) costs[side.name].push(cost);
    }
  }
  await bare.child.stop();
  const mean = (side: Side["name"], what: (cost: Cost) => number) =>
    costs[side].reduce((sum, cost) => sum + what(cost), 0) / costs[side].length;
  const total = ({ server, database }: Cost) => server + database;
  const told = (side: Side["name"]) => {
    const [server, database] = [mean(side, (cost) => cost.server), mean(side, (cost) => cost.database)];
    const statements = mean(side, (cost) => cost.statements).toFixed(2);
    return `${Math.round(server)} + ${Math.round(database)} µs, ${statements} statements`;
  };
  report({
    bench: "tricks",
    name: `${trick.name}: ${trick.what}`,
    value: told("with"),
    baseline: `${told("without")} without`,
    ratio: mean("with", total) / mean("without", total),
  });
}

async function costOfMints(
  { db }: Installation,
  { issuer }: Side,
  side: Side,
  maker: AssertionMaker,
  mints: number,
): Promise<Cost> {
  const read = async () => ({
    server: await side.child.ask<number>("cpuMicroseconds"),
    statements: await side.child.ask<number>("statements"),
    backends: await readBackendTimes(db, side.name),
  });
  const before = await read();
  const work = minting({ ...side, issuer }, maker);
  await countedLoop({ lanes, urls: [side.localUrl], work }, mints);
  const after = await read();
  return {
    server: (after.server - before.server) / mints,
    database: timeBetween(before.backends, after.backends) / mints,
    statements: (after.statements - before.statements) / mints,
  };
}

if (import.meta.main) await main(readPace());
