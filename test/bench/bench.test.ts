// Every benchmark runs and says a ratio; what the ratios are is not for a test. By day a sixth of them.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { basename, join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { copyOf, copySql, opaqueCopy, wordsOf } from "../../bench/support/growth_words.ts";
import { tricks } from "../../bench/support/trick_list.ts";
import { openTestDatabase } from "../support/databases.ts";
import { shareOfToday } from "../support/share_of_day.ts";

const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);
const words = globSync("*.ts", { cwd: join(root, "bench") })
  .filter((file) => file !== "run.ts")
  .map((file) => basename(file, ".ts"))
  .sort();

// One after the other: side by side they starve each other on a slow machine, until a server refuses its own load.
describe("npm run bench", () => {
  for (const word of shareOfToday(words, 6)) {
    test(`the benchmark ${word} runs to its end and says ratios to its own baselines`, async () => {
      const asked = [join(root, "bench/run.ts"), word, "--quick", "--json"];
      const { stdout } = await run(process.execPath, asked, { cwd: root });
      const { machine, measurements, failed } = JSON.parse(stdout);
      assert.deepEqual(failed, []);
      assert.match(machine.node, /^\d+\./);
      assert.ok(measurements.length >= 3, `${measurements.length} measurements`);
      for (const { bench, name, baseline, ratio } of measurements) {
        assert.equal(bench, word);
        assert.ok(name !== "" && baseline !== "");
        assert.ok(Number.isFinite(ratio) && ratio > 0, `${name}: ${ratio}`);
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

  test("a benchmark nobody has is an error that names those there are", async () => {
    await assert.rejects(
      run(process.execPath, [join(root, "bench/run.ts"), "no-such"]),
      new RegExp(`${words.join(", ")}; all, targets`),
    );
  });
});
