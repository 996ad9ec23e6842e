// Owns what `npm test` does once packages and runtime are there: lint, types, then every test, with one
// PostgreSQL server for all of them. Stops at the first stage that fails.
import { spawnSync } from "node:child_process";
import { globSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureBrowser } from "./browser.ts";
import { makeTemplate, startPostgres } from "./postgres.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

function stage(name: string, words: string[], environment: Record<string, string> = {}): void {
  process.stderr.write(`\n— ${name}\n`);
  const result = spawnSync(process.execPath, words, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...environment },
  });
  if (result.status !== 0) {
    process.stderr.write(`\n${name} failed.\n`);
    process.exitCode = result.status ?? 1;
  }
}

function testFiles(asked: readonly string[]): string[] {
  const places = asked.length > 0 ? asked : ["test", ...globSync("packages/*/test", { cwd: root })];
  return places
    .flatMap((place) =>
      statSync(join(root, place)).isDirectory() ? globSync(`${place}/**/*.test.ts`, { cwd: root }) : [place],
    )
    .sort();
}

const asked = process.argv.slice(2);
if (asked.length === 0) {
  stage("lint", ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings"]);
  if (!process.exitCode) stage("types", ["node_modules/typescript/bin/tsc", "--noEmit"]);
}
if (!process.exitCode) {
  ensureBrowser();
  const postgres = await startPostgres();
  const environment = {
    TEST_POSTGRES_URL: postgres.url,
    TEST_POSTGRES_TEMPLATE: await makeTemplate(postgres.url),
    NODE_ENV: "test",
  };
  const run = (files: readonly string[], atOnce: number): void => {
    if (files.length === 0) return;
    stage(
      `${files.length} test files, ${atOnce === 1 ? "one after the other" : "side by side"}`,
      [
        "--import=./test/support/watchdog.ts",
        "--test",
        `--test-concurrency=${atOnce}`,
        "--test-timeout=300000",
        "--test-reporter=spec",
        ...files,
      ],
      environment,
    );
  };
  try {
    const files = testFiles(asked);
    // What compresses time, or measures it, needs the machine to itself.
    const alone = (path: string): boolean => /^test\/(e2e|bench)\//.test(path);
    run(
      files.filter((path) => !alone(path)),
      2,
    );
    run(files.filter(alone), 1);
  } finally {
    await postgres.stop();
  }
}
