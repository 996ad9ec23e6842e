// Owns reading Prometheus's text format, version 0.0.4, more strictly than Prometheus does: whatever the format leaves open, and
// OpenMetrics does not, is an error.
import assert from "node:assert/strict";

/** One series and its value. */
export interface Sample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** One metric. */
export interface Family {
  name: string;
  type: string;
  help: string;
  unit: string | undefined;
  samples: Sample[];
}

const metricName = /^[a-z][a-z0-9_]*$/;
const samplePattern = /^([a-z][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/;
const labelPattern = /([a-z][a-z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;

/** Reads a scrape. @throws AssertionError naming the line that breaks a rule */
export function parsePrometheusText(text: string): Map<string, Family> {
  assert.ok(text.endsWith("\n"), "the last line has no end");
  const families = new Map<string, Family>();
  const series = new Set<string>();
  let help: { name: string; text: string } | undefined;
  let unit: string | undefined;
  let family: Family | undefined;
  for (const line of text.split("\n").filter((one) => one !== "")) {
    const [, keyword, name = "", rest = ""] = /^# (HELP|UNIT|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (line.startsWith("#") && keyword === undefined) assert.fail(`a comment of no kind: ${line}`);
    if (keyword === "HELP") {
      assert.match(name, metricName);
      assert.ok(!families.has(name), `${name} comes twice`);
      help = { name, text: rest };
      unit = undefined;
      family = undefined;
    } else if (keyword === "UNIT") {
      assert.equal(name, help?.name, line);
      assert.ok(name.replace(/_total$/, "").endsWith(`_${rest}`), `${name} does not name its unit ${rest}`);
      unit = rest;
    } else if (keyword === "TYPE") {
      assert.equal(name, help?.name, line);
      assert.ok(["counter", "gauge", "histogram"].includes(rest), line);
      assert.equal(name.endsWith("_total"), rest === "counter", `${name} is a ${rest}`);
      family = { name, type: rest, help: help?.text ?? "", unit, samples: [] };
      families.set(name, family);
    } else {
      assert.ok(family, `a sample before its TYPE: ${line}`);
      const sample = readSample(line);
      const own = family.type === "histogram" ? /_(bucket|sum|count)$/ : /$/;
      assert.equal(sample.name.replace(own, ""), family.name, line);
      const id = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
      assert.ok(!series.has(id), `a series comes twice: ${line}`);
      series.add(id);
      family.samples.push(sample);
    }
  }
  for (const one of families.values()) {
    assert.ok(one.samples.length > 0, `${one.name} has no series`);
    if (one.type === "counter") assert.ok(one.samples.every(({ value }) => value >= 0));
    if (one.type === "histogram") assertHistogram(one);
  }
  return families;
}

function readSample(line: string): Sample {
  const [, name = "", labelText = "", valueText = ""] = samplePattern.exec(line) ?? assert.fail(line);
  const labels: Record<string, string> = {};
  labelPattern.lastIndex = 0;
  for (let place = 0; place < labelText.length; place = labelPattern.lastIndex) {
    const [, label = "", value = ""] = labelPattern.exec(labelText) ?? assert.fail(`labels: ${line}`);
    assert.ok(!(label in labels), `a label comes twice: ${line}`);
    labels[label] = value;
  }
  const value = valueText === "+Inf" ? Infinity : Number(valueText);
  assert.ok(Number.isFinite(value), line);
  return { name, labels, value };
}

function assertHistogram({ name, samples }: Family): void {
  const groups = Map.groupBy(samples, ({ labels: { le: _bound, ...labels } }) => JSON.stringify(labels));
  for (const group of groups.values()) {
    const buckets = group.filter((one) => one.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => (labels["le"] === "+Inf" ? Infinity : Number(labels["le"])));
    assert.deepEqual(
      bounds,
      bounds.toSorted((a, b) => a - b),
      `${name}: buckets out of order`,
    );
    assert.equal(bounds.at(-1), Infinity, `${name}: no last bucket`);
    const values = buckets.map(({ value }) => value);
    assert.deepEqual(
      values,
      values.toSorted((a, b) => a - b),
      `${name}: buckets do not add up`,
    );
    const count = group.find((one) => one.name === `${name}_count`)?.value;
    assert.equal(values.at(-1), count, `${name}: the last bucket is not the count`);
    assert.ok(
      group.some((one) => one.name === `${name}_sum`),
      `${name}: no sum`,
    );
  }
}

/** The value of a series; undefined where there is none. */
export function seriesValue(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  return families
    .get(name)
    ?.samples.find((one) => Object.entries(labels).every(([label, value]) => one.labels[label] === value))
    ?.value;
}
