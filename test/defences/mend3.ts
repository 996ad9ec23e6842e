// Owns the defences of rights that are taken from clients, tenants and whole accounts.
import type { Defence } from "./defence.ts";

const test = "test/security/taken_from_whole.test.ts";

export const defences: readonly Defence[] = [
  {
    id: "disabled-client-is-not-served",
    promise: "A client that was disabled proves itself nowhere, at once and on every instance.",
    faults: ["S2"],
    file: "src/provider/clients/client_store.ts",
    find: "and disabled_at_ms is null and deleted_at_ms is null`",
    replace: "and deleted_at_ms is null`",
    test,
    name: "a disabled client opens nothing",
  },
  {
    id: "disabled-client-records-end",
    promise: "What a client was given ends when the client is disabled, and does not come back.",
    faults: ["S2"],
    file: "src/provider/storage/ended_records.ts",
    find: '"end_client_named", "client_id = ?"',
    replace: '"end_client_named", "client_id = ? and false"',
    test,
    name: "a disabled client opens nothing",
  },
  {
    id: "vouchers-of-a-disabled-client-end",
    promise: "Logins a client vouched for open nothing once the client is disabled.",
    faults: ["S2"],
    file: "src/provider/sessions/end_rights_store.ts",
    find: `.where("client_id", clientId).delete()`,
    replace: `.where("client_id", "").delete()`,
    test,
    name: "the ISV vouched for",
  },
  {
    id: "reopened-tenant-needs-a-new-login",
    promise: "A tenant that was disabled and enabled again is opened by no login of before.",
    faults: ["S2"],
    file: "src/provider/sessions/voucher.ts",
    find: "opensTenant(voucher, tenant) && isSinceReopening(voucher, tenant)",
    replace: "opensTenant(voucher, tenant)",
    test,
    name: "each of its people signs in anew",
  },
  {
    id: "reopened-tenant-has-nobody-present",
    promise: "After a tenant was disabled, no back end acts for its people until they sign in again.",
    faults: ["S2"],
    file: "src/provider/sessions/end_rights_store.ts",
    find: "last_login_at_ms: null",
    replace: "role: db.ref('role')",
    test,
    name: "each of its people signs in anew",
  },
  {
    id: "erased-person-leaves-no-address",
    promise: "Of a person who was deleted the audit trail keeps an id, and no address and no name.",
    faults: ["S2"],
    file: "src/audit/personal_details.ts",
    find: `accountId !== null && personalDetails.includes(name);`,
    replace: `accountId === name && personalDetails.includes(name);`,
    test,
    name: "of a deleted person",
  },
  {
    id: "nobody-proved-to-be-a-public-client",
    promise:
      "The audit trail names no public client as the actor of a refused request: anybody may say to be it.",
    faults: ["S8"],
    file: "src/provider/assembly/answer_record.ts",
    find: `oidc.client?.clientAuthMethod === "none" ? "nobody" : `,
    replace: "",
    test: "test/audit/token_events.test.ts",
    name: "a stranger at a public client",
  },
];
