// What a second process adds: mints of `tti serve --workers 2` against those of `tti serve` alone, by processor time, so that it needs
// no free core to be seen. A process serves as much as its processor time lets it, so the busiest of them says what all can. Run
// with `node bench/workers.ts [--quick]`.
import { generateKeyPairSync } from "node:crypto";
import { countedLoop, type Load } from "./support/http_load.ts";
import { addNamedPeople, openInstallation } from "./support/installation.ts";
import { median } from "./support/measure.ts";
import { type Pace, perSecond, progress, readPace, report } from "./support/measurement.ts";
import { AssertionMaker, addClients, backEndId, minting, mintLanes, namedPeople } from "./support/minting.ts";
import { processMicroseconds } from "./support/processor_time.ts";
import {
  proxyHeaders,
  type Serving,
  servedEnvironment,
  servedIssuer,
  startServe,
} from "./support/serve_process.ts";

const bench = "workers";

/** What one mint takes, microseconds of processor. */
interface Taken {
  /** Of the process that takes most: what limits how many there can be. */
  busiest: number;
  /** Of all together. */
  all: number;
  perSecond: number;
}

/** Measures, and reports a line for each figure. */
export async function main(pace: Pace): Promise<void> {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const loginAtSeconds = Math.floor(Date.now() / 1000) - 60;
  progress("starting PostgreSQL, one process, and two workers");
  const installation = await openInstallation("postgres");
  const running: Serving[] = [];
  try {
    await addClients(installation, keys.publicKey);
    await addNamedPeople(installation.db, namedPeople, loginAtSeconds * 1000);
    const environment = servedEnvironment({ DATABASE_URL: installation.environment["DATABASE_URL"] ?? "" });
    const one = await startServe(environment, "source");
    running.push(one);
    const two = await startServe(environment, "source", ["--workers", "2"]);
    running.push(two);
    const maker = new AssertionMaker(servedIssuer, keys.privateKey, loginAtSeconds);
    const work = minting({ issuer: servedIssuer }, maker, proxyHeaders);
    const taken: Record<"one" | "two", Taken[]> = { one: [], two: [] };
    for (let round = -1; round < pace.rounds; round += 1) {
      progress(round < 0 ? "warming up" : `round ${round + 1} of ${pace.rounds}`);
      for (const [name, serving] of [
        ["one", one],
        ["two", two],
      ] as const) {
        // biome-ignore format: pairs
        const count = pace.quick ? mintLanes : 1_000;
        maker.clear();
        maker.prepare(count, backEndId);
        const cost = await mint(serving, { lanes: mintLanes, urls: [serving.localUrl], work }, count);
        if (round >= 0) taken[name].push(cost);
      }
    }
    tell(taken);
  } finally {
    for (const serving of running) await serving.stop();
    await installation.close();
  }
}

async function mint({ pid, workers }: Serving, load: Load, count: number): Promise<Taken> {
  const pids = [pid, ...workers()];
  const read = () => pids.map(processMicroseconds);
  const before = read();
  const { seconds } = await countedLoop(load, count);
  const each = read().map((time, index) => (time - (before[index] ?? 0)) / count);
  return {
    busiest: Math.max(...each),
    all: each.reduce((sum, one) => sum + one, 0),
    perSecond: count / seconds,
  };
}

function tell(taken: Record<"one" | "two", Taken[]>): void {
  const of = (name: "one" | "two", what: keyof Taken) => median(taken[name].map((one) => one[what]));
  const most = (name: "one" | "two") => 1_000_000 / of(name, "busiest");
  report({
    bench,
    name: "mints of two workers until one process's second of processor is used up / of one process",
    value: perSecond(most("two")),
    baseline: perSecond(most("one")),
    ratio: most("two") / most("one"),
    of: "workers",
  });
  report({
    bench,
    name: "processor time of a mint: the primary and two workers together / one process",
    value: `${Math.round(of("two", "all"))} µs`,
    baseline: `${Math.round(of("one", "all"))} µs`,
    ratio: of("two", "all") / of("one", "all"),
  });
  report({
    bench,
    name: "mints a second by the clock, where all share this machine's cores: two workers / one process",
    value: perSecond(of("two", "perSecond")),
    baseline: perSecond(of("one", "perSecond")),
    ratio: of("two", "perSecond") / of("one", "perSecond"),
  });
}

if (import.meta.main) await main(readPace());
