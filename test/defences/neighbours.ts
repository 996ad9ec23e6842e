// The defences of what one customer's back end, or its user's browser, learns of another customer's people.
import type { Defence } from "./defence.ts";

const test = "test/security/neighbours_people.test.ts";
const cve = [8];

export const defences: readonly Defence[] = [
  {
    id: "said-for-one-tenant-only",
    promise:
      "The address one customer was told of a person is in no other customer's token, page or list of people.",
    cve,
    file: "src/provider/tenants/person_in_tenant.ts",
    find: "return membership?.email ?? (account.externalAtMs === null ? account.email : null);",
    replace: "return membership?.email ?? account.email;",
    test,
  },
  {
    id: "account-page-of-this-browsers-tenants",
    promise: "The account page shows the address that the customers of this browser know.",
    cve,
    file: "src/provider/self_service/overview_page.ts",
    find: "const { name, email } = shownPerson(account, memberships);",
    replace: "const name = account.name ?? undefined;\n    const email = account.email ?? undefined;",
    test,
  },
  {
    id: "tenant-page-of-offered-tenants",
    promise:
      "The page on which a person chooses an organization shows an address only if all of these know it.",
    cve,
    file: "src/provider/interactions/tenant_page.ts",
    find: "accountEmail: account && shownPerson(account, offered).email,",
    replace: "accountEmail: account?.email ?? undefined,",
    test,
  },
  {
    id: "administrators-are-nobodys-users",
    promise: "No back end makes an administrator of the installation a customer's user.",
    cve,
    file: "src/provider/tenants/attachment.ts",
    find: "!administers && needed.every(mayActFor)",
    replace: "needed.every(mayActFor)",
    test: "test/provider/tenants/attachment.test.ts",
  },
  {
    id: "bound-callers-read-their-tenants-people",
    promise: "Who is bound to one customer reads no address that another customer was told.",
    cve,
    file: "src/admin/operations/within.ts",
    find: "isUser(told) ? personThere(told, there) : told",
    replace: "told",
    test: "test/admin/administrators/credentials.test.ts",
  },
  {
    id: "former-tenants-count",
    promise: "Who was removed from one customer can be taken over by no other customer's client.",
    cve,
    file: "src/provider/tenants/attachment.ts",
    find: "const places = [...memberOf, ...formerlyOf];",
    replace: "const places = [...memberOf];",
    test,
  },
  {
    id: "removal-is-remembered",
    promise: "Removing a member keeps which customer the account belonged to.",
    cve,
    file: "src/provider/tenants/membership_store.ts",
    find: "  if (ended === 0) return false;\n",
    replace: "  if (ended >= 0) return ended > 0;\n",
    test,
  },
  {
    id: "no-oracle-where-users-are-kept-here",
    promise:
      "Where a customer's users are kept here, an assertion for somebody else's user and one for nobody get one answer.",
    cve,
    file: "src/provider/accounts/provisioning.ts",
    find: "if (account === undefined || membership === undefined) throw noMember(tenant);",
    replace:
      'if (account === undefined) throw new OperationError("account_not_found", "None has this subject.");',
    test,
  },
  {
    id: "nothing-told-before-the-right",
    promise: "Whether another customer's user is disabled is told to no client that may not act for them.",
    cve,
    file: "src/provider/accounts/provisioning.ts",
    find: "  const { memberOf, formerlyOf, administers } = known;\n",
    replace: "  assertEnabled(account);\n  const { memberOf, formerlyOf, administers } = known;\n",
    test,
  },
  {
    id: "challenge-for-its-tenants-clients",
    promise:
      "A sign-in that names a customer is read, accepted and rejected only by clients that may act for this customer.",
    cve,
    file: "src/provider/handoff/login_handoff.ts",
    find: "if (named === undefined || actor.mayActFor(named)) continue;",
    replace: "if (named !== undefined) continue;",
    test,
  },
  {
    id: "rejection-leads-nowhere",
    promise: "The words a back end rejects a sign-in with name no web address and hold no markup.",
    file: "src/admin/operations/login_challenges.ts",
    find: "/^(?!.*(?:\\/\\/|www\\.|[<>]))/i",
    replace: "/^/",
    test,
  },
  {
    id: "one-organizations-acts-in-its-trail",
    promise:
      "What an organization's administrators or its credentials do to a person stands in that organization's trail, and in no other's.",
    cve,
    file: "src/admin/operations/entry.ts",
    find: "own === undefined ? tenantIds : [own]",
    replace: "own === '' ? [own] : tenantIds",
    test: "test/portal/calls.test.ts",
    name: "that one alone",
  },
  {
    id: "portal-acts-for-one-organization",
    promise: "Whatever the portal calls is an act of the organization whose administrator asked.",
    cve,
    file: "src/portal/calls.ts",
    find: ", inNameOf: tenantId }",
    replace: " }",
    test: "test/portal/calls.test.ts",
    name: "that one alone",
  },
  {
    id: "invitation-told-where-it-is-to",
    promise: "An invitation to one organization is told in no other's trail, whoever sent it.",
    cve,
    file: "src/admin/operations/invitation.ts",
    find: "tenantId === undefined ? await listTenantIdsOfAccount(trx, accountId) : [tenantId];",
    replace: "await listTenantIdsOfAccount(trx, accountId);",
    test: "test/provider/links/invitation.test.ts",
    name: "no other's trail",
  },
];
