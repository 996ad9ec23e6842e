// Where the processor time of a mint, a refresh, a code flow and a login goes, by package and room of the server: what to look at
// before anything is made faster. Run with `node bench/split.ts [--quick]`. The samples themselves cost a little.
import { generateKeyPairSync } from "node:crypto";
import { refreshing } from "./support/bare_provider.ts";
import { codeFlow, type Jar, type RelyingParty, signIn } from "./support/browser_flow.ts";
import { personOf } from "./support/four_servers.ts";
import { countedLoop, openConnection, type Work } from "./support/http_load.ts";
import {
  addLocalPeople,
  addNamedPeople,
  awsClientId,
  clientSecret,
  type Instance,
  namedEmail,
  namedPerson,
  openInstallation,
  redirectUri,
} from "./support/installation.ts";
import { milliseconds, type Pace, progress, readPace, report } from "./support/measurement.ts";
import { AssertionMaker, addClients, backEndId, minting, mintLanes } from "./support/minting.ts";
import type { Split } from "./support/profile.ts";

const bench = "split";
/** What is less than this part of the whole stands together. */
const leastShare = 0.02;

/** What is asked, how many at the same time, and how often. */
interface Activity {
  what: string;
  lanes: number;
  count: number;
  work: Work;
  prepare?(count: number): void;
}

/** Measures, and reports a line for each part. */
export async function main(pace: Pace): Promise<void> {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const loginAtSeconds = Math.floor(Date.now() / 1000) - 60;
  progress("starting PostgreSQL and a server");
  const installation = await openInstallation("postgres");
  try {
    await addClients(installation, keys.publicKey);
    await addLocalPeople(installation.db, 100, personOf(0).password);
    await addNamedPeople(installation.db, 100, loginAtSeconds * 1000, namedEmail);
    const instance = await installation.startInstance();
    const maker = new AssertionMaker(instance.issuer, keys.privateKey, loginAtSeconds, namedPerson);
    for (const activity of await activitiesOf(instance, maker)) await split(instance, activity, pace);
  } finally {
    await installation.close();
  }
}

async function activitiesOf(instance: Instance, maker: AssertionMaker): Promise<Activity[]> {
  const party: RelyingParty = { issuer: instance.issuer, clientId: awsClientId, clientSecret, redirectUri };
  const lanes = 16;
  const jars: Jar[] = [];
  const tokens: string[] = [];
  const connection = await openConnection(instance.localUrl);
  for (let lane = 0; lane < lanes; lane += 1) {
    const jar: Jar = new Map();
    tokens.push(await signIn(connection, party, personOf(lane), jar));
    jars.push(jar);
  }
  connection.close();
  let next = lanes;
  return [
    {
      ...{ what: "mint", lanes: mintLanes, count: 3_000, work: minting(instance, maker) },
      prepare: (count) => maker.prepare(count, backEndId),
    },
    { what: "refresh", lanes, count: 1_000, work: refreshing(party, tokens) },
    {
      ...{ what: "code flow", lanes, count: 600 },
      work: async (connection, lane) =>
        void (await codeFlow(connection, party, personOf(lane), jars[lane] ?? new Map())),
    },
    {
      ...{ what: "login", lanes: 8, count: 150 },
      async work(connection) {
        next += 1;
        await signIn(connection, party, personOf(next));
      },
    },
  ];
}

async function split({ child, localUrl }: Instance, activity: Activity, pace: Pace): Promise<void> {
  const { what, lanes, work } = activity;
  progress(what);
  const count = pace.quick ? lanes : activity.count;
  const load = { lanes, urls: [localUrl], work };
  activity.prepare?.(2 * count);
  await countedLoop(load, count);
  await child.ask("startProfile");
  await countedLoop(load, count);
  const found = await child.ask<Split>("stopProfile");
  const whole = Object.values(found).reduce((sum, time) => sum + time, 0);
  for (const [part, time] of gathered(found, whole))
    report({
      bench,
      name: `${what}: ${part}`,
      value: milliseconds(time / count / 1000),
      baseline: `${milliseconds(whole / count / 1000)} in all`,
      ratio: time / whole,
    });
}

/** The parts, the largest first; small ones together at the end. Pure. */
export function gathered(split: Split, whole: number): [string, number][] {
  const parts = Object.entries(split).toSorted(([, one], [, other]) => other - one);
  const large = parts.filter(([, time]) => time >= leastShare * whole);
  const rest = parts.slice(large.length).reduce((sum, [, time]) => sum + time, 0);
  return rest > 0 ? [...large, ["what is less than 2 % each", rest]] : large;
}

if (import.meta.main) await main(readPace());
