// Owns the defences of what operators change of an application: who changes what they read, what a client proves itself
// with, what is taken from it.
import type { Defence } from "./defence.ts";

export const defences: readonly Defence[] = [
  {
    id: "if-match-under-the-lock",
    promise:
      "Of two changes that name the same state by If-Match one is done; the other is told and writes nothing.",
    file: "src/provider/tenants/tenant_store.ts",
    find: `  await trx("tenants")
    .where("id", tenantId)
    .update({ updated_at_ms: trx.ref("updated_at_ms") });`,
    replace: '  await trx.raw("select 1", [tenantId].slice(1));',
    test: "test/admin/if_match.test.ts",
    name: "one wins",
  },
];
