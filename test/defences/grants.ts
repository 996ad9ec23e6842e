// The defences of minting, of just-in-time users, and of what a client may do for whom.
import type { Defence } from "./defence.ts";

export const defences: readonly Defence[] = [
  {
    id: "right-has-its-own-tenants",
    promise: "A client's right to mint, to hand over logins or to search holds for its own tenants only.",
    faults: ["S14"],
    cve: [16],
    file: "src/provider/clients/tenant_rights.ts",
    find: "return textsOf(memberOf(client, tenantsMember[right]));",
    replace: "return tenantRights.flatMap((one) => textsOf(memberOf(client, tenantsMember[one])));",
    test: "test/security/rights_per_tenant.test.ts",
  },
  {
    id: "mint-for-named-tenants",
    promise: "A client mints only for the tenants it was registered to mint for.",
    faults: ["S14"],
    cve: [8, 16],
    file: "src/provider/grants/asserted_subject.ts",
    find: '  assertMayActFor(client, "mint", tenantId);\n',
    replace: "",
    test: "test/security/rights_per_tenant.test.ts",
  },
  {
    id: "search-for-named-tenants",
    promise: "A client searches only for the tenants it was registered to search for.",
    faults: ["S14"],
    cve: [8, 16],
    file: "src/admin/search_routes.ts",
    find: '    assertTenantAllowed(caller, "search", tenantId);\n',
    replace: "",
    test: "test/security/rights_per_tenant.test.ts",
  },
  {
    id: "handoff-for-named-tenants",
    promise: "A client answers login challenges only for the tenants it was registered to hand over for.",
    faults: ["S14"],
    cve: [8, 16],
    file: "src/admin/operations/login_challenges.ts",
    find: '  assertTenantAllowed(context.caller, "handoff", login.tenant);\n',
    replace: "",
    test: "test/security/rights_per_tenant.test.ts",
  },
  {
    id: "old-list-read-narrowly",
    promise: "A client with one list for several rights never gets every tenant from a * beside names.",
    faults: ["S14"],
    file: "src/provider/clients/tenant_rights.ts",
    find: "return held.length > 1 && named.length > 0 ? named : allowed;",
    replace: "return allowed;",
    test: "test/provider/clients/tenant_rights.test.ts",
  },
];
