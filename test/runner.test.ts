// What `npm test` and `npm run check` promise of themselves: the stages end with the first that fails, what is misspelt
// is said in a sentence, and nothing is fetched or started that no test needs. And the habits of the tests themselves.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { bareEnvironment } from "./support/surroundings.ts";
import { needsOf, testFiles } from "./support/test_files.ts";

const runner = join(import.meta.dirname, "./support/run.ts");
const folder = mkdtempSync(join(tmpdir(), "tti-runner-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, body: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), `import { test } from "node:test";\n${body}\n`);
}

function npmTest(...words: string[]) {
  const options = { cwd: folder, env: bareEnvironment(), encoding: "utf8" } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [runner, ...words], options);
  return { status, printed: stdout + stderr };
}

test("what needs the machine to itself runs last, and not after a stage that failed", () => {
  write("test/first.test.ts", 'test("first", () => {});');
  write("test/e2e/last.test.ts", 'test("last", () => {});');
  const whole = npmTest("test");
  assert.equal(whole.status, 0, whole.printed);
  assert.match(whole.printed, /✔ first [\s\S]*✔ last [\s\S]*Slowest of 1 files/);
  write("test/broken.test.ts", 'test("broken", () => { throw new Error("on purpose"); });');
  const broken = npmTest("test");
  assert.equal(broken.status, 1);
  assert.match(broken.printed, /✖ broken/);
  assert.doesNotMatch(broken.printed, /✔ last/);
});

test("a place that does not exist, one without tests and an unknown option are told in a sentence", () => {
  for (const [words, told] of [
    [["test/nope"], /^there is no file or folder test\/nope$/m],
    [["test/first.test.ts", "test/gone.test.ts"], /^there is no file or folder test\/gone\.test\.ts$/m],
    [["--grep", "x"], /^Unknown option '--grep'/m],
  ] as const) {
    const { status, printed } = npmTest(...words);
    assert.equal(status, 2);
    assert.match(printed, told);
    assert.match(printed, /^Usage: npm test/m);
    assert.doesNotMatch(printed, /\n {4}at /);
  }
});

test("what a test needs follows from what it imports, itself or by others", () => {
  assert.deepEqual(needsOf("test/input/parsers.test.ts"), {
    browser: false,
    postgres: false,
    processes: false,
  });
  assert.deepEqual(needsOf("test/provider/logout.test.ts"), {
    browser: false,
    postgres: true,
    processes: true,
  });
  assert.equal(needsOf("test/browser/account.test.ts").browser, true);
});

test("every property test draws from the seed of the run, and from no other", () => {
  const property = testFiles([])
    // Draws its own, from a seed for each operation.
    .filter((path) => path !== "packages/sandbox/test/operations_property.test.ts")
    .map((path) => ({ path, text: readFileSync(path, "utf8") }))
    .filter(({ text }) => /^import .*"fast-check";$/m.test(text));
  assert.ok(property.length >= 10);
  for (const { path, text } of property) {
    assert.match(text, /property_seed\.ts"/, path);
    assert.doesNotMatch(text, /\bseed: ?[\d_]+|\bseed = [\d_]+/, path);
  }
});
