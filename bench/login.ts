// Password logins and refreshes per second of one process, on PostgreSQL and on SQLite, against bare oidc-provider
// in memory; what `tti serve` takes to start and to be idle. Run with `node bench/login.ts [--quick]`.
import { startBareProvider } from "./support/bare_provider.ts";
import { type Person, type RelyingParty, redeem, signIn } from "./support/browser_flow.ts";
import { closedLoop, type Load, openLoop, percentile } from "./support/http_load.ts";
import {
  addLocalPeople,
  addRelyingParty,
  awsClientId,
  clientSecret,
  emailOf,
  openInstallation,
  redirectUri,
} from "./support/installation.ts";
import { milliseconds, type Pace, perSecond, progress, readPace, report } from "./support/measurement.ts";
import { measureServe } from "./support/serve_process.ts";

const bench = "login";
const people = 100;
const lanes = 8;
const kinds = ["postgres", "sqlite"] as const;
const activities = ["login", "refresh"] as const;
type SideName = "bare" | (typeof kinds)[number];
type Activity = (typeof activities)[number];
type Sides = Record<SideName, Record<Activity, Load>>;

/** Measures, and reports a line for each figure. */
export async function main(pace: Pace): Promise<void> {
  progress("starting stores, servers and the baseline");
  const bare = await startBareProvider(1);
  const closers: (() => Promise<void>)[] = [() => bare.stop()];
  try {
    const load = async (kind: (typeof kinds)[number]) => {
      const installation = await openInstallation(kind);
      closers.push(() => installation.close());
      await addRelyingParty(installation.db, { client_id: awsClientId });
      await addLocalPeople(installation.db, people, bare.password);
      const { issuer, localUrl } = await installation.startInstance();
      const party = { issuer, clientId: awsClientId, clientSecret, redirectUri };
      return loadsOf(localUrl, party, bare.password);
    };
    const sides: Sides = {
      bare: loadsOf(bare.localUrl, bare, bare.password),
      postgres: await load("postgres"),
      sqlite: await load("sqlite"),
    };
    for (const activity of activities) await compare(sides, activity, pace);
  } finally {
    for (const close of closers) await close();
  }
  await reportServe(pace);
}

function loadsOf(url: string, party: RelyingParty, password: string): Record<Activity, Load> {
  const personOf = (index: number): Person => ({
    email: emailOf(index % people),
    password,
    // A person keeps an address, so that sign-in rates see what they see in life.
    address: `198.51.100.${index % people}`,
  });
  let next = 0;
  const tokens = new Map<number, string>();
  return {
    login: {
      lanes,
      urls: [url],
      async work(connection) {
        next += 1;
        await signIn(connection, party, personOf(next));
      },
    },
    refresh: {
      lanes,
      urls: [url],
      async work(connection, lane) {
        const token = tokens.get(lane) ?? (await signIn(connection, party, personOf(lane)));
        tokens.set(
          lane,
          await redeem(connection, party, { grant_type: "refresh_token", refresh_token: token }),
        );
      },
    },
  };
}

interface Sum {
  count: number;
  seconds: number;
  latenciesMs: number[];
}

// In turns, so that a machine that slows down slows every side.
async function compare(sides: Sides, activity: Activity, pace: Pace): Promise<void> {
  const names: readonly SideName[] = ["bare", ...kinds];
  const sums: Record<SideName, Sum> = { bare: emptySum(), postgres: emptySum(), sqlite: emptySum() };
  for (let round = -1; round < pace.rounds; round += 1) {
    progress(`${activity}: ${round < 0 ? "warming up" : `round ${round + 1} of ${pace.rounds}`}`);
    for (const name of names) {
      const { count, seconds } = await closedLoop(sides[name][activity], pace.sliceMs);
      if (round < 0) continue;
      sums[name].count += count;
      sums[name].seconds += seconds;
    }
  }
  for (const name of names) {
    const rate = rateOf(sums[name]) / 2;
    progress(`${activity}: latency at half load, ${name}`);
    sums[name].latenciesMs = (await openLoop(sides[name][activity], rate, pace.sliceMs * 2)).latenciesMs;
  }
  for (const kind of kinds) reportAgainst(activity, kind, sums[kind], sums.bare);
}

const emptySum = (): Sum => ({ count: 0, seconds: 0, latenciesMs: [] });
const rateOf = (sum: Sum): number => sum.count / sum.seconds;

function reportAgainst(activity: Activity, kind: string, ours: Sum, bare: Sum): void {
  const store = kind === "postgres" ? "PostgreSQL" : "SQLite";
  report({
    bench,
    name: `${activity === "login" ? "logins" : "refreshes"}, one process on ${store} / bare oidc-provider in memory`,
    value: perSecond(rateOf(ours)),
    baseline: perSecond(rateOf(bare)),
    ratio: rateOf(ours) / rateOf(bare),
  });
  for (const [name, share] of [
    ["p50", 0.5],
    ["p99", 0.99],
  ] as const) {
    const [value, baseline] = [percentile(ours.latenciesMs, share), percentile(bare.latenciesMs, share)];
    report({
      bench,
      name: `${activity} latency at half load on ${store}, ${name} / bare at its half load`,
      value: milliseconds(value),
      baseline: milliseconds(baseline),
      ratio: value / baseline,
    });
  }
}

async function reportServe(pace: Pace): Promise<void> {
  progress("starting tti serve");
  const times: { ours: number; bare: number }[] = [];
  let memory = { ours: 0, bare: 0 };
  for (let round = 0; round < (pace.quick ? 1 : 3); round += 1) {
    const bareStartedMs = performance.now();
    const bare = await startBareProvider(1);
    const bareMs = performance.now() - bareStartedMs;
    const ours = await measureServe(pace.quick ? 0 : 1_000);
    memory = { ours: ours.residentBytes, bare: await bare.residentBytes() };
    times.push({ ours: ours.startMs, bare: bareMs });
    await bare.stop();
  }
  const least = (side: "ours" | "bare") => Math.min(...times.map((one) => one[side]));
  report({
    bench,
    name: "start of `tti serve` on SQLite / start of bare oidc-provider",
    value: milliseconds(least("ours")),
    baseline: milliseconds(least("bare")),
    ratio: least("ours") / least("bare"),
  });
  const mebibytes = (bytes: number) => `${Math.round(bytes / 1_048_576)} MiB`;
  report({
    bench,
    name: "resident memory of an idle `tti serve` / bare oidc-provider",
    value: mebibytes(memory.ours),
    baseline: mebibytes(memory.bare),
    ratio: memory.ours / memory.bare,
  });
}

if (import.meta.main) await main(readPace());
