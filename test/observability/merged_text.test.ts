// One scrape tells of all processes of an instance: each series stays its own, and what is told of the store stands once.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hand } from "../../src/cli/workers/crew.ts";
import { createGathering } from "../../src/cli/workers/gather.ts";
import type { MetricsPart, Order } from "../../src/cli/workers/messages.ts";
import { mergeTexts } from "../../src/observability/merged_text.ts";
import { parsePrometheusText, seriesValue } from "./prometheus_text.ts";

const textOf = (requests: number, keys: number | undefined): string =>
  [
    "# HELP tti_http_requests_total Requests.",
    "# TYPE tti_http_requests_total counter",
    `tti_http_requests_total{port="public",status="2xx"} ${requests}`,
    'tti_http_requests_total{port="admin",status="2xx"} 1',
    "# HELP tti_worker_exits_total Workers.",
    "# TYPE tti_worker_exits_total counter",
    'tti_worker_exits_total{reason="crashed"} 0',
    "# HELP process_resident_memory_bytes Memory.",
    "# TYPE process_resident_memory_bytes gauge",
    "process_resident_memory_bytes 1000",
    ...(keys === undefined
      ? []
      : ["# HELP tti_keys Keys.", "# TYPE tti_keys gauge", `tti_keys{phase="current"} ${keys}`]),
    "",
  ].join("\n");

const primary = {
  worker: "primary",
  text: '# HELP tti_worker_exits_total Workers.\n# TYPE tti_worker_exits_total counter\ntti_worker_exits_total{reason="crashed"} 3\n',
};

test("counts stay apart by worker, whole families stand together, the store and the crew are told once", () => {
  const merged = mergeTexts([
    primary,
    { worker: "1", text: textOf(10, 1) },
    { worker: "2", text: textOf(5, undefined) },
    // Duty passed on in the middle of a scrape: both asked the store.
    { worker: "3", text: textOf(0, 1) },
  ]);
  const families = parsePrometheusText(merged);
  const of = (name: string) => families.get(name)?.samples ?? [];
  const requests = (worker: string) =>
    seriesValue(families, "tti_http_requests_total", { worker, port: "public", status: "2xx" });
  assert.deepEqual(["1", "2", "3"].map(requests), [10, 5, 0]);
  assert.equal(of("tti_http_requests_total").length, 6);
  assert.deepEqual(
    of("tti_keys").map(({ labels, value }) => [labels, value]),
    [[{ phase: "current" }, 1]],
  );
  assert.deepEqual(
    of("tti_worker_exits_total").map(({ labels, value }) => [labels, value]),
    [[{ reason: "crashed" }, 3]],
  );
  assert.deepEqual(
    of("process_resident_memory_bytes").map(({ labels }) => labels),
    [{ worker: "1" }, { worker: "2" }, { worker: "3" }],
  );
  assert.equal(merged.match(/# TYPE tti_http_requests_total/g)?.length, 1);
  assert.ok(merged.endsWith("\n") && !merged.includes("\n\n"));
});

test("every worker that serves is asked; who does not answer in time is left out, and answers nobody later", () => {
  const told = new Map<string, Order[]>();
  const handOf = (name: string): Hand => {
    told.set(name, []);
    return { pid: 1, kill() {}, send: (order) => void told.get(name)?.push(order) };
  };
  const [one, two] = [handOf("one"), handOf("two")];
  const crew = {
    serving: () => [
      { worker: 1, hand: one },
      { worker: 2, hand: two },
    ],
    exits: () => ({ crashed: 2, hung: 0, start_failed: 0, renewed: 0 }),
  };
  let giveUp = () => {};
  const gathering = createGathering(crew, 2, (_ms, act) => {
    giveUp = act;
    return () => {
      giveUp = () => {};
    };
  });
  const answersTo = (name: string): readonly MetricsPart[][] =>
    (told.get(name) ?? []).flatMap((order) => (order.order === "measured" ? [[...order.parts]] : []));
  const ask = (): number => {
    gathering.heard(two, { report: "scrape", id: 7 });
    const asked = told.get("one")?.at(-1);
    assert.ok(asked?.order === "measure");
    return asked.id;
  };

  const first = ask();
  gathering.heard(two, { report: "measured", id: first, text: textOf(2, undefined) });
  assert.deepEqual(answersTo("two"), []);
  gathering.heard(one, { report: "measured", id: first, text: textOf(1, 1) });
  assert.deepEqual(
    answersTo("two")[0]?.map(({ worker }) => worker),
    ["primary", "1", "2"],
  );
  const families = parsePrometheusText(mergeTexts(answersTo("two")[0] ?? []));
  assert.equal(seriesValue(families, "tti_workers", { state: "wanted" }), 2);
  assert.equal(seriesValue(families, "tti_workers", { state: "serving" }), 2);
  assert.equal(seriesValue(families, "tti_worker_exits_total", { reason: "crashed" }), 2);
  assert.ok((seriesValue(families, "process_resident_memory_bytes", { worker: "primary" }) ?? 0) > 0);

  const second = ask();
  gathering.heard(two, { report: "measured", id: second, text: textOf(2, undefined) });
  giveUp();
  assert.deepEqual(
    answersTo("two")[1]?.map(({ worker }) => worker),
    ["primary", "2"],
  );
  gathering.heard(one, { report: "measured", id: second, text: textOf(1, 1) });
  assert.equal(answersTo("two").length, 2);
});
