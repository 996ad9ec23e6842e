// Every benchmark runs and says a ratio; what the ratios are is not for a test. By day a sixth of them.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { copyOf, copySql, opaqueCopy, wordsOf } from "../../bench/support/growth_words.ts";
import { quickWords } from "../../bench/support/tables.ts";
import { tricks } from "../../bench/support/trick_list.ts";
import { openTestDatabase } from "../support/databases.ts";
import { shareOfToday } from "../support/share_of_day.ts";

const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);
const words = globSync("*.ts", { cwd: join(root, "bench") })
  .filter((file) => file !== "run.ts")
  .map((file) => basename(file, ".ts"))
  .sort();

// As in the shell of whoever types it, which names no PostgreSQL: the run starts its own.
const asTyped = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^TEST_POSTGRES_|^NODE_TEST_CONTEXT$/.test(name)),
);
const bench = join(root, "bench/run.ts");
const refusedWith = async (words: readonly string[], said: RegExp) => {
  await assert.rejects(run(process.execPath, words), (error: { code: number; stderr: string }) => {
    assert.equal(error.code, 2, error.stderr);
    assert.match(error.stderr, said);
    assert.doesNotMatch(error.stderr, /^ {4}at /m);
    return true;
  });
};

// One after the other: side by side they starve each other on a slow machine, until a server refuses its own load.
describe("npm run bench", () => {
  for (const word of shareOfToday(words, 6)) {
    test(`the benchmark ${word} runs to its end and says ratios to its own baselines`, async () => {
      const asked = [join(root, "bench/run.ts"), word, "--quick", "--json"];
      const { stdout } = await run(process.execPath, asked, { cwd: root, env: asTyped });
      const { machine, measurements, failed, quick } = JSON.parse(stdout);
      assert.deepEqual(failed, []);
      assert.equal(quick, true);
      assert.match(machine.node, /^\d+\./);
      assert.ok(measurements.length >= 3, `${measurements.length} measurements`);
      for (const { bench, name, baseline, ratio, target, met } of measurements) {
        assert.equal(bench, word);
        assert.ok(name !== "" && baseline !== "");
        assert.ok(Number.isFinite(ratio) && ratio > 0, `${name}: ${ratio}`);
        assert.deepEqual([target, met], [undefined, undefined], "what means nothing is judged");
      }
    });
  }

  test("what each trick takes out of the source is there once, and is code without it", () => {
    for (const { name, cuts } of tricks) {
      for (const { file, find, replace } of cuts) {
        const source = readFileSync(join(root, file), "utf8");
        assert.equal(source.split(find).length, 2, `${name}: ${file}`);
        assert.doesNotThrow(
          () => stripTypeScriptTypes(source.replace(find, () => replace)),
          `${name}: ${file}`,
        );
      }
    }
  });

  test("a copy that a store is filled with has the shape of the row the product wrote", async () => {
    const store = await openTestDatabase("postgres");
    try {
      const row = {
        ...{ model: "Session", id_hash: "Yj5wq0Wl0gT0Yj5wq0Wl0gT0Yj5wq0Wl0gT0Yj5wq0W", grant_id_hash: null },
        ...{ account_id: "one-person", payload: '{"accountId":"one-person","tenantId":"seedtenant"}' },
        ...{ tenant_id: "seedtenant", expires_at_ms: 5, client_generation: 0 },
      };
      const words = wordsOf("one-person", 10);
      const columns = Object.entries(row).map(
        ([name, value]) => `${copySql("oidc_records", name, value, words)} as ${name}`,
      );
      const { rows } = await store.db.raw(`select ${columns.join(", ")} from generate_series(12, 13) as i`);
      const [copy, another] = rows as [typeof row, typeof row];
      assert.equal(copy.model, row.model);
      assert.equal(copy.grant_id_hash, null);
      assert.equal(copy.id_hash, opaqueCopy(row.id_hash, 12));
      assert.equal(copy.id_hash.length, row.id_hash.length);
      assert.notEqual(copy.id_hash, another.id_hash);
      assert.equal(copy.tenant_id, copyOf.tenantId(12, 10));
      assert.deepEqual(JSON.parse(copy.payload), { accountId: copy.account_id, tenantId: copy.tenant_id });
      assert.ok(Number(copy.expires_at_ms) > 86_400_000, "nothing ends while it is measured");
    } finally {
      await store.close();
    }
  });

  test("a store is opened after the PostgreSQL of the one before was stopped", async () => {
    const twice = `import { openInstallation } from ${JSON.stringify(new URL("../../bench/support/installation.ts", import.meta.url).href)};
      for (const _ of [1, 2]) await (await openInstallation("postgres")).close();
      console.log("twice");`;
    const words = ["--input-type=module", "--eval", twice];
    assert.equal((await run(process.execPath, words, { cwd: root, env: asTyped })).stdout, "twice\n");
  });

  test("--quick says above and below that its figures mean nothing, and judges none, typed or read again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tti-bench-"));
    try {
      const file = join(folder, "bench.json");
      const machine = {
        cpu: "any",
        cores: 1,
        memoryGiB: 1,
        node: "24",
        postgres: "18",
        load: { before: 0, after: 0 },
      };
      const line = { bench: "login", name: "logins", value: "1", baseline: "2", ratio: 0.5, of: "login" };
      const printed = async (quick: object) => {
        writeFileSync(
          file,
          `\n> tti-provider@0.1.0 bench\n> node bench/run.ts\n\n${JSON.stringify({ at: "", machine, measurements: [line], costs: [], failed: [], ...quick })}`,
        );
        return (await run(process.execPath, [bench, "--from", file])).stdout.trim();
      };
      const quick = await printed({ quick: true });
      assert.ok(quick.startsWith(quickWords) && quick.endsWith(quickWords), quick);
      assert.doesNotMatch(quick, /holds|missed/);
      assert.match(await printed({}), /holds/);
      await printed({ quick: true });
      await refusedWith([bench, "--from", file, "--write-docs"], /--write-docs takes no figures of --quick/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("--help names every benchmark, the options and an example", async () => {
    const { stdout } = await run(process.execPath, [bench, "--help"]);
    for (const word of [
      ...words,
      "targets",
      "--quick",
      "--json",
      "--from",
      "--write-docs",
      "--tenants",
      "--issuer",
    ])
      assert.ok(stdout.includes(word), word);
    assert.match(stdout, /Example:\n {2}\$ npm run (?:-s )?bench -- /);
  });

  test("words that make no sense are told in a sentence, with the nearest that does", async () => {
    await refusedWith(
      [bench, "--quik"],
      /^Unknown option '--quik'\. Did you mean --quick\?\nUsage: npm run bench/,
    );
    await refusedWith([bench, "--from", "/nowhere.json"], /^--from: \/nowhere\.json holds nothing/);
    await refusedWith(
      [bench, "mint", "--tenants", "5"],
      /^--tenants is an option of growth, which is not asked for\./,
    );
    await refusedWith([bench, "growth", "--people", "abc"], /^--people: abc is no whole number above 0\./);
    await refusedWith([join(root, "bench/tricks.ts"), "--help"], /^There is no trick of the name --help\./);
    await refusedWith([bench, "mint", "no-such"], new RegExp(`"no-such".*${words.join(", ")}; all, targets`));
    await refusedWith([join(root, "test/soak/run.ts"), "--minute", "1"], /Did you mean --minutes\?/);
    await refusedWith(
      [join(root, "test/defences/run.ts"), "--only", "no-such"],
      /No defence has the id no-such\./,
    );
    await refusedWith([join(root, "scripts/generated_docs.ts"), "--all"], /Unknown option '--all'/);
    await refusedWith([join(root, "scripts/release.ts"), "--hlp"], /^Usage: node scripts\/release\.ts/);
  });
});
