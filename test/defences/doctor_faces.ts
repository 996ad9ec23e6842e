// The defences of the doctor's pages: what a trial may do, and what a customer's administrator is told.
import type { Defence } from "./defence.ts";

export const defences: readonly Defence[] = [
  {
    id: "trial-not-told-without-right",
    promise: "Who loses the right while a data accessor is tried is told nothing of what came of it.",
    file: "src/admin/operations/trials.ts",
    find: "    await act.still(db);\n    return { ok, findings",
    replace: "    return { ok, findings",
    test: "test/portal/checks.test.ts",
  },
  {
    id: "examination-not-told-without-right",
    promise: "Who loses the right while the installation is examined is told nothing of what came of it.",
    file: "src/admin/operations/checks.ts",
    find: "    await act.still(db);\n",
    replace: "",
    test: "test/portal/checks.test.ts",
  },
  {
    id: "trial-presence-policy",
    promise: "A trial acts for nobody whom the presence policy protects.",
    file: "src/provider/grants/mint.ts",
    find: "const decided = decideFacts(facts, deps, false, now);",
    replace: 'const decided = decideFacts(facts, deps, by === "trial", now);',
    test: "test/onboarding/doctor/accessor_trial.test.ts",
  },
  {
    id: "trial-one-at-a-time",
    promise: "A customer's data accessors are tried one at a time.",
    file: "src/onboarding/doctor/accessor_trial.ts",
    find: "if (this.#running.has(tenantId) || ",
    replace: "if (",
    test: "test/onboarding/doctor/accessor_trial.test.ts",
  },
  {
    id: "portal-error-in-own-trail",
    promise: "A request that the portal explains is looked for in the organization's own trail only.",
    file: "src/portal/calls.ts",
    find: '["error explain", { takes: ["text"], tenant: asTenantId }],',
    replace: '["error explain", { takes: ["text"], tenant: () => ({}) }],',
    test: "test/portal/checks.test.ts",
  },
  {
    id: "portal-commands-not-told",
    promise: "The portal tells no setting and no command of the service's.",
    file: "src/portal/check_routes.ts",
    find: "const told = explanations.map(({ code }) => ({ code, ...copiedWords(code) }));",
    replace:
      "const told = explanations.map(({ code, title, fix }) => ({ code, ...copiedWords(code), what: title, fix }));",
    test: "test/portal/checks.test.ts",
  },
  {
    id: "portal-trial-in-own-words",
    promise:
      "Of a trial the portal tells what is the customer's to mend, and of the rest that it is the service's.",
    file: "src/portal/check_routes.ts",
    find: 'return [{ text: words, note: what }, { text: "No", tone: "bad" }, { text: fix }];',
    replace:
      'return [{ text: words, note: found.message }, { text: "No", tone: "bad" }, { text: fix + what }];',
    test: "test/portal/checks.test.ts",
  },
  {
    id: "details-by-external-id",
    promise: "Labelled details above which another customer's External Id stands are refused.",
    file: "src/onboarding/handed_over.ts",
    find: ", ...externalIdsIn(plain, tenantId)];",
    replace: "];\n  void externalIdsIn;",
    test: "test/onboarding/handed_over.test.ts",
  },
];
