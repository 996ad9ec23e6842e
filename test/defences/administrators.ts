// Owns the defences of who administers: administrators, API credentials, and what takes an owner.
import type { Defence } from "./defence.ts";

const store = "src/admin/administrators/administrator_store.ts";
const administrators = "test/admin/administrators/administrators.test.ts";
const context = "test/admin/administrators/administrator_context.test.ts";
const credentials = "test/admin/administrators/credentials.test.ts";
const walk = "test/security/deny_walk.test.ts";

export const defences: readonly Defence[] = [
  {
    id: "a-role-does-what-is-listed",
    promise: "An administrator may what the role lists, and nothing else.",
    faults: [],
    file: "src/admin/administrators/roles.ts",
    find: "return permissionsOf[role].includes(permission);",
    replace: "return true;",
    test: "test/admin/operations/rights.test.ts",
  },
  {
    id: "the-last-owner-stays",
    promise: "Of owners who take each other's rights at once, one who can sign in remains.",
    faults: [],
    file: store,
    find: 'await trx("administration").increment("changes", 1);',
    replace: "void trx;",
    test: administrators,
    name: "of several owners",
  },
  {
    id: "the-last-owner-is-not-disabled",
    promise: "The account of the last owner who can sign in is not disabled.",
    faults: [],
    file: "src/admin/operations/user_access.ts",
    find: "    await assertOwnerRemains(trx, account.id);\n",
    replace: "    void assertOwnerRemains;\n",
    test: administrators,
    name: "the last owner",
  },
  {
    id: "nobody-becomes-an-owner-by-a-password",
    promise:
      "Who may change people and applications may change no administrator, and no client that administers.",
    faults: [],
    file: "src/admin/administrators/permission_for.ts",
    find: "return (await touchesAdministration(db, input)) ? adminOwn : permission;",
    replace: "return (await touchesAdministration(db, input)) ? permission : permission;",
    test: administrators,
    name: "who may change",
  },
  {
    id: "a-promotion-has-its-own-password",
    promise:
      "Who knew an account's password, or was signed in with it, before its promotion administers nothing.",
    faults: [],
    file: "src/admin/operations/administrators.ts",
    find: "known && (await giveNewPassword(trx, known, passwordHash, act))",
    replace: "known && ((void giveNewPassword), { sessions: 1, grants: 0, tokens: 0 })",
    test: administrators,
    name: "whoever made the account",
  },
  {
    id: "no-password-slips-in-beside-a-promotion",
    promise:
      "An operator's new password for an account that becomes an administrator's meanwhile is refused.",
    faults: [],
    file: "src/admin/operations/user_access.ts",
    find: "    await assertPermitted(await permissionFor(trx, permission, { user: account.id }), act, trx);\n",
    replace: "    void assertPermitted;\n    void permissionFor;\n",
    test: administrators,
    name: "sets a password while its account becomes",
  },
  {
    id: "no-reset-slips-in-beside-a-promotion",
    promise: "Who becomes an administrator while an operator takes their second factors away keeps them.",
    faults: [],
    file: "src/admin/operations/user_factors.ts",
    find: "    await assertPermitted(await permissionFor(trx, permission, { user: accountId }), act, trx);\n",
    replace: "    void [assertPermitted, permissionFor];\n",
    test: administrators,
    name: "resets the factors while its account becomes",
  },
  {
    id: "no-passkey-removal-slips-in-beside-a-promotion",
    promise: "Who becomes an administrator while an operator removes a passkey of theirs keeps it.",
    faults: [],
    file: "src/admin/operations/user_passkeys.ts",
    find: "    await assertPermitted(await permissionFor(trx, permission, { user: accountId }), act, trx);\n",
    replace: "    void [assertPermitted, permissionFor];\n",
    test: administrators,
    name: "removes a passkey while its account becomes",
  },
  {
    id: "a-back-end-vouches-for-no-administrator",
    promise: "A session that an application's back end vouched for administers nothing.",
    faults: [],
    file: "src/admin/administrators/administering_login.ts",
    find: '.filter(({ method }) => method === "password")',
    replace: ".filter(({ method }) => method.length > 0)",
    test: context,
    name: "opens nothing where a back end vouched",
  },
  {
    id: "a-signed-out-administrator-acts-no-more",
    promise:
      "An administrator who is signed out, on whichever instance, loses their right in the middle of an act.",
    faults: [],
    file: store,
    find: "if (session?.accountId !== accountId || (session.exp ?? 0) * 1000 <= now.getTime()) return undefined;",
    replace: "void session; void now;",
    test: context,
    name: "the session is gone|expired",
  },
  {
    id: "a-revoked-credential-opens-nothing",
    promise: "The key of a credential that was revoked or has expired opens nothing.",
    faults: [],
    file: "src/admin/administrators/credential_store.ts",
    find: "c.revoked_at_ms is null and c.expires_at_ms > ?",
    replace: "c.expires_at_ms > ? - 86400000",
    test: walk,
  },
  {
    id: "a-credential-of-a-tenant-stays-in-it",
    promise: "A credential of one tenant sees and changes nothing beyond it.",
    faults: [],
    file: "src/admin/operations/entry.ts",
    find: "withinTenant(spec, context.tenantId, input)",
    replace: "(void withinTenant, input)",
    test: walk,
  },
  {
    id: "a-credential-of-a-tenant-sees-no-other-membership",
    promise: "A credential of one tenant is not told to which other tenants people belong.",
    faults: [],
    file: "src/admin/operations/within.ts",
    find: 'Reflect.get(Object(one), "tenantId") === there.tenantId)',
    replace: "one !== there.tenantId)",
    test: credentials,
    name: "gets its part of every list",
  },
];
