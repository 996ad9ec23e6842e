// The defences of the local AWS: it must refuse what AWS refuses, or a test that passes here proves nothing.
import type { Defence } from "./defence.ts";

export const defences: readonly Defence[] = [
  {
    id: "sandbox-session-policy-grammar",
    promise: "The sandbox takes no policy, from whichever entrance, that the policy language does not allow.",
    faults: ["B1"],
    file: "packages/sandbox/src/services/sts/assume_role.ts",
    find: 'return parsePolicy(text, "identity");',
    replace: "return JSON.parse(text);",
    test: "packages/sandbox/test/policy/policy_entrances.test.ts",
  },
  {
    id: "sandbox-variable-never-wildcard",
    promise: "In the sandbox a tag's value put into a policy by a variable never acts as a wildcard.",
    faults: ["B2"],
    file: "packages/sandbox/src/policy/policy_variables.ts",
    find: "(character) => ({ character, isWildcard: false })",
    replace: '(character) => ({ character, isWildcard: character === "*" })',
    test: "packages/sandbox/test/policy/policy.test.ts",
  },
  {
    id: "sandbox-state-lock",
    promise: "Two sandboxes never write one state file.",
    faults: ["B9"],
    file: "packages/sandbox/src/state/state_lock.ts",
    find: "if (other !== undefined && (await isAlive(lockPath, other))) throw refuse(path, other);",
    replace: "",
    test: "packages/sandbox/test/state/state_file.test.ts",
  },
  {
    id: "sandbox-control-bounded",
    promise: "No call to the sandbox's control API keeps it from answering the next request.",
    faults: ["B10"],
    file: "packages/sandbox/src/ground/clock.ts",
    find: "if (!(Math.abs(ms) <= MAX_CLOCK_OFFSET_SECONDS * 1000)) {",
    replace: "if (false) {",
    test: "packages/sandbox/test/control/control.test.ts",
  },
  {
    id: "sandbox-refusal-has-its-check",
    promise: "A refused request of the sandbox shows the check that failed, with what to change.",
    faults: ["P6"],
    file: "packages/sandbox/src/gateway/gateway.ts",
    find: "if (error === thrown) recordRefusal(error, draft.checks);",
    replace: "if (error === thrown) draft.checks.length = 0;",
    test: "packages/sandbox/test/gateway/not_simulated.test.ts",
  },
  {
    id: "sandbox-text-never-replaced",
    promise:
      "A document that the sandbox cannot decode is refused, and not indexed with characters replaced.",
    faults: ["B3"],
    file: "packages/sandbox/src/search/text/decode_text.ts",
    find: "{ fatal: true }",
    replace: "{ fatal: false }",
    test: "packages/sandbox/test/search/text/extract_text.test.ts",
  },
];
