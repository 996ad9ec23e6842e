// What searching the sandbox costs among 5,000 documents: memory, time of one search and of sixteen at once, and of a restart
// from the state file. With 300,000 distinct words, as rare as one another, against an ordinary vocabulary of 20,000. Through
// HTTP with the AWS SDK, and each in a process of its own. Run with `node bench/search.ts [--quick]`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sandbox } from "../packages/sandbox/src/index.ts";
import { createSigningKey, startIssuer } from "../packages/sandbox/test/support/issuer.ts";
import { type Keys, stepsOf } from "../packages/sandbox/test/support/world.ts";
import { startChild } from "./support/child.ts";
import { median } from "./support/measure.ts";
import { milliseconds, type Pace, progress, readPace, report } from "./support/measurement.ts";
import { drawWords, type IndexSize } from "./support/search_words.ts";

const bench = "search";
const atOnce = 16;
const wordsOfQuery = 4;
/** What the issue asks for, at 5,000 documents of any vocabulary. */
const targets = { memoryMb: 600, p50Ms: 30 };

interface Figures {
  startMs: number;
  restartMs: number;
  oneMs: number;
  oneCpuMs: number;
  togetherMs: number;
  memoryMb: number;
  peakMb: number;
}

/** Measures, and reports a line for each figure. */
export async function main(pace: Pace): Promise<void> {
  const documents = pace.quick ? 50 : 5_000;
  const words = pace.quick ? 50 : 600;
  const ordinary = await measure({ documents, words, vocabulary: 20_000, kind: "ordinary" }, pace);
  const any = await measure({ documents, words, vocabulary: 300_000, kind: "any" }, pace);
  const line = (name: string, of: (figures: Figures) => number, unit: "ms" | "MB", target?: number) => {
    const told = (value: number) => (unit === "ms" ? milliseconds(value) : `${value.toFixed(0)} MB`);
    const [value, baseline] = [of(any), of(ordinary)];
    report({
      bench,
      name: `${name}, ${documents} documents of 300,000 distinct words / of an ordinary vocabulary`,
      value: told(value),
      baseline: told(baseline),
      ratio: value / baseline,
      target: target === undefined ? undefined : target / baseline,
      met: target === undefined ? undefined : value <= target,
    });
  };
  line("one search, p50", ({ oneMs }) => oneMs, "ms", targets.p50Ms);
  line("processor time of one search", ({ oneCpuMs }) => oneCpuMs, "ms", targets.p50Ms);
  line(`${atOnce} searches at once`, ({ togetherMs }) => togetherMs, "ms");
  line("memory after the searches", ({ memoryMb }) => memoryMb, "MB", targets.memoryMb);
  line("memory at its highest", ({ peakMb }) => peakMb, "MB", targets.memoryMb);
  line("start from a seed", ({ startMs }) => startMs, "ms");
  line("restart from the state file", ({ restartMs }) => restartMs, "ms");
}

async function measure(size: IndexSize, pace: Pace): Promise<Figures> {
  progress(`${size.documents} documents of ${size.vocabulary} words`);
  const folder = await mkdtemp(join(tmpdir(), "tti-bench-search-"));
  const issuer = await startIssuer(await createSigningKey("k1"));
  const child = startChild("search_server.ts");
  const start = { issuerUrl: issuer.url, statePath: join(folder, "state.json"), size };
  try {
    const { startMs, ...sandbox } = await child.ask<Sandbox & { startMs: number }>("start", start);
    const steps = stepsOf(sandbox);
    const { awsAdditionalDetails } = await steps.exchange(await issuer.token({ email: "ada@acme.example" }));
    const session = await steps.enhanced(awsAdditionalDetails?.identityContext ?? "");
    const search = searching(steps, session, size);
    await search();
    const beforeMs = await child.ask<number>("cpuMs");
    const times: number[] = [];
    for (let count = 0; count < (pace.quick ? 3 : 60); count += 1) times.push(await timed(search));
    const oneCpuMs = ((await child.ask<number>("cpuMs")) - beforeMs) / times.length;
    const together: number[] = [];
    for (let count = 0; count < (pace.quick ? 1 : 5); count += 1)
      together.push(await timed(() => Promise.all(Array.from({ length: atOnce }, search))));
    const { nowMb, peakMb } = await child.ask<{ nowMb: number; peakMb: number }>("memory");
    await child.stop();
    const { restartMs } = await restart(start);
    return {
      ...{ startMs, restartMs, oneMs: median(times), oneCpuMs, togetherMs: median(together) },
      ...{ memoryMb: nowMb, peakMb },
    };
  } finally {
    await child.stop();
    await issuer.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A search of some words of the vocabulary, of parts of words, and of misspelt ones. */
function searching(
  steps: ReturnType<typeof stepsOf>,
  session: Keys,
  size: IndexSize,
): () => Promise<unknown> {
  const draw = drawWords(size, 2);
  let count = 0;
  return () => {
    const words = Array.from({ length: wordsOfQuery }, draw);
    count += 1;
    const query = words.map((word, at) =>
      at % 3 === count % 3 ? word.slice(0, 5) : at % 3 === 1 ? `${word.slice(0, 4)}q${word.slice(5)}` : word,
    );
    return steps.search(session, query.join(" "));
  };
}

async function restart(start: object): Promise<{ restartMs: number }> {
  const child = startChild("search_server.ts");
  try {
    const { startMs } = await child.ask<{ startMs: number }>("start", start);
    return { restartMs: startMs };
  } finally {
    await child.stop();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

if (import.meta.main) await main(readPace());
