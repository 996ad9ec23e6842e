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
    file: "src/admin/operations/client_taken.ts",
    find: "...differ(had, has), ...differ(has, had)",
    replace: "...differ(had, has)",
    test: "test/security/taken_from_client.test.ts",
    name: "a tenant that was taken",
  },
  {
    id: "retired-key-ends-its-tokens",
    promise: "With a retired key end the access tokens that it got for the client.",
    file: "src/admin/operations/client_taken.ts",
    find: "keys?.taken || isLost",
    replace: "isLost",
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
  {
    id: "no-secret-is-left-behind",
    promise:
      "A client that proves itself otherwise keeps no secret, and gets another if it is given one again.",
    file: "src/admin/operations/client_proof.ts",
    find: 'if (!method.startsWith("client_secret_")) return { metadata: without, forgets: true };',
    replace:
      'if (!method.startsWith("client_secret_")) return { metadata: after, forgets: without === after };',
    test: "test/security/taken_from_client.test.ts",
    name: "what it proved itself with",
  },
  {
    id: "a-new-proof-ends-its-tokens",
    promise: "With what a client proved itself with end the access tokens that it got by it.",
    file: "src/admin/operations/client_taken.ts",
    find: " || proofOf(before) !== proofOf(after)",
    replace: "",
    test: "test/security/taken_from_client.test.ts",
    name: "what it proved itself with",
  },
  {
    id: "no-proof-ends-all",
    promise: "What was given to a client that proved itself ends when it has to prove nothing any more.",
    file: "src/admin/operations/client_taken.ts",
    find: "isForeign || isOpened || (login",
    replace: "isForeign || (login",
    test: "test/security/taken_from_client.test.ts",
    name: "of one that proves itself no more",
  },
  {
    id: "no-proof-no-introspection",
    promise: "A client that asks for itself at an API, or about its tokens, cannot come to prove nothing.",
    file: "src/admin/operations/client_proof.ts",
    find: 'if (method === "none") assertNeedsNoProof(rights);',
    replace: "void assertNeedsNoProof, rights;",
    test: "test/admin/operations/client_update.test.ts",
    name: "who proves nothing",
  },
  {
    id: "bound-as-registered-when-used",
    promise:
      "A token that is bound to a key otherwise than its client must have it counts nowhere, however late it was written.",
    file: "src/provider/library/token_binding.ts",
    find: "client === undefined || isBoundAsRegistered(client, token)",
    replace: "client === undefined || isBoundAsRegistered !== undefined",
    test: "test/provider/key_bound_tokens.test.ts",
    name: "where that changes",
  },
  {
    id: "bound-otherwise-ends",
    promise:
      "Tokens that are bound to a key otherwise than their client must have it now do not come back with the choice.",
    file: "src/admin/operations/client_taken.ts",
    find: "tokens === undefined ? 0 : await endTokensByBinding",
    replace: "tokens === undefined || clientId ? 0 : await endTokensByBinding",
    test: "test/provider/key_bound_tokens.test.ts",
    name: "where that changes",
  },
];
