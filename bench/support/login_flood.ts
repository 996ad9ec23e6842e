// What back ends wait for while everybody signs in: mints at a steady rate, quiet and under a flood of logins, in turns.
import { generateKeyPairSync } from "node:crypto";
import { signIn } from "./browser_flow.ts";
import { personOf } from "./four_servers.ts";
import { closedLoop, type Load, openLoop, percentile } from "./http_load.ts";
import {
  addLocalPeople,
  addNamedPeople,
  awsClientId,
  clientSecret,
  namedEmail,
  namedPerson,
  openInstallation,
  redirectUri,
} from "./installation.ts";
import { milliseconds, type Pace, perSecond, progress, report } from "./measurement.ts";
import { AssertionMaker, addClients, backEndId, minting } from "./minting.ts";

/** What a busy back end may need. */
const mintsPerSecond = 100;
/** Browsers that sign in as fast as they are answered: more than cores, fewer than the door turns away. */
const browsers = 32;

/** Measures, and reports p50 and p99 of mints under the flood / quiet. */
export async function reportFlood(bench: string, pace: Pace): Promise<void> {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const loginAtSeconds = Math.floor(Date.now() / 1000) - 60;
  progress("mints quiet and under a flood of logins");
  const installation = await openInstallation("postgres");
  try {
    const { db } = installation;
    await addClients(installation, keys.publicKey);
    // Those who are named have addresses of their own (below), so that the same person is not both.
    await addLocalPeople(db, 100, personOf(0).password);
    await addNamedPeople(db, 100, loginAtSeconds * 1000, namedEmail);
    const instance = await installation.startInstance();
    const maker = new AssertionMaker(instance.issuer, keys.privateKey, loginAtSeconds, namedPerson);
    const urls = [instance.localUrl];
    const mints: Load = { lanes: 32, urls, work: minting(instance, maker) };
    const party = { issuer: instance.issuer, clientId: awsClientId, clientSecret, redirectUri };
    let next = 0;
    const logins: Load = {
      lanes: pace.quick ? 2 : browsers,
      urls,
      async work(connection) {
        next += 1;
        await signIn(connection, party, personOf(next));
      },
    };
    const latencies: Record<"quiet" | "flood", number[]> = { quiet: [], flood: [] };
    let [signedIn, seconds] = [0, 0];
    for (let round = -1; round < pace.rounds; round += 1) {
      for (const name of ["quiet", "flood"] as const) {
        maker.clear();
        maker.prepare(Math.ceil((mintsPerSecond * pace.sliceMs) / 1000), backEndId);
        const flood = name === "flood" ? closedLoop(logins, pace.sliceMs) : undefined;
        const { latenciesMs } = await openLoop(mints, mintsPerSecond, pace.sliceMs);
        const flooded = await flood;
        if (round < 0) continue;
        latencies[name].push(...latenciesMs);
        signedIn += flooded?.count ?? 0;
        seconds += flooded?.seconds ?? 0;
      }
    }
    for (const [words, share] of [
      ["p50", 0.5],
      ["p99", 0.99],
    ] as const) {
      const [value, baseline] = [percentile(latencies.flood, share), percentile(latencies.quiet, share)];
      report({
        bench,
        name: `${words} of ${mintsPerSecond} mints a second under a flood of logins (${perSecond(signedIn / seconds)}) / without`,
        value: milliseconds(value),
        baseline: milliseconds(baseline),
        ratio: value / baseline,
        of: words === "p99" ? "flood" : undefined,
      });
    }
  } finally {
    await installation.close();
  }
}
