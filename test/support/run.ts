// Owns what `npm test` and `npm run check` do once packages and runtime are there: lint, types, then the tests, with
// one PostgreSQL server for all that need it. Stops at the first stage that fails.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { drawnKeys, makeKeys } from "./drawn_keys.ts";
import { filesToAskAgain } from "./failed_files.ts";
import { isLong, writeProcesses } from "./processes.ts";
import { testDay } from "./share_of_day.ts";
import { NoSuchTests, needsOf, root, testFiles } from "./test_files.ts";

const usage = `Usage: npm test [-- PLACE …] [-- --test-name-pattern=PATTERN]

  npm test                                            lint, types, every test
  npm test -- test/provider                           the tests of a folder or a file
  npm test -- --test-name-pattern="single use"        the tests of that name
  npm run check                                       lint, types, the tests that start no process of their own
                                                      and take less than five seconds`;

// What is compiled once serves every later process: without, reading the sources anew takes most of a small file's time.
const compiled = join(root, "node_modules/.cache/compiled");

// One more than the cores to be had: while one waits for a browser, a disk or another process, two have work.
const atOnce = 3;

const fewFiles = 12;

interface Wanted {
  places: readonly string[];
  patterns: readonly string[];
  quick: boolean;
}

class StageFailed extends Error {
  readonly exitCode: number;
  constructor(name: string, exitCode: number) {
    super(`${name} failed.`);
    this.exitCode = exitCode;
  }
}

async function main(words: readonly string[]): Promise<void> {
  if (words.includes("--help")) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const wanted = readWords(words);
  const all = testFiles(wanted.places);
  if (wanted.places.length === 0 && wanted.patterns.length === 0) {
    await stage("lint", ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings"]);
    // What did not change since the last run is not judged again.
    const judged = [
      "--incremental",
      "--tsBuildInfoFile",
      join(root, "node_modules/.cache/types.tsbuildinfo"),
      // Each checker judges anew what others have judged: as many as can work, and no more.
      ...["--checkers", String(Math.min(4, availableParallelism()))],
    ];
    await stage("types", ["node_modules/typescript/bin/tsc", "--noEmit", ...judged]);
  }
  const files = wanted.quick ? all.filter(isQuick) : all;
  if (files.some((file) => needsOf(file).browser && mayMatch(file, wanted.patterns))) {
    (await import("./browser.ts")).ensureBrowser();
  }
  const folder = mkdtempSync(join(tmpdir(), "tti-tests-"));
  const postgres = files.some((file) => needsOf(file).postgres) ? await sharedPostgres() : undefined;
  try {
    const keys = join(folder, "keys.json");
    // A few files make the few they need sooner than this makes dozens.
    if (files.length > fewFiles) await makeKeys(keys);
    const environment = {
      ...{ NODE_ENV: "test", NODE_COMPILE_CACHE: compiled, TEST_DAY: testDay },
      ...(files.length > fewFiles ? { [drawnKeys]: keys } : {}),
      ...postgres?.environment,
    };
    // What compresses time needs the machine to itself: beside others its instances fall behind their own clocks, and have
    // no key to sign with.
    const alone = (path: string): boolean => /^test\/e2e\/rotation/.test(path);
    const { patterns } = wanted;
    const rest = files.filter((path) => !alone(path));
    const beside = { name: `${rest.length} test files, side by side`, atOnce, patterns, environment };
    const failed = join(folder, "failed");
    try {
      await run(writeProcesses(rest, folder), { ...beside, failed });
    } catch (error) {
      // Who names a place or a test wants to know at once; a whole run is long, and one race must not make it worthless.
      const again =
        files === all && wanted.places.length + patterns.length === 0 ? askAgain(error, failed) : [];
      if (again.length === 0) throw error;
      await run(again, { name: `${again.join(", ")} once more, alone`, atOnce: 1, patterns, environment });
      process.stderr.write(
        `\n!! Failed beside others, passed alone: ${again.join(", ")}\n!! Something races there, the test or the product: what failed is above, and has to be mended.\n`,
      );
    }
    const last = files.filter(alone);
    const after = {
      name: `${last.length} test files, one after the other`,
      atOnce: 1,
      patterns,
      environment,
    };
    await run(last, after);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await postgres?.stop();
  }
}

const askAgain = (error: unknown, failed: string): readonly string[] =>
  error instanceof StageFailed && existsSync(failed) ? filesToAskAgain(readFileSync(failed, "utf8")) : [];

const isQuick = (file: string): boolean => !(needsOf(file).processes || isLong(file));

/** One server for all files, with a migrated database to copy from. */
async function sharedPostgres() {
  const { makeTemplate, startPostgres } = await import("./postgres.ts");
  const { url, stop } = await startPostgres();
  return { environment: { TEST_POSTGRES_URL: url, TEST_POSTGRES_TEMPLATE: await makeTemplate(url) }, stop };
}

function readWords(words: readonly string[]): Wanted {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: { "test-name-pattern": { type: "string", multiple: true }, quick: { type: "boolean" } },
  });
  return {
    places: positionals,
    patterns: values["test-name-pattern"] ?? [],
    quick: values.quick === true,
  };
}

/** Whether a test of such a name may stand in a file; names put together at run time are not seen. */
function mayMatch(file: string, patterns: readonly string[]): boolean {
  const text = readFileSync(join(root, file), "utf8");
  return patterns.length === 0 || patterns.some((pattern) => new RegExp(pattern).test(text));
}

interface Run {
  name: string;
  atOnce: number;
  patterns: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** Where the names of failed files go. */
  failed?: string;
}

function run(files: readonly string[], { atOnce, patterns, failed, ...how }: Run): Promise<void> {
  if (files.length === 0) return Promise.resolve();
  const words = [
    ...["./test_scopes.ts", "./watchdog.ts", "./drawn_keys.ts"].map(
      (path) => `--import=${import.meta.resolve(path)}`,
    ),
    "--test",
    `--test-concurrency=${atOnce}`,
    "--test-timeout=300000",
    ...patterns.map((pattern) => `--test-name-pattern=${pattern}`),
    ...["spec", import.meta.resolve("./slowest_files.ts")].flatMap((reporter) => [
      `--test-reporter=${reporter}`,
      "--test-reporter-destination=stdout",
    ]),
    ...(failed === undefined
      ? []
      : [
          `--test-reporter=${import.meta.resolve("./failed_files.ts")}`,
          `--test-reporter-destination=${failed}`,
        ]),
    ...files,
  ];
  return stage(how.name, words, how);
}

/** @throws StageFailed if the program ends with anything but 0 */
async function stage(
  name: string,
  words: readonly string[],
  how: Partial<Pick<Run, "environment">> = {},
): Promise<void> {
  process.stderr.write(`\n— ${name}\n`);
  const begunMs = performance.now();
  // Not spawnSync: what PostgreSQL says has to be read meanwhile, or it waits for a reader for ever.
  const child = spawn(process.execPath, words, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...how.environment },
  });
  // A Ctrl-C reaches the child as well; it ends, and what is left is PostgreSQL's to put away.
  const stay = (): void => undefined;
  process.on("SIGINT", stay).on("SIGTERM", stay);
  const code = await new Promise<number>((resolve) => {
    child.once("exit", (exitCode) => resolve(exitCode ?? 130));
  });
  process.off("SIGINT", stay).off("SIGTERM", stay);
  process.stderr.write(`${name}: ${((performance.now() - begunMs) / 1000).toFixed(0)} s\n`);
  if (code !== 0) throw new StageFailed(name, code);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const misspelt =
    error instanceof NoSuchTests || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  if (!(misspelt || error instanceof StageFailed)) throw error;
  process.stderr.write(`\n${(error as Error).message}\n${misspelt ? `\n${usage}\n` : ""}`);
  process.exitCode = error instanceof StageFailed ? error.exitCode : 2;
}
