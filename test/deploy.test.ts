// What deploy/ ships for whoever watches: every expression is of metrics and values that there are, every alert has its entry in
// docs/operations.md and every entry its alert, and the dashboard shows every metric.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { entryOf, type MetricName, metrics } from "../src/observability/metric_table.ts";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

const alerts = read("deploy/prometheus/alerts.yml")
  .split(/^ {6}- /m)
  .slice(1)
  .map((text) => ({
    name: /^alert: (\w+)$/m.exec(text)?.[1] ?? "",
    expr: /^ {8}expr: (.+)$/m.exec(text)?.[1] ?? "",
    severity: /^ {8}labels: \{ severity: (\w+) \}$/m.exec(text)?.[1],
    summary: /\bsummary: "([^"]+)"/.exec(text)?.[1],
    runbook: /\brunbook: "([^"]+)"/.exec(text)?.[1],
    members: [...text.matchAll(/^(?: {8})?([a-z]+):/gm)].map(([, member]) => member),
  }));

interface Panel {
  title: string;
  type: string;
  gridPos: { x: number; w: number };
  targets?: { expr: string; legendFormat: string }[];
}
const dashboard = JSON.parse(read("deploy/grafana/tti-provider.json")) as { uid: string; panels: Panel[] };
const shown = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({ where: `panel ${title}`, expr, legendFormat })),
);

const histogramParts = /_(bucket|sum|count)$/;

/** The metrics of an expression, each with what is asked of its labels. */
function metricsIn(expr: string): { name: string; matchers: [label: string, values: string][] }[] {
  return [...expr.matchAll(/\b((?:tti|process|nodejs)_[a-z0-9_]+)(?:\{([^}]*)\})?/g)].map(
    ([, name = "", inside = ""]) => ({
      name,
      matchers: [...inside.matchAll(/(\w+)=~?"([^"]*)"/g)].map(([, label = "", values = ""]) => [
        label,
        values,
      ]),
    }),
  );
}

function faultsOf(expr: string): string[] {
  const faults: string[] = [];
  const found = metricsIn(expr);
  if (found.length === 0 && !/^up\{/.test(expr)) faults.push("no metric");
  for (const { name, matchers } of found) {
    const base = Object.hasOwn(metrics, name) ? name : name.replace(histogramParts, "");
    if (!Object.hasOwn(metrics, base)) {
      faults.push(`no metric ${name}`);
      continue;
    }
    const { type, labels = {} } = entryOf(base as MetricName);
    if ((type === "histogram") !== histogramParts.test(name))
      faults.push(`${name} is no series of a ${type}`);
    const grown = new RegExp(`\\b(?:rate|increase)\\(${name}(?:\\{[^}]*\\})?\\[`).test(expr);
    if ((type === "gauge") === grown)
      faults.push(`${name}, a ${type}, is ${grown ? "" : "not "}taken as growth`);
    for (const [label, values] of matchers) {
      if (label === "job" || label === "instance") continue;
      for (const value of values.split("|"))
        if (!labels[label]?.includes(value)) faults.push(`${name} has no ${label} ${value}`);
    }
  }
  const known = ["le", "instance", "job", ...found.flatMap(({ name }) => labelsOf(name))];
  for (const [, names = ""] of expr.matchAll(/\bby \(([^)]*)\)/g))
    for (const one of names.split(", ")) if (!known.includes(one)) faults.push(`nothing has a label ${one}`);
  if ((expr.match(/\(/g) ?? []).length !== (expr.match(/\)/g) ?? []).length) faults.push("a bracket is open");
  return faults;
}

const labelsOf = (name: string): string[] => {
  const base = Object.hasOwn(metrics, name) ? name : name.replace(histogramParts, "");
  return Object.hasOwn(metrics, base) ? Object.keys(entryOf(base as MetricName).labels ?? {}) : [];
};

test("every alert is whole, and of metrics, labels and values that there are", () => {
  assert.ok(alerts.length >= 10);
  assert.equal(new Set(alerts.map(({ name }) => name)).size, alerts.length);
  for (const { name, expr, severity, summary, runbook, members } of alerts) {
    assert.match(name, /^Tti[A-Z]\w+$/);
    assert.deepEqual(faultsOf(expr), [], `${name}: ${expr}`);
    assert.ok(severity === "critical" || severity === "warning", name);
    assert.equal(runbook, `docs/operations.md#${name.toLowerCase()}`);
    assert.deepEqual(
      members.filter((one) => !["alert", "expr", "for", "labels", "annotations"].includes(one ?? "")),
      [],
    );
    const known = [...metricsIn(expr).flatMap((one) => labelsOf(one.name)), "instance"];
    for (const [, label = ""] of summary?.matchAll(/\$labels\.(\w+)/g) ?? [])
      assert.ok(known.includes(label), `${name} tells of a label ${label}`);
  }
});

test("what is wrong with an expression is found", () => {
  for (const [expr, fault] of [
    ["max(tti_nothing)", "no metric tti_nothing"],
    ['tti_ready{check="moon"} == 0', "tti_ready has no check moon"],
    ["tti_sign_ins_total > 5", "tti_sign_ins_total, a counter, is not taken as growth"],
    ["rate(tti_mails[5m]) > 5", "tti_mails, a gauge, is taken as growth"],
    ["sum by (tenant) (tti_mails)", "nothing has a label tenant"],
    ["rate(tti_event_loop_delay_seconds[5m])", "tti_event_loop_delay_seconds is no series of a histogram"],
    ["max((tti_mails)", "a bracket is open"],
  ] as const)
    assert.deepEqual(faultsOf(expr), [fault]);
});

test("every alert has its entry among the runbook's, every entry its alert, and each says what to do", () => {
  const [, section = ""] = /^## Alerts\n([\s\S]*?)(?=^## )/m.exec(read("docs/operations.md")) ?? [];
  const entries = section.split(/^### /m).slice(1);
  assert.deepEqual(
    entries.map((entry) => entry.split("\n")[0]),
    alerts.map(({ name }) => name),
  );
  for (const entry of entries) assert.ok(entry.length > 200, entry);
  const named = [...section.matchAll(/\bsee (Tti\w+)|, (Tti\w+)/g)].map(
    ([, one, other]) => one ?? other ?? "",
  );
  assert.deepEqual(
    named.filter((name) => !alerts.some((alert) => alert.name === name)),
    [],
  );
});

test("the dashboard is of metrics that there are, and shows every one of them", () => {
  for (const { where, expr, legendFormat } of shown) {
    assert.deepEqual(faultsOf(expr), [], `${where}: ${expr}`);
    const known = [...metricsIn(expr).flatMap((one) => labelsOf(one.name)), "instance"];
    for (const [, label = ""] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
      assert.ok(known.includes(label), `${where} names a label ${label}`);
  }
  const names = new Set(
    shown.flatMap(({ expr }) =>
      metricsIn(expr).map(({ name }) =>
        Object.hasOwn(metrics, name) ? name : name.replace(histogramParts, ""),
      ),
    ),
  );
  assert.deepEqual(
    Object.keys(metrics).filter((name) => !names.has(name)),
    [],
  );
  for (const { title, gridPos } of dashboard.panels) assert.ok(gridPos.x + gridPos.w <= 24, title);
});
