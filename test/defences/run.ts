// Owns `npm run test:defences`: removes one defence at a time in a copy of the checkout and runs the test that
// SECURITY.md names for it. A defence whose removal the test does not notice is reported, and fails the run.
//
//   npm run test:defences                       all of them (several minutes)
//   npm run test:defences -- --only login-csrf  one
//   npm run test:defences -- --record           and write each result for SECURITY.md (then: npm run docs)
//   npm run test:defences -- --stale --record   those whose record is of another source, test or entry than today's
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readTypedWords, tellFault } from "../../scripts/typed_words.ts";
import { makeTemplate, startPostgres } from "../support/postgres.ts";
import { type Copy, copyCheckout } from "./copy.ts";
import type { Defence } from "./defence.ts";
import { readDefences } from "./lists.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** How one removal ended. */
type Outcome = "noticed" | "survived" | "broken";

interface Run {
  passed: boolean;
  /** Names of the tests that failed, the files' own lines aside. */
  failed: readonly string[];
  output: string;
}

function runTest(
  copy: Copy,
  file: string,
  name: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<Run> {
  // Without its defence a test may wait for what never comes, and hold its process after its time is up.
  const words = ["--test", "--test-reporter=tap", "--test-timeout=240000", "--test-force-exit"];
  if (name !== undefined) words.push(`--test-name-pattern=${name}`);
  const child = spawn(process.execPath, [...words, file], { cwd: copy.folder, env: environment });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  return new Promise((resolve) => {
    child.on("close", (code) => {
      const failed = [...output.matchAll(/^\s*not ok \d+ - (.*)$/gm)]
        .map((match) => match[1] ?? "")
        .filter((title) => !title.endsWith(".test.ts"));
      resolve({ passed: code === 0 && /^# pass [1-9]/m.test(output), failed, output });
    });
  });
}

async function judge(copy: Copy, defence: Defence, environment: NodeJS.ProcessEnv): Promise<Outcome> {
  const restore = copy.change(defence.file, defence.find, defence.replace);
  try {
    const run = await runTest(copy, defence.test, defence.name, environment);
    if (run.passed) return "survived";
    // A file that no longer loads proves nothing.
    return run.failed.length > 0 ? "noticed" : "broken";
  } finally {
    restore();
  }
}

/** What is on record of one removal: how it ended, on which day, and a fingerprint of what was tried. */
interface Recorded {
  outcome: Outcome;
  on: string;
  of?: string;
}

const recordFile = join(root, "test/defences/last_run.json");

function readRecord(): Record<string, Recorded> {
  return JSON.parse(readFileSync(recordFile, "utf8")) as Record<string, Recorded>;
}

// The entry, the file it changes and its test, as they stand now.
function fingerprint(defence: Defence, checkout = root): string {
  const hash = createHash("sha256").update(JSON.stringify(defence));
  for (const file of [defence.file, defence.test]) hash.update(readFileSync(join(checkout, file)));
  return hash.digest("base64url").slice(0, 16);
}

// Written after each removal, so that a run cut short keeps what it found; what was not tried keeps its last record.
function record(defence: Defence, result: Recorded, ids: ReadonlySet<string>): void {
  const known = Object.entries({ ...readRecord(), [defence.id]: result }).filter(([id]) => ids.has(id));
  writeFileSync(recordFile, `${JSON.stringify(Object.fromEntries(known.sort()), null, 2)}\n`);
}

function isStale(defence: Defence, recorded: Recorded | undefined): boolean {
  return recorded?.outcome !== "noticed" || recorded.of !== fingerprint(defence);
}

const usage = `Usage: npm run test:defences [-- --only ID …] [--stale] [--record]

Takes one defence of SECURITY.md away at a time, in a copy of the checkout, and runs the test that is to notice. All of them
take several minutes.

  --only ID   this one; may be given again
  --stale     those whose record is of another source, test or entry than today's
  --record    write each result for SECURITY.md (then: npm run docs)

Example:
  $ npm run test:defences -- --only login-csrf`;

async function main(): Promise<void> {
  const typed = readTypedWords(usage, {
    args: process.argv.slice(2),
    options: {
      only: { type: "string", multiple: true },
      stale: { type: "boolean", default: false },
      record: { type: "boolean", default: false },
    },
  });
  if (typeof typed === "number") {
    process.exitCode = typed;
    return;
  }
  const { values } = typed;
  const all = await readDefences();
  const named = values.only === undefined ? all : all.filter(({ id }) => values.only?.includes(id));
  const unknown = (values.only ?? []).filter((id) => !all.some((defence) => defence.id === id));
  if (unknown.length > 0) {
    process.exitCode = tellFault(usage, `No defence has the id ${unknown.join(", ")}.`);
    return;
  }
  const before = readRecord();
  const asked = values.stale ? named.filter((defence) => isStale(defence, before[defence.id])) : named;
  const ids = new Set(all.map(({ id }) => id));
  const postgres = await startPostgres();
  const environment = {
    ...process.env,
    TEST_POSTGRES_URL: postgres.url,
    TEST_POSTGRES_TEMPLATE: await makeTemplate(postgres.url),
    NODE_ENV: "test",
    // Whichever of its tests would notice.
    TEST_DAY: "every",
  };
  const outcomes = new Map<string, Outcome>();
  const queue = [...asked];
  // Each test first runs untouched: one that fails by itself proves nothing.
  const untouched = new Map<string, Promise<Run>>();
  const worker = async (): Promise<void> => {
    const copy = copyCheckout(root);
    try {
      for (let defence = queue.shift(); defence !== undefined; defence = queue.shift()) {
        const key = `${defence.test} ${defence.name ?? ""}`;
        const whole = untouched.get(key) ?? runTest(copy, defence.test, defence.name, environment);
        untouched.set(key, whole);
        const of = fingerprint(defence, copy.folder);
        const fine = (await whole).passed;
        const outcome = fine ? await judge(copy, defence, environment) : "broken";
        outcomes.set(defence.id, outcome);
        const on = new Date().toISOString().slice(0, 10);
        if (values.record) record(defence, { outcome, on, of }, ids);
        const note = fine ? "" : " (its test fails, or matches nothing, with the defence in place)";
        process.stdout.write(`${outcome.padEnd(8)} ${defence.id}: ${defence.test}${note}\n`);
      }
    } finally {
      copy.remove();
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker));
  } finally {
    await postgres.stop();
  }
  const bad = asked.filter(({ id }) => outcomes.get(id) !== "noticed");
  process.stdout.write(`\n${asked.length - bad.length} of ${asked.length} removals were noticed\n`);
  for (const { id, file } of bad) process.stdout.write(`  ${outcomes.get(id)}: ${id} (${file})\n`);
  if (bad.length > 0) process.exitCode = 1;
}

await main();
