// What each trick for speed gains: processor time and statements of a mint, by a server with all of them and by one
// without the one. Work is counted and processor time measured, not the clock, so that a busy machine disturbs little.
// Run with `node bench/tricks.ts [--quick]`.
import { generateKeyPairSync } from "node:crypto";
import { refreshing } from "./support/bare_provider.ts";
import { signIn } from "./support/browser_flow.ts";
import { type Cost, compareCosts } from "./support/cost.ts";
import { personOf } from "./support/four_servers.ts";
import { type Connection, getRequest, openConnection } from "./support/http_load.ts";
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
import { measureStartTricks } from "./support/start_tricks.ts";
import { type Trick, type TrickOf, tricks } from "./support/trick_list.ts";

const places: Readonly<Record<TrickOf, "postgres" | "sqlite" | "processes">> = {
  mint: "postgres",
  refresh: "postgres",
  "refresh on SQLite": "sqlite",
  "JWKS document": "sqlite",
  "start from source": "processes",
  "idle memory": "processes",
};

const importOf = ({ name }: Trick) =>
  `--import ${new URL(`support/without.ts?trick=${name}`, import.meta.url).href}`;

/** Measures, and reports a line for each figure. */
export async function main(pace: Pace): Promise<void> {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const loginAtSeconds = Math.floor(Date.now() / 1000) - 60;
  // That all of them are still there to be taken out is for test/bench to say.
  const measured = tricks.filter(pace.quick ? ({ name }) => quickly.has(name) : isAskedFor);
  const placed = (place: "postgres" | "sqlite" | "processes") =>
    measured.filter(({ of = "mint" }) => places[of] === place);
  for (const kind of ["postgres", "sqlite"] as const) {
    const ofKind = placed(kind);
    if (ofKind.length === 0) continue;
    progress(`starting a store: ${kind}`);
    const installation = await openInstallation(kind);
    try {
      await addClients(installation, keys.publicKey);
      await addNamedPeople(installation.db, 100, loginAtSeconds * 1000, namedEmail);
      await addLocalPeople(installation.db, 100, personOf(0).password);
      const makerFor = (issuer: string) =>
        new AssertionMaker(issuer, keys.privateKey, loginAtSeconds, namedPerson);
      for (const trick of ofKind) await measureTrick(installation, trick, makerFor, pace);
    } finally {
      await installation.close();
    }
  }
  await measureStartTricks(placed("processes"), importOf, pace);
}

// On each store, and of each kind that one process serves.
const quickly: ReadonlySet<string> = new Set(["prepared", "batched-exchanges", "raw-documents"]);

// `node bench/tricks.ts prepared edge` measures these two.
function isAskedFor({ name }: Trick): boolean {
  const asked = import.meta.main ? process.argv.slice(2).filter((word) => !word.startsWith("-")) : [];
  return asked.length === 0 || asked.includes(name);
}

function mintsAt(whole: Instance, maker: AssertionMaker) {
  return {
    lanes: mintLanes,
    work: minting(whole, maker),
    prepare(count: number) {
      maker.clear();
      maker.prepare(count, backEndId);
    },
  };
}

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

function documentsOf({ localUrl }: Instance) {
  const request = getRequest(new URL("/jwks", localUrl));
  return {
    lanes: 16,
    async work(connection: Connection) {
      const { status } = await connection.send(request);
      if (status !== 200) throw new Error(`/jwks answered ${status}`);
    },
  };
}

async function measureTrick(
  installation: Installation,
  trick: Trick,
  makerFor: (issuer: string) => AssertionMaker,
  pace: Pace,
): Promise<void> {
  const { of = "mint" } = trick;
  // Both anew, so that neither has compiled more of itself than the other.
  const whole = await installation.startInstance();
  const { issuer } = whole;
  const bare = await installation.startInstance({ issuer, nodeOptions: importOf(trick) });
  const side = async (name: string, instance: Instance) => {
    const asked =
      of === "JWKS document"
        ? documentsOf(instance)
        : of === "mint"
          ? mintsAt(whole, makerFor(issuer))
          : await refreshesAt(whole);
    return sideOf(installation, instance, { name, ...asked });
  };
  const sides = { with: await side("with", whole), without: await side("without", bare) };
  progress(trick.name);
  const { costs } = await compareCosts(sides, of === "JWKS document" ? 4_000 : 500, pace);
  await bare.child.stop();
  await whole.child.stop();
  const total = ({ server, database = 0 }: Cost) => server + database;
  const told = ({ server, database, statements }: Cost) =>
    database === undefined
      ? `${Math.round(server)} µs`
      : `${Math.round(server)} + ${Math.round(database)} µs, ${statements.toFixed(2)} statements`;
  report({
    bench: "tricks",
    name: `${of}, ${trick.name}: ${trick.what}`,
    value: told(costs.with),
    baseline: `${told(costs.without)} without`,
    ratio: total(costs.with) / total(costs.without),
  });
}

if (import.meta.main) {
  const known = new Set(["--quick", ...tricks.map(({ name }) => name)]);
  const unknown = process.argv.slice(2).find((word) => !known.has(word));
  if (unknown === undefined) await main(readPace());
  else {
    process.stderr.write(
      `There is no trick of the name ${unknown}. There are: ${[...known].slice(1).join(", ")}\n`,
    );
    process.exitCode = 2;
  }
}
