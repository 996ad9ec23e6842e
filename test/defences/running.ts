// The defences of running: a store that fails, stopping, keys, settings.
import type { Defence } from "./defence.ts";

export const defences: readonly Defence[] = [
  {
    id: "silent-connection-is-thrown-away",
    promise: "A database connection that falls silent costs the requests on it, and nobody else.",
    faults: ["I13"],
    file: "src/db/dialects.ts",
    find: "      onSilence();\n      connection.connection.stream.destroy",
    replace: "      void (connection.connection.stream.destroy as unknown)",
    test: "test/db/store_outage.test.ts",
    name: "silent",
  },
  {
    id: "no-batch-holds-others",
    promise: "No request waits for another's statement that hangs.",
    faults: ["I13", "I6"],
    file: "src/db/batch.ts",
    find: "setTimeout(leave, options.overdueMs ?? defaultOverdueMs)",
    replace: "setTimeout(() => undefined, 0)",
    test: "test/db/batch.test.ts",
  },
  {
    id: "readiness-writes",
    promise: "An instance whose store takes no writes is not ready.",
    faults: ["I13", "I17"],
    file: "src/db/store_health.ts",
    find: "saveProbe(watch, clock().getTime())",
    replace: "askNothing(watch)",
    test: "test/db/store_outage.test.ts",
    name: "read-only|readiness",
  },
  {
    id: "no-values-in-store-errors",
    promise: "No value of a row stands in an error or in the log.",
    faults: ["I19"],
    file: "src/db/connect.ts",
    find: "compileSqlOnError: false",
    replace: "compileSqlOnError: true",
    test: "test/db/store_outage.test.ts",
    name: "repeats no value",
  },
  {
    id: "store-is-its-owners-alone",
    promise: "The files of the embedded store are readable by their owner alone.",
    faults: ["S12"],
    file: "src/db/connect.ts",
    find: "    chmodSync(file, 0o600);\n",
    replace: "    chmodSync(file, 0o644);\n",
    test: "test/db/store_outage.test.ts",
    name: "owner's alone",
  },
];
