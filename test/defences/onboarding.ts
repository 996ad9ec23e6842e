// Owns the defences of the link to a customer's onboarding, and of what it opens.
import type { Defence } from "./defence.ts";

const test = "test/security/onboarding_link.test.ts";

export const defences: readonly Defence[] = [
  {
    id: "onboarding-link-used-once",
    promise: "Of any number of browsers, on any number of instances, one uses an onboarding link.",
    cve: [],
    file: "src/onboarding/link/link_store.ts",
    find: "and (opened_at_ms is null or (browser_hash = ? and opened_at_ms > ?)) and",
    replace: "and (opened_at_ms is null or browser_hash <> ? or opened_at_ms > ?) and",
    test,
    name: "of two browsers",
  },
  {
    id: "onboarding-link-ends-with-its-tenant",
    promise:
      "Whatever ends a tenant, for a moment too, ends its onboarding link and the browser that holds it.",
    cve: [],
    file: "src/onboarding/link/link_store.ts",
    find: "and t.disabled_at_ms is null and t.generation = tenant_generation)`;",
    replace: ")`;",
    test,
    name: "disabling the tenant",
  },
  {
    id: "onboarding-link-fresh-session",
    promise: "What a browser brought before it used the link opens nothing: nobody plants the session.",
    cve: [],
    file: "src/admin/operations/onboarding_links.ts",
    find: "const session = store.generateSecret();",
    replace: "const session = browser;",
    test,
    name: "what a browser brought",
  },
  {
    id: "onboarding-link-own-calls",
    promise:
      "Whoever holds an onboarding link reads and changes nothing of people, domains, rules and activity.",
    cve: [],
    file: "src/portal/calls.ts",
    find: "if (!linkCalls.has(operation.entry.name)) throw notTheirs();",
    replace: "",
    test: "test/portal/calls.test.ts",
  },
  {
    id: "onboarding-form-own",
    promise: "A form of another site enters nothing in the name of whoever holds an onboarding link.",
    cve: [],
    file: "src/portal/setup_link_routes.ts",
    find: "assertOwnForm(ctx.req, new URL(deps.issuer).origin);\n      // Who holds nothing is not read.",
    replace: "// Who holds nothing is not read.",
    test,
    name: "a form from another site",
  },
  {
    id: "onboarding-secret-dropped",
    promise: "A token or key that was pasted among the details is not said back.",
    cve: [],
    file: "src/portal/setup_pages.ts",
    find: 'return dropped.length === 0 ? typed : text.includes("\\n") ? text : "";',
    replace: "return dropped.length < 99 ? typed : text;",
    test,
    name: "a token that was pasted",
  },
  {
    id: "onboarding-replaces-its-own",
    promise: "An onboarding link replaces no data accessor that was entered otherwise.",
    cve: [],
    file: "src/admin/operations/onboarding_details.ts",
    find: "if (before.createdAtMs !== enteredAtMs) {",
    replace: "if (before.createdAtMs === enteredAtMs && before.createdAtMs < 0) {",
    test,
    name: "was entered otherwise",
  },
  {
    id: "onboarding-tests-bounded",
    promise: "An onboarding is tested a bounded number of times an hour, as whomever.",
    cve: [],
    file: "src/onboarding/link/progress_store.ts",
    find: "{testsAnHour})",
    replace: "{testsAnHour * 99})",
    test,
    name: "tests are bounded",
  },
];
