// A sandbox with a filled index and a state file, in a process of its own: what it takes in memory is its own.
import { startSandbox } from "../../packages/sandbox/src/index.ts";
import { exampleSeed } from "../../packages/sandbox/test/support/world.ts";
import { answerParent } from "./child.ts";
import { type IndexSize, indexDocuments } from "./search_words.ts";

type Sandbox = Awaited<ReturnType<typeof startSandbox>>;
let sandbox: Sandbox | undefined;

answerParent(
  {
    async start({ issuerUrl, statePath, size }: { issuerUrl: string; statePath: string; size: IndexSize }) {
      const seed = exampleSeed(issuerUrl);
      seed.qApplications?.[0]?.documents?.push(...indexDocuments(size));
      const startedMs = performance.now();
      sandbox = await startSandbox({ port: 0, statePath, seed, allowLocalIssuers: true });
      const { url, seedResult } = sandbox;
      return { url, seedResult, startMs: performance.now() - startedMs };
    },
    /** Processor time so far. */
    cpuMs: async () => (process.cpuUsage().user + process.cpuUsage().system) / 1000,
    /** The most this process has ever had resident, and what it has now. */
    memory: async () => ({
      peakMb: process.resourceUsage().maxRSS / 1024,
      nowMb: process.memoryUsage.rss() / 1_048_576,
    }),
  },
  async () => sandbox?.close(),
);
