// The defences of what is measured: who reads it, and what it never holds.
import type { Defence } from "./defence.ts";

export const defences: readonly Defence[] = [
  {
    id: "metrics-by-their-key",
    promise: "The metrics are read with a key of TTI_METRICS, and with nothing else.",
    faults: ["I24"],
    file: "src/admin/metrics_routes.ts",
    find: "if (key !== undefined && fits.includes(true)) return;",
    replace: "if (key !== undefined || fits.includes(true)) return;",
    test: "test/observability/metrics.test.ts",
  },
  {
    id: "metrics-closed-lists",
    promise: "No text that somebody sends becomes a label of a metric.",
    faults: ["I24"],
    file: "src/observability/metric_table.ts",
    find: 'if (values.includes("other")) return [label, "other"];',
    replace: 'if (values.includes("other")) return [label, value];',
    test: "test/observability/metrics.test.ts",
  },
  {
    id: "metrics-of-what-stands",
    promise: "What a transaction took back is not counted.",
    faults: ["I24"],
    file: "src/observability/recorder.ts",
    find: "if (db.isTransaction) keepUntilCommit",
    replace: "if (db.isTransaction && points.length > 99) keepUntilCommit",
    test: "test/observability/metrics.test.ts",
  },
];
