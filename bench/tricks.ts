// What each trick for speed gains: processor time and statements of a mint, by a server with all of them and by one
// without the one. Work is counted and processor time measured, not the clock, so that a busy machine disturbs little.
// Run with `node bench/tricks.ts [--quick]`.
import { generateKeyPairSync } from "node:crypto";
import { type Cost, compareCosts } from "./support/cost.ts";
import {
  addNamedPeople,
  type Installation,
  type Instance,
  openInstallation,
  sideOf,
} from "./support/installation.ts";
import { type Pace, progress, readPace, report } from "./support/measurement.ts";
import { AssertionMaker, addClients, backEndId, minting, mintLanes, namedPeople } from "./support/minting.ts";
import { type Trick, tricks } from "./support/trick_list.ts";

/** Measures, and reports a line for each figure. */
export async function main(pace: Pace): Promise<void> {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const loginAtSeconds = Math.floor(Date.now() / 1000) - 60;
  progress("starting PostgreSQL and the server with everything");
  const installation = await openInstallation("postgres");
  try {
    await addClients(installation, keys.publicKey);
    await addNamedPeople(installation.db, namedPeople, loginAtSeconds * 1000);
    const whole = await installation.startInstance();
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
  whole: Instance,
  trick: Trick,
  maker: AssertionMaker,
  pace: Pace,
): Promise<void> {
  const without = new URL(`support/without.ts?trick=${trick.name}`, import.meta.url).href;
  const bare = await installation.startInstance({ issuer: whole.issuer, nodeOptions: `--import ${without}` });
  const side = (name: string, instance: Instance) =>
    sideOf(installation, instance, {
      name,
      lanes: mintLanes,
      work: minting(whole, maker),
      prepare(count) {
        maker.clear();
        maker.prepare(count, backEndId);
      },
    });
  progress(trick.name);
  const { costs } = await compareCosts(
    { with: side("with", whole), without: side("without", bare) },
    300,
    pace,
  );
  await bare.child.stop();
  const total = ({ server, database = 0 }: Cost) => server + database;
  const told = ({ server, database = 0, statements }: Cost) =>
    `${Math.round(server)} + ${Math.round(database)} µs, ${statements.toFixed(2)} statements`;
  report({
    bench: "tricks",
    name: `${trick.name}: ${trick.what}`,
    value: told(costs.with),
    baseline: `${told(costs.without)} without`,
    ratio: total(costs.with) / total(costs.without),
  });
}

if (import.meta.main) await main(readPace());
