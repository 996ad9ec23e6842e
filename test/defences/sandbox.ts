// The defences of the local AWS: it must refuse what AWS refuses, or a test that passes here proves nothing.
import type { Defence } from "./defence.ts";

export const defences: readonly Defence[] = [
  {
    id: "sandbox-session-policy-grammar",
    promise: "The sandbox takes no policy, from whichever entrance, that the policy language does not allow.",
    faults: ["B1"],
    file: "src/sandbox/sts/assume_role.ts",
    find: 'return parsePolicy(text, "identity");',
    replace: "return JSON.parse(text);",
    test: "test/sandbox/policy_entrances.test.ts",
  },
  {
    id: "sandbox-variable-never-wildcard",
    promise: "In the sandbox a tag's value put into a policy by a variable never acts as a wildcard.",
    faults: ["B2"],
    file: "src/sandbox/policy_variables.ts",
    find: "(character) => ({ character, isWildcard: false })",
    replace: '(character) => ({ character, isWildcard: character === "*" })',
    test: "test/sandbox/policy.test.ts",
  },
];
