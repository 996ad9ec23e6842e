// Owns the defences of what people change of themselves on their own pages.
import type { Defence } from "./defence.ts";

const forms = "test/provider/self_service/account_forms.test.ts";
const data = "test/provider/self_service/own_data.test.ts";
const changes = "test/provider/self_service/own_changes.test.ts";

export const defences: readonly Defence[] = [
  {
    id: "account-forms-of-one-person",
    promise:
      "A form of the account that was drawn for one person does nothing for another who signed in since.",
    file: "src/provider/self_service/account_page_routes.ts",
    find: 'if (fields.get("csrf") !== formMarkOf(person)) {',
    replace: 'if (fields.get("csrf") === formMarkOf({ accountId: "" })) {',
    test: forms,
  },
  {
    id: "fresh-sign-in-is-ones-own",
    promise: "What an application vouched for is no fresh sign-in to the account as a whole.",
    file: "src/provider/self_service/account_person.ts",
    find: 'method !== "handoff" && generation === account.signInGeneration',
    replace: "generation === account.signInGeneration",
    test: forms,
  },
  {
    id: "fresh-sign-in-of-this-generation",
    promise: "A sign-in of before sign-ins were ended is never fresh.",
    file: "src/provider/self_service/account_person.ts",
    find: 'method !== "handoff" && generation === account.signInGeneration',
    replace: 'method !== "handoff" && generation <= account.signInGeneration',
    test: forms,
  },
  {
    id: "password-by-the-one-before",
    promise: "Nobody sets another password in an open session without the one before.",
    file: "src/provider/self_service/password_page.ts",
    find: "await proveCurrent(deps, person, { login: email, password: current, ...origin });",
    replace: "",
    test: changes,
  },
  {
    id: "own-password-ends-other-sessions",
    promise: "A password that a person changes on their page signs them out everywhere else, at once.",
    file: "src/provider/self_service/password_page.ts",
    find: "await endSignIns(trx, { accountId, reason: set.type, actor, keptSessionUid }, now);",
    replace: "void endSignIns;",
    test: changes,
  },
  {
    id: "own-data-tells-of-nobody-else",
    promise: "The file of a person's data does not say who administered, or from where.",
    file: "src/provider/self_service/own_data.ts",
    find: "...(own && address !== undefined ? { address } : {})",
    replace: "...(address !== undefined ? { address } : {})",
    test: data,
  },
  {
    id: "own-data-is-bounded",
    promise: "A person takes their data a bounded number of times an hour.",
    file: "src/provider/self_service/own_data.ts",
    find: "if (waitMs !== undefined) throw tooMany(waitMs);",
    replace: "void [waitMs, tooMany];",
    test: data,
  },
  {
    id: "last-factor-stays",
    promise: "Nobody removes the last second factor where an organization of theirs requires one.",
    file: "src/provider/factors/keep_factors.ts",
    find: "levels.some((level) => reaches(had, level) && !reaches(has, level))",
    replace: "levels.length < 0",
    test: "test/provider/self_service/factors_page.test.ts",
    name: "where an organization requires one",
  },
  {
    id: "first-app-ends-what-a-password-opened",
    promise:
      "Setting up the first authenticator app ends every other sign-in of the person: whoever stole one by the password does not keep it.",
    file: "src/provider/factors/enrol_totp.ts",
    find: "isFirst: !replaces && (await endSignInsOfBefore(trx, ended, now))",
    replace: "isFirst: ended.place === undefined && replaces",
    test: "test/provider/self_service/factors_page.test.ts",
    name: "the first app ends",
  },
  {
    id: "own-factors-fresh",
    promise: "A second factor is set up or removed, and recovery codes are made, after a fresh sign-in only.",
    file: "src/provider/self_service/factors_page.ts",
    find: "  return {\n    recent: true,",
    replace: "  return {",
    test: "test/provider/self_service/factors_page.test.ts",
    name: "each act takes a fresh sign-in",
  },
  {
    id: "own-password-fresh",
    promise: "A password is changed after a fresh sign-in only, with every factor the person has.",
    file: "src/provider/self_service/password_page.ts",
    find: "    recent: true,\n    act:",
    replace: "    act:",
    test: "test/provider/self_service/own_changes.test.ts",
    name: "after a fresh sign-in alone",
  },
  {
    id: "own-acts-own-organizations",
    promise:
      "What back ends did in a person's name is told for the organizations their sign-in speaks for, and no others.",
    file: "src/audit/acts_store.ts",
    find: "rows.filter(({ tenant_id }) => of.tenantIds.includes(tenant_id)).flatMap(toAct)",
    replace: "rows.flatMap(toAct)",
    test: "test/provider/self_service/account.test.ts",
    name: "elsewhere",
  },
  {
    id: "language-leads-back-here",
    promise: "Choosing a language leads back to a page of this provider, never to another's.",
    file: "src/provider/edge/language_routes.ts",
    find: "if (url === undefined || url.origin !== origin || linkable(url.pathname) === undefined) {",
    replace: "if (url === undefined) {",
    test: "test/provider/interactions/language.test.ts",
    name: "leads",
  },
];
