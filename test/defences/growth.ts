// The defences of a store that grows: what has ended leaves without holding anybody up.
import type { Defence } from "./defence.ts";

const flows = "test/provider/storage/flow_plans.test.ts";
const sweeper = "test/provider/storage/sweeper.test.ts";

export const defences: readonly Defence[] = [
  {
    id: "sweeping-gives-turns",
    promise: "However much has ended, requests have their turn between any two statements that remove it.",
    faults: ["I18"],
    file: "src/provider/assembly/sweeper.ts",
    find: "      await turn();\n      await sleep(",
    replace: "      void turn;\n      void ((..._: unknown[]) => Promise.resolve())(sleep,",
    test: sweeper,
    name: "turn between",
  },
  {
    id: "sweeping-waits-for-nobody",
    promise: "Instances that remove what has ended at the same time do not wait for each other.",
    faults: ["I18", "I23"],
    file: "src/provider/storage/sweep_store.ts",
    find: " for update skip locked",
    replace: " for update",
    test: sweeper,
    name: "neither waits",
  },
  {
    id: "sweeping-passes-nothing-twice",
    promise: "While somebody dumps the database, removing what has ended costs no more with each statement.",
    faults: ["I23"],
    file: "src/provider/assembly/sweeper.ts",
    find: "          sinceMs = removed.lastMs;",
    replace: "          void (sinceMs + removed.lastMs);",
    test: sweeper,
    name: "begins where the one before ended",
  },
  {
    id: "logins-are-not-written-every-hour",
    promise: "A login whose session goes on is written down again no more often than every few hours.",
    faults: ["I22"],
    file: "src/provider/sessions/voucher_sweep_store.ts",
    find: "case when r.expires_at_ms > ? then ? when",
    replace: "case when r.expires_at_ms > ? then ? - r.expires_at_ms when",
    test: sweeper,
    name: "a login is looked at",
  },
  {
    id: "many-sessions-cost-no-more",
    promise:
      "A person in whose name a program has signed in thousands of times costs a mint no more than another.",
    faults: ["I23"],
    file: "src/provider/subjects/subject_store.ts",
    find: "    order by v.login_level desc limit 1)`;",
    replace: "    order by v.login_level + 0 desc limit 1)`;",
    test: flows,
    name: "a mint",
  },
];
