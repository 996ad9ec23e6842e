// Owns the defences of what operators and back ends are told and what the trail keeps: settings, doctor, keys, people.
import type { Defence } from "./defence.ts";

export const defences: readonly Defence[] = [
  {
    id: "settings-all-faults-of-a-value",
    promise: "A setting that cannot be used is told with every fault it has, at once.",
    faults: ["I9"],
    file: "src/settings/setting_values.ts",
    find: "faults.flatMap(([isAtFault, fault]) => (isAtFault ? [fault] : []))",
    replace: "faults.flatMap(([isAtFault, fault]) => (isAtFault ? [fault] : [])).slice(0, 1)",
    test: "test/config.test.ts",
  },
];
