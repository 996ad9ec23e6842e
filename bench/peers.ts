// Any OpenID Provider beside this one: the same work, sent by the same hand, in turns, by nothing but what specifications say. Run with
// `npm run bench -- peers --issuer URL --client ID --secret SECRET --user NAME --password WORDS [--pid N]`; bench/peers/README.md says
// how others are set up. Without an issuer the other one is bare oidc-provider, in memory, which shows that it runs.
import { connectDatabase } from "../src/db/connect.ts";
import { type PeerOptions, readPeerOptions } from "./peers/options.ts";
import { discover, type Peer } from "./peers/provider.ts";
import { type Activity, type PeerWork, sizes, tryInLanes, workAt } from "./peers/work.ts";
import { startBareProvider } from "./support/bare_provider.ts";
import { type Cost, compareCosts, type Side } from "./support/cost.ts";
import {
  addLocalPeople,
  addRelyingParty,
  awsClientId,
  clientSecret,
  emailOf,
  openInstallation,
  redirectUri,
} from "./support/installation.ts";
import {
  milliseconds,
  type Pace,
  perSecond,
  progress,
  readPace,
  report,
  reportCost,
} from "./support/measurement.ts";

const bench = "peers";
const password = "correct horse battery staple";

/** A provider of the comparison. */
interface Runner {
  name: string;
  peer: Peer;
  work: PeerWork;
  seen: Pick<Side, "children" | "pids" | "database">;
  close(): Promise<void>;
}

/** Measures, and reports a line for each figure. */
export async function main(pace: Pace, options: PeerOptions | undefined): Promise<void> {
  const runners: Runner[] = [];
  try {
    runners.push(await openOurs());
    runners.push(options === undefined ? await openBare() : await openPeer(options));
    const [ours, other] = runners as [Runner, Runner];
    for (const activity of Object.keys(sizes) as Activity[]) await compare(activity, ours, other, pace);
  } finally {
    for (const runner of runners) {
      runner.work.close();
      await runner.close();
    }
  }
}

async function compare(activity: Activity, ours: Runner, other: Runner, pace: Pace): Promise<void> {
  progress(activity);
  const { lanes, perRound } = sizes[activity];
  const isDocument = activity === "discovery" || activity === "JWKS";
  for (const runner of [ours, other]) {
    const refused = await tryInLanes(runner.peer, runner.work.works[activity], isDocument ? 0 : lanes);
    if (refused === undefined) continue;
    process.stderr.write(`  ${activity} left out, ${runner.name}: ${refused}\n`);
    return;
  }
  const sideOf = ({ name, peer, work, seen }: Runner): Side => {
    const address = { discovery: peer.endpoints.discovery, JWKS: peer.endpoints.jwks }[activity as string];
    const urls = [new URL(address ?? peer.endpoints.token).origin];
    return { name: `${activity}, ${name}`, load: { lanes, urls, work: work.works[activity] }, ...seen };
  };
  const sides = { ours: sideOf(ours), other: sideOf(other) };
  // Whether a client's own access token is signed is each provider's to decide.
  const signs = activity === "code flow" || activity === "refresh";
  const { costs, signature } = await compareCosts(sides, perRound, {
    ...pace,
    rounds: Math.min(pace.rounds, 3),
  });
  for (const name of ["ours", "other"] as const)
    reportCost(bench, sides[name].name, costs[name], signs ? signature : 0);
  if (costs.other.server > 0) {
    const whole = ({ server, database = 0 }: Cost) => server + database;
    report({
      bench,
      name: `${activity}, processor time with PostgreSQL's: tti / ${other.name}`,
      value: milliseconds(whole(costs.ours) / 1000),
      baseline: milliseconds(whole(costs.other) / 1000),
      ratio: whole(costs.ours) / whole(costs.other),
    });
  }
  report({
    bench,
    name: `${activity} a second by the clock: tti, one process / ${other.name}`,
    value: perSecond(costs.ours.perSecond),
    baseline: perSecond(costs.other.perSecond),
    ratio: costs.ours.perSecond / costs.other.perSecond,
  });
}

async function openOurs(): Promise<Runner> {
  progress("starting tti on PostgreSQL");
  const installation = await openInstallation("postgres");
  const { db } = installation;
  await addRelyingParty(db, {
    client_id: awsClientId,
    grant_types: ["authorization_code", "refresh_token", "client_credentials"],
    scope: "openid offline_access tti:search",
  });
  await addLocalPeople(db, 1, password);
  const { issuer, child, applicationName } = await installation.startInstance();
  const peer = await discover(issuer, {
    ...{ clientId: awsClientId, clientSecret, redirectUri },
    ...{ scope: "openid offline_access", programScope: "tti:search", resource: "" },
  });
  const person = { user: emailOf(0), password, hydraAdmin: "" };
  return {
    name: "tti, one process on PostgreSQL",
    peer,
    work: workAt(peer, person),
    seen: { children: [child], database: { db, applicationName } },
    close: () => installation.close(),
  };
}

async function openBare(): Promise<Runner> {
  const bare = await startBareProvider({ lanes: 1 });
  const { clientId, clientSecret, redirectUri } = bare;
  const client = { clientId, clientSecret, redirectUri };
  const peer = await discover(bare.issuer, { ...client, scope: "openid", programScope: "api", resource: "" });
  const person = { user: "somebody", password: bare.password, hydraAdmin: "" };
  return {
    name: "bare oidc-provider in memory",
    peer,
    work: workAt(peer, person),
    seen: { children: [bare.child] },
    close: bare.stop,
  };
}

async function openPeer({
  issuer,
  name,
  client,
  person,
  cookie,
  pids,
  backends,
}: PeerOptions): Promise<Runner> {
  const peer = await discover(issuer, client);
  const databaseUrl = process.env["TEST_POSTGRES_URL"];
  const db = backends === "" || databaseUrl === undefined ? undefined : connectDatabase({ databaseUrl });
  return {
    name,
    peer,
    work: workAt(peer, person, cookie),
    seen: { children: [], pids, ...(db && { database: { db, applicationName: backends } }) },
    close: async () => void (await db?.destroy()),
  };
}

if (import.meta.main) await main(readPace(), readPeerOptions(process.argv.slice(2)));
