// The defences of who a person is: another address is nobody's proof, and nobody else's name; and who administers an
// organization.
import type { Defence } from "./defence.ts";

const anotherAddress = "test/security/another_address.test.ts";
const lastAdmin = "test/admin/operations/last_admin.test.ts";
const userUpdate = "test/admin/operations/user_update.test.ts";

export const defences: readonly Defence[] = [
  {
    id: "another-address-begins-unproven",
    promise: "No token carries a person's new address until somebody vouches for it.",
    file: "src/admin/operations/user_update.ts",
    find: "emailVerified ?? (!moves && wasProven)",
    replace: "emailVerified ?? wasProven",
    test: anotherAddress,
    name: "no token carries it",
  },
  {
    id: "another-address-ends-sign-ins",
    promise:
      "What a person held under one address, codes, tokens and sessions, opens nothing under the next.",
    file: "src/admin/operations/user_update.ts",
    find: "return endSignIns(trx, { accountId, reason, actor: act.actor }, act.now);",
    replace:
      "return reason === null ? endSignIns(trx, { accountId, reason, actor: act.actor }, act.now) : undefined;",
    test: "test/security/taken_away.test.ts",
    name: "another address",
  },
  {
    id: "another-address-is-no-presence",
    promise: "A login of before lets no back end act for who a person is by another address.",
    file: "src/admin/operations/user_update.ts",
    find: "  await forgetLastLogins(trx, accountId);\n",
    replace: "  void forgetLastLogins;\n",
    test: anotherAddress,
    name: "a login of before",
  },
  {
    id: "another-address-has-agreed-to-nothing",
    promise: "What a person let applications do while away is taken back when their address changes.",
    file: "src/admin/operations/user_update.ts",
    find: "  await revokeOfflineConsentsOf(trx, { accountId }, act.now);\n",
    replace: "  void revokeOfflineConsentsOf;\n",
    test: anotherAddress,
    name: "an agreement of before",
  },
  {
    id: "agreement-form-of-an-ended-sign-in",
    promise: "A form in which a person agrees gives nothing once the sign-in it was opened with was ended.",
    file: "src/provider/self_service/agreements.ts",
    find: "if (account?.signInGeneration !== person.signInGeneration) return undefined;",
    replace: "void account;",
    test: anotherAddress,
    name: "an agreement of before",
  },
  {
    id: "another-address-is-no-id",
    promise: "Nobody is given an address that is the id of another account.",
    file: "src/provider/accounts/account_address_store.ts",
    find: "if (await isIdOfAnother(trx, email, id))",
    replace: "if (id === '' && (await isIdOfAnother(trx, email, id)))",
    test: userUpdate,
    name: "nobody gets the name",
  },
  {
    id: "one-address-one-person-of-a-tenant",
    promise:
      "Nobody is given an address that another member of one of their tenants has: at AWS both would be one person.",
    file: "src/provider/accounts/account_address_store.ts",
    find: "    if (others.length === 0) continue;\n",
    replace: "    if (others.length < 999) continue;\n",
    test: userUpdate,
    name: "nobody gets the name",
  },
  {
    id: "address-of-an-administrator",
    promise: "Who becomes an administrator while a change of their address waits is an owner's to change.",
    file: "src/admin/operations/user_update.ts",
    find: "    await assertPermitted(await permissionFor(trx, adminChange, { user: id }), act, trx);\n",
    replace: "    void [permissionFor, assertPermitted];\n",
    test: userUpdate,
    name: "promoted meanwhile",
  },
  {
    id: "last-admin-stays",
    promise:
      "An organization is not left without an administrator who can sign in, unless whoever does it says so.",
    file: "src/provider/sessions/last_admin.ts",
    find: "  if (alone.length === 0 || allowed) return alone;\n",
    replace: "  if (alone.length < 999 || allowed) return alone;\n",
    test: lastAdmin,
  },
  {
    id: "last-admin-of-two-at-once",
    promise:
      "Of two administrators of an organization who are taken away at once, on two instances, one stays.",
    file: "src/provider/sessions/last_admin.ts",
    find: "  for (const tenantId of held) await lockTenant(trx, tenantId);\n",
    replace: "  void held;\n",
    test: lastAdmin,
    name: "of two who are taken away",
  },
  {
    id: "last-admin-asleep-is-none",
    promise: "An administrator whose account is disabled does not count as one who is left.",
    file: "src/provider/tenants/tenant_admin_store.ts",
    find: "join accounts b on b.id = o.account_id and b.disabled_at_ms is null",
    replace: "join accounts b on b.id = o.account_id",
    test: lastAdmin,
    name: "is refused, leaves nothing",
  },
  {
    id: "data-of-a-person-without-hashes",
    promise: "What is told of a person on request holds no hash of what was typed at a sign-in.",
    file: "src/admin/operations/user_data.ts",
    find: "rows.map(({ loginHash: _, ...event }) => event)",
    replace: "rows as typeof rows",
    test: "test/docs/person_data.test.ts",
    name: "each column of them",
  },
];
