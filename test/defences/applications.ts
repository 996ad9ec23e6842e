// Owns the defences of what operators change of an application: who changes what they read, what a client proves itself
// with, what is taken from it.
import type { Defence } from "./defence.ts";

export const defences: readonly Defence[] = [
  {
    id: "if-match-under-the-lock",
    promise:
      "Of two changes that name the same state by If-Match one is done; the other is told and writes nothing.",
    file: "src/provider/tenants/tenant_store.ts",
    find: ".forUpdate()",
    replace: "",
    test: "test/admin/if_match.test.ts",
    name: "one wins",
  },
  {
    id: "code-for-a-former-address",
    promise:
      "A code that went to an address which was taken from the client is worth nothing, also if it was written late.",
    file: "src/provider/assembly/account_finder.ts",
    find: "    assertReturnsStill(ctx.oidc.client, token);\n",
    replace: "",
    test: "test/security/taken_from_client.test.ts",
    name: "returns nowhere",
  },
  {
    id: "sign-in-to-a-former-address",
    promise:
      "A sign-in under way to an address that was taken from the client meanwhile ends here, without a code.",
    file: "src/provider/assembly/bind_tenant_to_login.ts",
    find: 'typeof returnsTo === "string" && !client',
    replace: 'typeof returnsTo === "number" && !client',
    test: "test/security/taken_from_client.test.ts",
    name: "returns nowhere",
  },
  {
    id: "error-to-a-former-address",
    promise: "Nor is a browser sent with an error to an address that was taken from the client meanwhile.",
    file: "src/provider/library/internals.ts",
    find: 'this.route !== "resume" && asked',
    replace: "asked",
    test: "test/security/taken_from_client.test.ts",
    name: "returns nowhere",
  },
  {
    id: "vouched-for-a-former-tenant",
    promise:
      "What a client vouched for of a tenant that was taken from it opens nothing, also if it was written late.",
    file: "src/provider/sessions/voucher_store.ts",
    find: ".vouches_for is null or",
    replace: ".client_id is not null or",
    test: "test/security/taken_from_client.test.ts",
    name: "a tenant that was taken",
  },
  {
    id: "given-back-brings-nothing-back",
    promise:
      "A tenant that is given back to a client brings back nothing that the client had vouched for before.",
    file: "src/admin/operations/client_update.ts",
    find: "...differ(had, has), ...differ(has, had)",
    replace: "...differ(had, has)",
    test: "test/security/taken_from_client.test.ts",
    name: "a tenant that was taken",
  },
  {
    id: "retired-key-ends-its-tokens",
    promise: "With a retired key end the access tokens that it got for the client.",
    file: "src/admin/operations/client_update.ts",
    find: "keys?.taken || isLess",
    replace: "isLess",
    test: "test/security/taken_from_client.test.ts",
    name: "a retired key",
  },
  {
    id: "client-changes-one-after-the-other",
    promise: "Of changes to a client at the same moment none undoes another.",
    file: "src/admin/operations/client_update.ts",
    find: "    await store.lockClient(trx, clientId);\n",
    replace: "",
    test: "test/admin/operations/client_update.test.ts",
    name: "none is lost",
  },
  {
    id: "former-secret-ends",
    promise: "A secret that was replaced counts until the end of its overlap and not a moment longer.",
    file: "src/provider/clients/client_secret.ts",
    find: "former !== undefined && nowMs < former.untilMs",
    replace: "former !== undefined",
    test: "test/provider/clients/secret_overlap.test.ts",
    name: "a secret before",
  },
  {
    id: "old-secret-ends-with-its-tokens",
    promise: "With an old secret that is ended ahead of its time end the access tokens it got.",
    file: "src/admin/operations/client_secrets.ts",
    find: 'client.metadata, act.now, "own tokens");',
    replace:
      'client.metadata, act.now, "nothing");\n    if (clientId !== "") return { client: await viewClient(trx, clientId), ended: { tokens: 0 } };',
    test: "test/provider/clients/secret_overlap.test.ts",
    name: "ended early",
  },
];
