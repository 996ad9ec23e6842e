// What a password login costs (page, form, code, tokens), on PostgreSQL and on SQLite, against the baselines and against the bare
// Argon2id rate of all cores; and what mints wait for while logins flood in. Run with `node bench/login.ts [--quick]`.
import { signIn } from "./support/browser_flow.ts";
import { type Cost, compareCosts, costOf, type Side } from "./support/cost.ts";
import {
  type FlowServer,
  flowSide,
  openFourServers,
  personOf,
  reportFour,
  sidesOf,
} from "./support/four_servers.ts";
import { type HashRate, measureHashRate } from "./support/hash_rate.ts";
import { reportFlood } from "./support/login_flood.ts";
import { median } from "./support/measure.ts";
import { milliseconds, type Pace, perSecond, progress, readPace, report } from "./support/measurement.ts";

const bench = "login";
const lanes = 8;
const perRound = 60;

/** Measures, and reports a line for each figure. */
export async function main(pace: Pace): Promise<void> {
  const { servers, close } = await openFourServers();
  try {
    const sides = await sidesOf(servers, sideOf);
    reportFour("login", { what: "login" }, sides, await compareCosts(sides, perRound, pace));
    await reportRate(sides.postgres, pace);
  } finally {
    await close();
  }
  await reportFlood(bench, pace);
}

function sideOf(server: FlowServer): Side {
  let next = 0;
  return flowSide(server, lanes, "login", async (connection) => {
    next += 1;
    await signIn(connection, server.party, personOf(next));
  });
}

// The machine hashes alone and serves logins in turns: what it could do at most, and what it does.
async function reportRate(side: Side, pace: Pace): Promise<void> {
  progress("logins and bare hashes in turns");
  const hashes: HashRate[] = [];
  const logins: Cost[] = [];
  for (let round = 0; round < pace.rounds; round += 1) {
    hashes.push(await measureHashRate(pace.sliceMs));
    logins.push(await costOf(side, pace.quick ? 4 : perRound));
  }
  const of = <One>(all: readonly One[], what: (one: One) => number) => median(all.map(what));
  const [rate, most] = [of(logins, (one) => one.perSecond), of(hashes, (one) => one.perSecond)];
  report({
    bench,
    name: "logins a second, one process on PostgreSQL / Argon2id hashes a second of all cores",
    value: perSecond(rate),
    baseline: perSecond(most),
    ratio: rate / most,
    of: "login",
  });
  const [login, hash] = [of(logins, (one) => one.server), of(hashes, (one) => one.cpuMicroseconds)];
  report({
    bench,
    name: "server processor time: login / its Argon2id hash",
    value: milliseconds(login / 1000),
    baseline: milliseconds(hash / 1000),
    ratio: login / hash,
  });
}

if (import.meta.main) await main(readPace());
