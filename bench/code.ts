// What a code flow costs in a browser that is signed in, from the authorization request to the tokens, on PostgreSQL and on SQLite:
// against bare oidc-provider in memory, and against one that writes to the same PostgreSQL by a plain adapter. Run with
// `node bench/code.ts [--quick]`.
import { codeFlow, type Jar, signIn } from "./support/browser_flow.ts";
import { compareCosts, type Side } from "./support/cost.ts";
import {
  type FlowServer,
  flowSide,
  openFourServers,
  personOf,
  reportFour,
  sidesOf,
} from "./support/four_servers.ts";
import { openConnection } from "./support/http_load.ts";
import { type Pace, readPace } from "./support/measurement.ts";

const lanes = 16;
const perRound = 300;

/** Measures, and reports a line for each figure. */
export async function main(pace: Pace): Promise<void> {
  const { servers, close } = await openFourServers();
  try {
    const sides = await sidesOf(servers, sideOf);
    reportFour("code", { what: "code flow" }, sides, await compareCosts(sides, perRound, pace), "code");
  } finally {
    await close();
  }
}

async function sideOf(server: FlowServer): Promise<Side> {
  const connection = await openConnection(server.localUrl);
  const jars: Jar[] = [];
  for (let lane = 0; lane < lanes; lane += 1) {
    const jar: Jar = new Map();
    await signIn(connection, server.party, personOf(lane), jar);
    jars.push(jar);
  }
  connection.close();
  return flowSide(server, lanes, "code flow", async (connection, lane) => {
    await codeFlow(connection, server.party, personOf(lane), jars[lane] ?? new Map());
  });
}

if (import.meta.main) await main(readPace());
