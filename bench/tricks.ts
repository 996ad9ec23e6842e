// What each trick for speed gains: processor time and statements of a mint, by a server with all of them and by one
// without the one. Work is counted and processor time measured, not the clock, so that a busy machine disturbs little.
// Run with `node bench/tricks.ts [--quick]`.
import { generateKeyPairSync } from "node:crypto";
import { refreshing } from "./support/bare_provider.ts";
import { signIn } from "./support/browser_flow.ts";
import { type Cost, compareCosts } from "./support/cost.ts";
import { personOf } from "./support/four_servers.ts";
import { openConnection } from "./support/http_load.ts";
import {
  addLocalPeople,
  addNamedPeople,
  awsClientId,
  clientSecret,
  type Installation,
  type Instance,
  namedEmail,
  namedPerson,
  openInstallation,
  redirectUri,
  sideOf,
} from "./support/installation.ts";
import { type Pace, progress, readPace, report } from "./support/measurement.ts";
import { AssertionMaker, addClients, backEndId, minting, mintLanes } from "./support/minting.ts";
import { type Trick, tricks } from "./support/trick_list.ts";

/** Measures, and reports a line for each figure. */
export async function main(pace: Pace): Promise<void> {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const loginAtSeconds = Math.floor(Date.now() / 1000) - 60;
  progress("starting PostgreSQL and the server with everything");
  const installation = await openInstallation("postgres");
  try {
    await addClients(installation, keys.publicKey);
    await addNamedPeople(installation.db, 100, loginAtSeconds * 1000, namedEmail);
    await addLocalPeople(installation.db, 100, personOf(0).password);
    const whole = await installation.startInstance();
    const maker = new AssertionMaker(whole.issuer, keys.privateKey, loginAtSeconds, namedPerson);
    // That all of them are still there to be taken out is for test/bench to say.
    for (const trick of pace.quick
      ? [...tricks.slice(0, 2), ...tricks.filter((trick) => trick.of === "refresh").slice(0, 1)]
      : tricks)
      await measureTrick(installation, whole, trick, maker, pace);
  } finally {
    await installation.close();
  }
}

const mintsAt = (whole: Instance, maker: AssertionMaker) => ({
  lanes: mintLanes,
  work: minting(whole, maker),
  prepare(count: number) {
    maker.clear();
    maker.prepare(count, backEndId);
  },
});

// Each side has sign-ins of its own: a refresh token is used once.
async function refreshesAt({ issuer, localUrl }: Instance) {
  const party = { issuer, clientId: awsClientId, clientSecret, redirectUri };
  const connection = await openConnection(localUrl);
  const tokens: string[] = [];
  for (let index = 0; index < mintLanes; index += 1)
    tokens.push(await signIn(connection, party, personOf(index)));
  connection.close();
  return { lanes: mintLanes, work: refreshing(party, tokens) };
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
  const side = async (name: string, instance: Instance) =>
    sideOf(installation, instance, {
      name,
      ...(trick.of === "refresh" ? await refreshesAt(whole) : mintsAt(whole, maker)),
    });
  const sides = { with: await side("with", whole), without: await side("without", bare) };
  progress(trick.name);
  const { costs } = await compareCosts(sides, 300, pace);
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
