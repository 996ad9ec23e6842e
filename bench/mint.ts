// What an ID token by token exchange costs on PostgreSQL: against what bare oidc-provider makes of a refresh grant in memory, against
// one RSA-2048 signature, and against the nearest thing a plain durable provider does, client credentials by `private_key_jwt`.
// Run with `node bench/mint.ts [--quick]`.
import { generateKeyPairSync } from "node:crypto";
import { refreshing, startBareProvider } from "./support/bare_provider.ts";
import { type Compared, compareCosts, type Side } from "./support/cost.ts";
import { openLoop, percentile } from "./support/http_load.ts";
import { addNamedPeople, openInstallation, sideOf } from "./support/installation.ts";
import {
  milliseconds,
  type Pace,
  perSecond,
  progress,
  readPace,
  report,
  reportCost,
} from "./support/measurement.ts";
import {
  AssertionMaker,
  addClients,
  askingForItself,
  backEndId,
  keyedBackEndId,
  mintLanes as lanes,
  minting,
  mintingWithKey,
  namedPeople,
} from "./support/minting.ts";
import { measureRsaRate } from "./support/rsa_rate.ts";

const bench = "mint";
const perRound = 1_000;

/** Measures, and reports a line for each figure. */
export async function main(pace: Pace): Promise<void> {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const loginAtSeconds = Math.floor(Date.now() / 1000) - 60;
  progress("starting PostgreSQL, servers and the baselines");
  const installation = await openInstallation("postgres");
  const closers = [() => installation.close()];
  try {
    await addClients(installation, keys.publicKey);
    await addNamedPeople(installation.db, namedPeople, loginAtSeconds * 1000);
    const instance = await installation.startInstance();
    const memory = await startBareProvider({ lanes });
    closers.unshift(memory.stop);
    // By itself: what it remembers of assertions drives refresh tokens out of a memory of a thousand entries.
    const forgetful = await startBareProvider({ lanes: 1, programKey: keys.publicKey });
    closers.unshift(forgetful.stop);
    const durable = await startBareProvider({ lanes: 1, durable: true, programKey: keys.publicKey });
    closers.unshift(durable.stop);
    const maker = new AssertionMaker(instance.issuer, keys.privateKey, loginAtSeconds);
    const minted = (name: string, clientId: string, work: typeof minting) =>
      sideOf(installation, instance, {
        name,
        lanes,
        work: work(instance, maker),
        prepare: (count) => {
          maker.clear();
          maker.prepare(count, clientId);
        },
      });
    const asked = (name: string, bare: typeof memory): Side => {
      const proofs = new AssertionMaker(bare.issuer, keys.privateKey, loginAtSeconds);
      return {
        name,
        load: { lanes, urls: [bare.localUrl], work: askingForItself(bare, bare.programId, proofs) },
        children: [bare.child],
        ...(bare.database && { database: bare.database }),
        prepare: (count) => proofs.prepareProofs(count, bare.programId),
      };
    };
    const sides = {
      tti: minted("mint, tti, one process on PostgreSQL", backEndId, minting),
      keyed: minted(
        "mint by `private_key_jwt`, tti, one process on PostgreSQL",
        keyedBackEndId,
        mintingWithKey,
      ),
      bare: {
        name: "refresh, bare oidc-provider in memory",
        load: { lanes, urls: [memory.localUrl], work: refreshing(memory, memory.refreshTokens) },
        children: [memory.child],
      },
      credentials: asked("client credentials by `private_key_jwt`, bare oidc-provider in memory", forgetful),
      plain: asked("the same, bare oidc-provider on PostgreSQL with a plain adapter", durable),
    } satisfies Record<string, Side>;
    const compared = await compareCosts(sides, perRound, pace);
    reportCosts(sides, compared);
    await reportAlone(sides.tti, pace);
    await reportSignatures(compared.costs.tti.perSecond, pace);
    await reportLatency(sides, compared, pace);
  } finally {
    for (const close of closers) await close();
  }
}

type Sides = Readonly<Record<"tti" | "keyed" | "bare" | "credentials" | "plain", Side>>;

function reportCosts(sides: Sides, { costs, signature }: Compared<keyof Sides>): void {
  for (const name of Object.keys(sides) as (keyof Sides)[])
    reportCost(bench, sides[name].name, costs[name], signature);
  const against = (what: string, value: number, baseline: number, of?: "mint" | "mintSignature") =>
    report({
      bench,
      name: `server processor time: ${what}`,
      value: milliseconds(value / 1000),
      baseline: milliseconds(baseline / 1000),
      ratio: value / baseline,
      of,
    });
  const { tti, keyed, bare, credentials, plain } = costs;
  against("mint / bare refresh in memory", tti.server, bare.server, "mint");
  against("mint / one RSA-2048 signature", tti.server, signature, "mintSignature");
  against(
    "what we cost: mint by `private_key_jwt` / plain client credentials on PostgreSQL",
    keyed.server,
    plain.server,
  );
  against(
    "what durability costs: plain client credentials on PostgreSQL / in memory",
    plain.server,
    credentials.server,
  );
  const whole = ({ server, database = 0 }: typeof tti) => server + database;
  report({
    bench,
    name: "server and PostgreSQL: mint by `private_key_jwt` / plain client credentials on PostgreSQL",
    value: milliseconds(whole(keyed) / 1000),
    baseline: milliseconds(whole(plain) / 1000),
    ratio: whole(keyed) / whole(plain),
  });
  report({
    bench,
    name: "mints a second, one process / bare refreshes",
    value: perSecond(tti.perSecond),
    baseline: perSecond(bare.perSecond),
    ratio: tti.perSecond / bare.perSecond,
  });
}

// A mint alone waits for no company: nothing is shared.
async function reportAlone(side: Side, pace: Pace): Promise<void> {
  const one = { ...side, load: { ...side.load, lanes: 1 } };
  const { costs, signature } = await compareCosts({ one }, 100, pace);
  reportCost(bench, "mint, tti, one at a time", costs.one, signature);
}

async function reportSignatures(mintsPerSecond: number, pace: Pace): Promise<void> {
  const { oneCore, allCores } = await measureRsaRate(pace.sliceMs);
  report({
    bench,
    name: "mints a second, one process / RSA-2048 signatures of one core",
    value: perSecond(mintsPerSecond),
    baseline: `${perSecond(oneCore)} signatures (all cores: ${perSecond(allCores)})`,
    ratio: mintsPerSecond / oneCore,
  });
}

async function reportLatency(sides: Sides, { costs }: Compared<keyof Sides>, pace: Pace): Promise<void> {
  progress("latency at half load");
  const measure = async (name: "bare" | "tti") => {
    const latenciesMs: number[] = [];
    const rate = costs[name].perSecond / 2;
    for (let round = 0; round < Math.min(pace.rounds, 3); round += 1) {
      sides[name].prepare?.(Math.ceil((rate * pace.sliceMs) / 1000));
      latenciesMs.push(...(await openLoop(sides[name].load, rate, pace.sliceMs)).latenciesMs);
    }
    return { p50: percentile(latenciesMs, 0.5), p99: percentile(latenciesMs, 0.99) };
  };
  const bare = await measure("bare");
  const tti = await measure("tti");
  for (const share of ["p50", "p99"] as const) {
    report({
      bench,
      name: `mint latency at half load, ${share} / bare refresh at its half load`,
      value: milliseconds(tti[share]),
      baseline: milliseconds(bare[share]),
      ratio: tti[share] / bare[share],
    });
  }
}

if (import.meta.main) await main(readPace());
