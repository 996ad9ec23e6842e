// What `npm test` and `npm run check` promise of themselves: the stages end with the first that fails, what is misspelt
// is said in a sentence, and nothing is fetched or started that no test needs. And the habits of the tests themselves.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { filesToAskAgain } from "./support/failed_files.ts";
import { dealFiles, seconds } from "./support/processes.ts";
import { shareOf } from "./support/share_of_day.ts";
import { bareEnvironment } from "./support/surroundings.ts";
import { changesItsProcess, needsOf, testFiles } from "./support/test_files.ts";

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
  write("test/e2e/rotation.test.ts", 'test("last", () => {});');
  const whole = npmTest("test");
  assert.equal(whole.status, 0, whole.printed);
  assert.match(whole.printed, /✔ first [\s\S]*✔ last [\s\S]*Slowest of 1 files/);
  write("test/broken.test.ts", 'test("broken", () => { throw new Error("on purpose"); });');
  const broken = npmTest("test");
  assert.equal(broken.status, 1);
  assert.match(broken.printed, /✖ broken/);
  assert.doesNotMatch(broken.printed, /✔ last/);
});

test("a whole run asks once more for one or two files that failed, alone, and says which passed only so", () => {
  assert.deepEqual(filesToAskAgain("test/a.test.ts\npackages/b/test/b.test.ts\n"), [
    "test/a.test.ts",
    "packages/b/test/b.test.ts",
  ]);
  assert.deepEqual(filesToAskAgain("test/a.test.ts\ntest/b.test.ts\ntest/c.test.ts\n"), []);
  assert.deepEqual(filesToAskAgain("/tmp/process_001.mjs\n"), []);
  assert.deepEqual(filesToAskAgain(""), []);
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

test("files that share a process keep their set-up apart, and their names where one fails", () => {
  write("test/shared/state.ts", "export const open: string[] = [];");
  for (const name of ["a", "b", "c", "d"]) {
    write(
      `test/shared/${name}.test.ts`,
      `import { after, before } from "node:test";
      import { open } from "./state.ts";
      before(() => { open.push("${name}"); });
      test("of ${name}", () => { if (String(open) !== "${name}") throw new Error(\`open: \${open}\`); });
      after(() => { open.pop(); });`,
    );
  }
  const whole = npmTest("test/shared");
  assert.equal(whole.status, 0, whole.printed);
  assert.match(whole.printed, /Slowest of 4 files/);
  const one = npmTest("test/shared", "--test-name-pattern=of c");
  assert.match(one.printed, /✔ of c /);
  assert.doesNotMatch(one.printed, /✔ of [abd] /);
  write("test/shared/c.test.ts", 'test("of c", () => { throw new Error("on purpose"); });');
  const broken = npmTest("test/shared");
  assert.equal(broken.status, 1);
  for (const told of [/✖ test\/shared\/c\.test\.ts/, /test at test\/shared\/c\.test\.ts:\d+/, /✔ of d /])
    assert.match(broken.printed, told);
});

test("what nobody waits for fails the test that began it, by its name", () => {
  write(
    "test/loose/loose.test.ts",
    `import { describe } from "node:test";
    const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
    describe("suite", async () => {
      await pause();
      test("timer", async () => { setTimeout(() => { throw new Error("loose"); }, 1); await pause(); });
      test("promise", async () => { Promise.reject(new Error("loose")); await pause(); });
      test("neither", async (t) => { await t.test("inner", pause); });
    });`,
  );
  const { status, printed } = npmTest("test/loose");
  assert.equal(status, 1);
  const told = printed.slice(0, printed.indexOf("failing tests"));
  assert.deepEqual(
    told.match(/^ *[✔✖▶] (timer|promise|neither|inner|suite)/gm)?.map((line) => line.trim()),
    ["▶ suite", "✖ timer", "✖ promise", "▶ neither", "✔ inner", "✔ neither", "✖ suite"],
  );
  assert.deepEqual(
    told.match(/^ *(?=[✔✖▶] (timer|inner|suite))/gm)?.map((indent) => indent.length),
    [2, 4, 6, 2],
  );
});

test("each file runs once, and one that changes what its whole process sees runs alone", () => {
  const files = testFiles([]);
  const dealt = dealFiles(files);
  assert.deepEqual(dealt.flat().toSorted(), files);
  const gone = Object.keys(seconds).filter((file) => !files.includes(file));
  assert.deepEqual(gone, [], "what is told to take long is not there");
  const [longest = assert.fail("none")] = Object.keys(seconds);
  const begun = dealt.findIndex((together) => together.includes(longest));
  assert.ok(begun < dealt.length / 3, `what takes longest is the ${begun}th to begin`);
  for (const path of [
    "test/provider/storage/plans.test.ts",
    "packages/exchange/test/library_citizen.test.ts",
  ])
    assert.ok(changesItsProcess(path), path);
  assert.ok(!changesItsProcess("test/provider/logout.test.ts"));
  for (const together of dealt) assert.ok(together.length === 1 || !together.some(changesItsProcess));
  assert.ok(dealt.length < files.length / 10, `${dealt.length} processes`);
  // The last to begin are small: nobody waits for one of them alone.
  const costs = dealt.map((together) => together.reduce((sum, file) => sum + (seconds[file] ?? 1), 0));
  assert.ok(Math.max(...costs.slice(-3)) <= 20, `${costs.slice(-3)} seconds`);
});

test("what is shared out by days has its turn once in so many, and whoever names the day has its share again", () => {
  const items = ["a", "b", "c", "d", "e", "f", "g"];
  for (const shares of [1, 2, 3, 7, 9]) {
    const days = Array.from({ length: shares }, (_, day) => shareOf(items, shares, 20_000 + day));
    assert.deepEqual(days.flat().toSorted(), items, `${shares} shares`);
  }
  const program = `import { notToday, shareOfToday } from ${JSON.stringify(import.meta.resolve("./support/share_of_day.ts"))};
    console.log(String(shareOfToday(["a", "b", "c"], 3)), String([0, 1, 2].filter((place) => notToday(place, 3) === false)));`;
  const on = (environment: Record<string, string>) => {
    const options = { env: { ...bareEnvironment(), ...environment }, encoding: "utf8" } as const;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], options);
    return stdout + stderr;
  };
  // The first day of 1970 is number 0.
  assert.equal(on({ TEST_DAY: "1970-01-01" }), "TEST_DAY=1970-01-01\na 0\n");
  assert.equal(on({ TEST_DAY: "1970-01-02" }), "TEST_DAY=1970-01-02\nc 2\n");
  assert.equal(on({ TEST_DAY: "1970-01-02", TTI_PROPERTY_SEED: "1" }), "a,b,c 0,1,2\n");
  assert.equal(on({ TEST_DAY: "every" }), "TEST_DAY=every\na,b,c 0,1,2\n");
  assert.match(on({ TEST_DAY: "yesterday" }), /TEST_DAY is yesterday, which is no day such as/);
});

test("every property test draws from the seed of the run, and from no other", () => {
  const property = testFiles([])
    .map((path) => ({ path, text: readFileSync(path, "utf8") }))
    .filter(({ text }) => /^import .*"fast-check";$/m.test(text));
  assert.ok(property.length >= 10);
  for (const { path, text } of property) {
    assert.match(text, /property_seed\.ts"/, path);
    assert.doesNotMatch(text, /\bseed: ?[\d_]+|\bseed = [\d_]+/, path);
  }
});
