// What a refresh costs, with rotation, on PostgreSQL and on SQLite: against bare oidc-provider in memory, which does not rotate, and
// against one that rotates and writes to the same PostgreSQL by a plain adapter. Run with `node bench/refresh.ts [--quick]`.
import { refreshing } from "./support/bare_provider.ts";
import { signIn } from "./support/browser_flow.ts";
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
const perRound = 500;

/** Measures, and reports a line for each figure. */
export async function main(pace: Pace): Promise<void> {
  const { servers, close } = await openFourServers();
  try {
    const sides = await sidesOf(servers, sideOf);
    reportFour(
      "refresh",
      { what: "refresh", plural: "refreshes" },
      sides,
      await compareCosts(sides, perRound, pace),
      "refresh",
    );
  } finally {
    await close();
  }
}

async function sideOf(server: FlowServer): Promise<Side> {
  const connection = await openConnection(server.localUrl);
  const tokens: string[] = [];
  for (let index = 0; index < lanes * 2; index += 1)
    tokens.push(await signIn(connection, server.party, personOf(index)));
  connection.close();
  return flowSide(server, lanes, "refresh", refreshing(server.party, tokens));
}

if (import.meta.main) await main(readPace());
