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
  {
    id: "trace-of-a-stranger",
    promise: "A stranger's traceparent neither joins a trace nor has a request recorded.",
    faults: ["I24"],
    file: "src/observability/open_traces.ts",
    find: "if (caller.address !== undefined && isIn(joined, caller.address))",
    replace: "if (caller.address !== undefined || isIn(joined, caller.address))",
    test: "test/tracing/traces.test.ts",
  },
  {
    id: "trace-names-codes",
    promise: "A trace says why something failed by a code, never by a message.",
    faults: ["I24"],
    file: "src/tracing/active_span.ts",
    find: 'if (typeof code === "string" && /^[\\w.-]{1,64}$/.test(code)) return code;',
    replace: "if (error.message !== String(code)) return error.message;",
    test: "test/tracing/traces.test.ts",
  },
  {
    id: "device-codes-guessed-told",
    promise: "That somebody guesses codes of devices is told while it goes on.",
    faults: ["I24"],
    file: "src/provider/interactions/device_code_guards.ts",
    find: 'await tellAttack(db, "device_code", network, now);',
    replace: "void tellAttack;",
    test: "test/observability/metrics.test.ts",
  },
  {
    id: "attack-names-no-person",
    promise:
      "Asking for another person's password to be reset writes nothing into the trail of their tenants.",
    faults: ["I24"],
    file: "src/provider/accounts/attack_watch.ts",
    find: 'actor: "nobody", clientId, details: { of: kind } }',
    replace: 'actor: "nobody", clientId: clientId ?? by, details: { of: kind } }',
    test: "test/provider/accounts/turned_against.property.test.ts",
  },
];
