// What a second process adds: mints of `tti serve --workers 2` against those of `tti serve` alone, by processor time, so that it needs
// no free core to be seen: a process serves as much as its processor time lets it, so two serve what a second of each brings, unless
// the primary has used up its own before. Each is asked for as much at once, and is as warm, as the one that serves alone: half of the
// requests at a time would be smaller batches, half of them in all younger code. Run with `node bench/workers.ts [--quick]`.
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

/** What one round took. */
interface Taken {
  /** Microseconds of processor for each mint, of each process. */
  each: number[];
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
    for (let round = -pace.warmUps; round < pace.rounds; round += 1) {
      progress(round < 0 ? "warming up" : `round ${round + 1} of ${pace.rounds}`);
      for (const [name, serving] of [
        ["one", one],
        ["two", two],
      ] as const) {
        const processes = name === "one" ? 1 : 2;
        const count = processes * (pace.quick ? mintLanes : 1_000);
        maker.clear();
        maker.prepare(count, backEndId);
        const cost = await mint(
          serving,
          { lanes: processes * mintLanes, urls: [serving.localUrl], work },
          count,
        );
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
  return { each, perSecond: count / seconds };
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const mean = (values: readonly number[]): number => total(values) / Math.max(1, values.length);

function tell(taken: Record<"one" | "two", Taken[]>): void {
  const times = (name: "one" | "two") => {
    const rounds = taken[name].map(({ each }) => each);
    return (rounds[0] ?? []).map((_, at) => mean(rounds.map((each) => each[at] ?? 0)));
  };
  const all = (name: "one" | "two") => total(times(name));
  const [primary = 0, ...workers] = times("two");
  const most = {
    one: 1_000_000 / all("one"),
    two: Math.min(1_000_000 / primary, (workers.length * 1_000_000) / total(workers)),
  };
  const rate = (name: "one" | "two") => median(taken[name].map(({ perSecond: of }) => of));
  report({
    bench,
    name: "mints of two workers until each has used up a second of processor / of one process",
    value: perSecond(most.two),
    baseline: perSecond(most.one),
    ratio: most.two / most.one,
    of: "workers",
  });
  report({
    bench,
    name: "processor time of a mint: the primary and two workers together / one process",
    value: `${Math.round(all("two"))} µs`,
    baseline: `${Math.round(all("one"))} µs`,
    ratio: all("two") / all("one"),
  });
  report({
    bench,
    name: "processor time of a mint: the primary alone / two workers",
    value: `${primary.toFixed(1)} µs`,
    baseline: `${Math.round(total(workers))} µs`,
    ratio: primary / total(workers),
  });
  report({
    bench,
    name: "processor time of the busier worker / half of what both took",
    value: `${Math.round(Math.max(...workers))} µs`,
    baseline: `${Math.round(total(workers) / 2)} µs`,
    ratio: (2 * Math.max(...workers)) / total(workers),
  });
  report({
    bench,
    name: "mints a second by the clock, where all share this machine's cores: two workers / one process",
    value: perSecond(rate("two")),
    baseline: perSecond(rate("one")),
    ratio: rate("two") / rate("one"),
  });
}

if (import.meta.main) await main(readPace());
