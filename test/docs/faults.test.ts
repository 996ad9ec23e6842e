// docs/faults.md: every row names a proof that there is, an alert that there is, and a line that the log has; every kind that is
// counted stands in a row, and every alert on those counts is named.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { storeFaultKinds } from "../../src/db/store_fault_kinds.ts";
import { kmsFaultKinds } from "../../src/observability/fault_kinds.ts";
import { metricsOfFaults } from "../../src/observability/metrics_of_faults.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const page = read("docs/faults.md");
const alerts = read("deploy/prometheus/alerts.yml");
const runbook = read("docs/operations.md");
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| fault") && !line.startsWith("| call"))
  .map((line) =>
    line
      .slice(1, -1)
      .split(" | ")
      .map((cell) => cell.trim()),
  )
  .filter((cells) => cells.length > 2);

const sources = readdirSync(new URL("src", root), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => read(`src/${path}`))
  .join("\n");

test("every fault has its answer, its alert with an entry of the runbook, and its proof", () => {
  assert.ok(rows.length >= 20);
  for (const cells of rows) {
    const [fault = "", , , line = "", alert = "", proof = ""] = cells;
    assert.equal(cells.length, 6, fault);
    for (const cell of cells) assert.notEqual(cell, "", fault);
    const named = [...alert.matchAll(/\[(Tti\w+)\]\(operations\.md#(\w+)\)/g)];
    assert.ok(named.length > 0, `no alert: ${fault}`);
    for (const [, name = "", anchor] of named) {
      assert.equal(anchor, name.toLowerCase());
      assert.ok(alerts.includes(`- alert: ${name}\n`), name);
      assert.ok(runbook.includes(`### ${name}\n`), name);
    }
    const proofs = [...proof.matchAll(/\]\(\.\.\/((?:packages\/exchange\/)?test\/[\w/.]+\.test\.ts)\)/g)].map(
      ([, path = ""]) => path,
    );
    assert.ok(proofs.length > 0, `no proof: ${fault}`);
    for (const path of proofs) assert.ok(existsSync(new URL(path, root)), path);
    const [, words] = /^`([^`]+)`$/.exec(line) ?? [];
    assert.ok(
      line === "–" || (words !== undefined && sources.includes(words)),
      `no line of the log: ${line}`,
    );
  }
});

test("every kind that is counted stands in a row, and every count has an alert that the page names", () => {
  const text = rows.map(([fault = ""]) => fault).join("\n");
  for (const kind of [...Object.keys(storeFaultKinds), ...Object.keys(kmsFaultKinds)])
    assert.ok(text.includes(`\`${kind}\``), `no row of ${kind}`);
  for (const metric of Object.keys(metricsOfFaults)) {
    const names = alerts
      .split(/^ {6}- alert: /m)
      .filter((alert) => alert.includes(metric))
      .map((alert) => /^\w+/.exec(alert)?.[0] ?? "");
    assert.ok(names.length > 0, `no alert on ${metric}`);
    for (const name of names) assert.ok(page.includes(`[${name}](`), name);
  }
});

test("every kind of the store's trouble is one that an alert asks for", () => {
  const asked = [...alerts.matchAll(/tti_store_faults_total\{kind=~?"([^"]+)"\}/g)].flatMap(
    ([, kinds = ""]) => kinds.split("|"),
  );
  assert.deepEqual(asked.toSorted(), Object.keys(storeFaultKinds).toSorted());
});
