// Owns the defences of the console: who signs in, how long, from which page, under which name.
import type { Defence } from "./defence.ts";

const signIn = "test/console/sign_in.test.ts";
const firstStart = "test/console/first_start.test.ts";

export const defences: readonly Defence[] = [
  {
    id: "console-host-pinned",
    promise:
      "The console answers under its own host name alone, so that no rebound name reads it through an administrator's browser.",
    file: "src/console/edge/origin.ts",
    find: '} : "refuse";',
    replace: '} : "serve";',
    test: signIn,
    name: "rebinding",
  },
  {
    id: "console-own-answers-only",
    promise: "A sign-in to the console ends in the browser that began it, and in no other.",
    file: "src/console/sign_in/sign_in_routes.ts",
    find: 'if (pending === undefined || !isAnswerTo(pending, answer.get("state"))) throw over();',
    replace: "if (pending === undefined) throw over();",
    test: signIn,
    name: "by its own verifier",
  },
  {
    id: "console-code-by-its-verifier",
    promise: "The code of a sign-in to the console is worth nothing without what its browser kept.",
    file: "src/console/sign_in/redeem_code.ts",
    find: 'if (found.codeChallengeMethod !== "S256" || found.codeChallenge !== codeChallengeOf(verifier))',
    replace: 'if (found.codeChallengeMethod !== "S256" || codeChallengeOf(verifier) === "")',
    test: signIn,
    name: "by its own verifier",
  },
  {
    id: "console-role-at-every-request",
    promise: "An administrator's role is asked of the store at every request to the console.",
    file: "src/console/place_routes.ts",
    find: "const role = await administratorSignedIn(deps.db, signIn, now);",
    replace: 'const role = "owner" as "owner" | undefined;',
    test: signIn,
    name: "at the next request",
  },
  {
    id: "console-session-lifetimes",
    promise: "A session of the console ends after thirty minutes unused, and after twelve hours in any case.",
    file: "src/console/sign_in/console_session.ts",
    find: "return nowMs < session.expiresAtMs && nowMs < session.usedAtMs + idleMs;",
    replace: "return nowMs < session.expiresAtMs || idleMs > 0;",
    test: signIn,
    name: "nobody uses it",
  },
  {
    id: "console-forms-of-this-sign-in",
    promise: "A form of the console is taken with the token of the session that it is sent in.",
    file: "src/console/place_routes.ts",
    find: "if (id !== undefined && isOwnToken(id, token)) return;",
    replace: "if (id !== undefined || token === undefined) return;",
    test: signIn,
    name: "own page alone",
  },
  {
    id: "console-ways-back-are-its-own",
    promise:
      "The way back from a sign-in to the console leads to a page of the console, whatever a cookie says.",
    file: "src/console/sign_in/pending_sign_in.ts",
    find: "return { state, verifier, to: consolePath(to) };",
    replace: "return { state, verifier, to };",
    test: signIn,
    name: "leads nowhere",
  },
  {
    id: "console-planted-twice",
    promise: "Of two session cookies of one name neither counts.",
    file: "src/console/edge/cookies.ts",
    find: 'return others.length === 0 && /^[\\w.~-]{1,3000}$/.test(value ?? "") ? value : undefined;',
    replace:
      'return others.length < 2 && /^[\\w.~-]{1,3000}$/.test(others[0] ?? value ?? "") ? (others[0] ?? value) : undefined;',
    test: signIn,
    name: "planted",
  },
  {
    id: "console-roles-open-places",
    promise: "Each address of the console opens to the roles of its operation, to look at and to send.",
    file: "src/console/place_routes.ts",
    find: "if (may(visit, place.operation)) return visit;",
    replace: "if (may(visit, place.operation) || place.act !== undefined) return visit;",
    test: "test/console/roles.test.ts",
    name: "auditor",
  },
  {
    id: "console-by-password-alone",
    promise: "What an application's back end vouches for opens no administration.",
    file: "src/console/sign_in/console_session.ts",
    find: 'vouchers.filter(({ method }) => method === "password")',
    replace: "vouchers.filter(({ method }) => method !== undefined)",
    test: "test/console/console_session.test.ts",
  },
  {
    id: "first-link-while-no-owner",
    promise:
      "The link of the first start opens nothing once there is an owner, whichever way they became one.",
    file: "src/admin/administrators/first_link_store.ts",
    find: "     and not exists (select 1 from administrators where role = 'owner')`,",
    replace: "     `,",
    test: firstStart,
    name: "sqlite|another way",
  },
  {
    id: "first-link-ends",
    promise: "The link of the first start ends after an hour.",
    file: "src/admin/administrators/first_link_store.ts",
    find: "where secret_hash = ? and expires_at_ms > ?\n     and not exists (select 1 from administrators where role = 'owner')`",
    replace:
      "where secret_hash = ? and (expires_at_ms > ? or true)\n     and not exists (select 1 from administrators where role = 'owner')`",
    test: firstStart,
    name: "sqlite",
  },
  {
    id: "first-link-one-owner",
    promise: "Of any number of links, on any number of instances at once, one makes an owner.",
    file: "src/admin/administrators/administrator_store.ts",
    find: 'if (role === "owner") await holdAdministration(trx);',
    replace: "",
    test: firstStart,
    name: "many at once",
  },
  {
    id: "first-link-own-page",
    promise:
      "The link of the first start is used by the console's own page alone, and by no other site's form.",
    file: "src/console/first_start/first_start_routes.ts",
    find: "assertOwnForm(ctx.req, deps.adminUrl);",
    replace: "",
    test: firstStart,
    name: "sqlite",
  },
  {
    id: "first-link-told-to-nobody",
    promise: "The address with the secret of the first start is told to no other page.",
    file: "src/console/first_start/first_start_routes.ts",
    find: 'ctx.set("Referrer-Policy", "no-referrer");',
    replace: "",
    test: firstStart,
    name: "sqlite",
  },
  {
    id: "first-link-printed-to-people",
    promise:
      "The secret of the first start is printed for a person to read, and stands in no program's output and no log.",
    file: "src/cli/first_start.ts",
    find: "if (consoleUrl === undefined || terminal.json) {",
    replace: "if (consoleUrl === undefined) {",
    test: "test/cli/first_start.test.ts",
  },
];
