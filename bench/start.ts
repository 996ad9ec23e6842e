// What a start costs: `tti serve` until its first token, on a store that is there and on an empty one, and what it holds while nobody
// asks; the exchange client imported; the sandbox imported, seeded, listening. Run with `node bench/start.ts [--quick]`.
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { connectDatabase } from "../src/db/connect.ts";
import { refreshing, startBareProvider } from "./support/bare_provider.ts";
import { openConnection, type Work } from "./support/http_load.ts";
import { type Took, timeOf } from "./support/import_process.ts";
import { addCustomer, addNamedPeople } from "./support/installation.ts";
import { median } from "./support/measure.ts";
import { type Pace, progress, readPace, report } from "./support/measurement.ts";
import { AssertionMaker, addClients, minting } from "./support/minting.ts";
import { processMicroseconds } from "./support/processor_time.ts";
import {
  buildProgram,
  type Form,
  migrateStore,
  proxyHeaders,
  servedEnvironment,
  servedIssuer,
  startServe,
} from "./support/serve_process.ts";
import type { TargetName } from "./support/targets.ts";

const bench = "start";
const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
const loginAtSeconds = Math.floor(Date.now() / 1000) - 60;

/** What was seen of one start. */
interface Start {
  seconds: number;
  cpuSeconds: number;
  residentBytes: number;
}

/** Measures, and reports a line for each figure. */
export async function main(pace: Pace): Promise<void> {
  const rounds = pace.quick ? 1 : 5;
  // What is judged is what people install; without a build, the source that stands for it.
  const forms: readonly Form[] = pace.quick ? ["source"] : ["built", "source"];
  if (!pace.quick) {
    progress("building");
    await buildProgram();
  }
  const bare: Start[] = [];
  const ours = Object.fromEntries(
    forms.map((form) => [form, { existing: [] as Start[], empty: [] as Start[], idle: [] as Start[] }]),
  );
  for (let round = 0; round < rounds; round += 1) {
    progress(`starts: round ${round + 1} of ${rounds}`);
    bare.push(await startBare(pace));
    for (const form of forms) {
      const { empty, existing, idle } = await startOurs(form, pace);
      ours[form]?.empty.push(empty);
      ours[form]?.existing.push(existing);
      ours[form]?.idle.push(idle);
    }
  }
  for (const form of forms) {
    const judged = form === forms[0];
    const { existing = [], empty = [], idle = [] } = ours[form] ?? {};
    const tell = (name: string, starts: readonly Start[], of: TargetName) =>
      tellSeconds(
        `${name}, ${form} / bare oidc-provider to its first token`,
        starts,
        bare,
        judged ? of : undefined,
      );
    tell("`tti serve` to the first token, existing SQLite store", existing, "startExisting");
    tell("`tti migrate up` and `tti serve` to the first token, empty SQLite store", empty, "startEmpty");
    tellMemory(`memory of an idle \`tti serve\`, ${form} / bare oidc-provider`, idle, bare, judged);
  }
  await reportPackages(forms, rounds);
}

async function startBare(pace: Pace): Promise<Start> {
  const startedMs = performance.now();
  const provider = await startBareProvider({ lanes: 1 });
  const seconds = await untilFirst(
    provider.localUrl,
    refreshing(provider, provider.refreshTokens),
    startedMs,
  );
  const { cpuMicroseconds } = await provider.child.ask<{ cpuMicroseconds: number }>("costs");
  await pause(pace.quick ? 0 : 2_000);
  const residentBytes = await provider.residentBytes();
  await provider.stop();
  return { seconds, cpuSeconds: cpuMicroseconds / 1e6, residentBytes };
}

// On an empty store, then the same again, which finds its keys, and once more to be idle.
async function startOurs(form: Form, pace: Pace): Promise<Record<"empty" | "existing" | "idle", Start>> {
  const dataDir = mkdtempSync(join(tmpdir(), "tti-bench-"));
  try {
    const environment = servedEnvironment({ TTI_DATA_DIR: dataDir });
    const migratingMs = performance.now();
    await migrateStore(environment, form);
    const migratedSeconds = (performance.now() - migratingMs) / 1000;
    const db = connectDatabase({ dataDir });
    await addCustomer(db);
    await addClients({ db }, keys.publicKey);
    await addNamedPeople(db, 1, loginAtSeconds * 1000);
    await db.destroy();
    const maker = new AssertionMaker(servedIssuer, keys.privateKey, loginAtSeconds, () => onlyPerson);
    const work = minting({ issuer: servedIssuer }, maker, proxyHeaders);
    const start = async (idleMs?: number): Promise<Start> => {
      const startedMs = performance.now();
      const serving = await startServe(environment, form);
      const seconds = idleMs === undefined ? await untilFirst(serving.localUrl, work, startedMs) : 0;
      const cpuSeconds = processMicroseconds(serving.pid) / 1e6;
      await pause(idleMs ?? 0);
      const residentBytes = serving.residentBytes();
      await serving.stop();
      return { seconds, cpuSeconds, residentBytes };
    };
    const first = await start();
    const empty = { ...first, seconds: first.seconds + migratedSeconds };
    const existing = await start();
    return { empty, existing, idle: await start(pace.quick ? 0 : 3_000) };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const onlyPerson = { sub: "user-0", tenant: "acme", email: "user-0@acme.example", name: "User 0" };

async function untilFirst(url: string, work: Work, startedMs: number): Promise<number> {
  const connection = await openConnection(url);
  await work(connection, 0);
  const seconds = (performance.now() - startedMs) / 1000;
  connection.close();
  return seconds;
}

const medianOf = (starts: readonly Took[], what: keyof Took): number =>
  median(starts.map((one) => one[what]));

function tellSeconds(name: string, starts: readonly Took[], against: readonly Took[], of?: TargetName): void {
  const told = (all: readonly Took[]) =>
    `${medianOf(all, "seconds").toFixed(2)} s, ${medianOf(all, "cpuSeconds").toFixed(2)} s of processor`;
  const figure = medianOf(starts, "seconds");
  const ratio = figure / medianOf(against, "seconds");
  report({ bench, name, value: told(starts), baseline: told(against), ratio, of, figure });
}

function tellMemory(name: string, starts: readonly Took[], against: readonly Took[], judged: boolean): void {
  const [figure, baseline] = [starts, against].map((all) => medianOf(all, "residentBytes") / 1_048_576);
  report({
    bench,
    name,
    value: `${Math.round(figure ?? 0)} MiB`,
    baseline: `${Math.round(baseline ?? 0)} MiB`,
    ratio: (figure ?? 0) / (baseline ?? 1),
    of: judged ? "idle" : undefined,
    figure: figure ?? Number.NaN,
  });
}

async function reportPackages(forms: readonly Form[], rounds: number): Promise<void> {
  for (const form of forms) {
    const took: Record<"exchange" | "sdk" | "sandboxImport" | "sandbox", Took[]> = {
      ...{ exchange: [], sdk: [], sandboxImport: [], sandbox: [] },
    };
    for (let round = 0; round < rounds; round += 1)
      for (const [act, all] of Object.entries(took) as [keyof typeof took, Took[]][]) {
        progress(`${act}, ${form}`);
        all.push(await timeOf(act, form));
      }
    const of = (name: TargetName) => (form === forms[0] ? name : undefined);
    const sdk = `\`tti-exchange\` imported, ${form} / the three clients of the AWS SDK that it loads on use`;
    tellSeconds(sdk, took.exchange, took.sdk, of("exchangeImport"));
    const sandbox = `sandbox imported, seeded, listening, ${form} / imported alone`;
    tellSeconds(sandbox, took.sandbox, took.sandboxImport, of("sandboxStart"));
  }
}

if (import.meta.main) await main(readPace());
