// Owns the defences of what ends with a right, or with who held it, and must not come back when either does.
import type { Defence } from "./defence.ts";

const test = "test/security/given_back.test.ts";

export const defences: readonly Defence[] = [
  {
    id: "first-party-grants-are-no-consent",
    promise:
      "What the ISV's own application was let do without asking ends when it becomes a third party's: people are asked.",
    file: "src/admin/operations/client_taken.ts",
    find: "const ended = isForeign || isOpened",
    replace: "const ended = isOpened",
    test,
    name: "nobody's consent",
  },
  {
    id: "agreements-end-with-the-right",
    promise:
      "What people let a client do while they are away does not come back with the client's right for the tenant.",
    file: "src/admin/operations/client_taken.ts",
    find: "const consents = await endAgreements(trx, clientId, agreements, now);",
    replace:
      "const consents = agreements === undefined && now ? await endAgreements(trx, clientId, agreements, now) : 0;",
    test,
  },
  {
    id: "vouched-sign-in-under-way-ends-with-the-right",
    promise: "A login that waits in a sign-in under way is none when its client gets the tenant back.",
    file: "src/provider/sessions/end_rights_store.ts",
    find: "    await deleteSignInsVouchedBy(db, tenantId, clientId);\n",
    replace: "",
    test,
    name: "waiting in a sign-in under way",
  },
  {
    id: "pushed-request-of-its-client",
    promise: "A pushed request ends with its client, and is none of the client that is registered anew.",
    file: "src/provider/storage/adapter.ts",
    find: '  if (model === "PushedAuthorizationRequest") return ofWhoPushed(payload);\n',
    replace: '  if (model === "PushedAuthorizationRequests") return ofWhoPushed(payload);\n',
    test: "test/provider/pushed_requests.test.ts",
    name: "ends with its client",
  },
  {
    id: "kept-answers-are-of-one-client",
    promise:
      "What a client was answered is not told again to the client that is registered under its id afterwards.",
    file: "src/admin/repeats/repeated_call.ts",
    find: "...(generation === 0 ? [] : [String(generation)])",
    replace: "...(generation >= 0 ? [] : [String(generation)])",
    test: "test/admin/repeats/repeated_calls.test.ts",
  },
  {
    id: "consent-taken-back-ends",
    promise:
      "What a person takes back on the account page ends at once: the back end gets nothing for them any more.",
    file: "src/provider/self_service/agreements.ts",
    find: "else await revokeOfflineConsent(trx, key, now);",
    replace: "else if (key === undefined) await revokeOfflineConsent(trx, key, now);",
    test: "test/provider/self_service/account.test.ts",
    name: "follows at once",
  },
];
