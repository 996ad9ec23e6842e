// Owns the operations on the domains of tenants, and their trail. The rules are in provider/tenants.
import { z } from "zod";
import { OperationError } from "../../errors.ts";
import { parseDomainName } from "../../provider/tenants/domain_name.ts";
import * as proof from "../../provider/tenants/domain_proof.ts";
import { deleteDomain, findDomain, listDomains as listStored } from "../../provider/tenants/domain_store.ts";
import { getAnyTenant } from "../../provider/tenants/tenant_store.ts";
import { adminChange, adminRead } from "../administrators/roles.ts";
import { operation, operationsIn } from "./entry.ts";
import type { OperationContext } from "./operation.ts";
import {
  cutPage,
  formatTenantKey,
  pageInput,
  pageOutput,
  parseTenantKey,
  readCursor,
  rowsToRead,
} from "./page.ts";
import { domainShape } from "./shapes.ts";

/** What domain operations work with. */
export interface DomainContext extends OperationContext {
  resolveTxt: proof.TxtResolver;
}

const domainOperation = operationsIn<DomainContext>();
const permission = adminChange;
const tenantId = z.string().describe("The customer.");
const named = z.strictObject({ tenantId, domain: z.string().describe("The domain, e.g. acme.com.") });
const words = {
  arguments: { DOMAIN: "domain" },
  options: { tenantId: "tenant" },
  needs: { tenant: "acme" },
  example: "acme.com --tenant acme",
};

/**
 * Claims a domain for a tenant and says which TXT record proves it. Claiming again gives the same record.
 * @throws OperationError invalid_input, tenant_not_found
 */
export const addDomain = domainOperation({
  name: "domain add",
  summary: "Claim a domain for a tenant",
  permission,
  events: ["domain.added"],
  input: named,
  output: domainShape,
  http: [
    { method: "post", path: "/v1/tenants/:tenant/domains", params: { tenant: "tenantId" }, status: 201 },
  ],
  cli: {
    ...words,
    summary: "claim a domain for a customer",
    about: `Claims a domain for a tenant and prints the DNS record that proves it. Until it is
verified, no token for the tenant carries an address of the domain (while
TTI_REQUIRE_VERIFIED_DOMAIN is on). Claiming again prints the same record.`,
    show: (claim) => ({
      fields: [
        ["domain", claim.domain],
        ["tenant", claim.tenantId],
        ["record", `${claim.record.name} TXT "${claim.record.value}"`],
        ["state", claim.verified ? "verified" : "waiting for the record"],
      ],
      say: claim.verified
        ? []
        : [`Set the record, then: tti domain verify ${claim.domain} --tenant ${claim.tenantId}`],
    }),
  },
  async run(trx, wanted, act) {
    const known = await findDomain(trx, wanted.tenantId, parseDomainName(wanted.domain));
    const claim = await proof.addDomain(
      { db: trx, clock: () => act.now, resolveTxt: act.resolveTxt },
      wanted,
    );
    if (known === undefined) {
      await act.record({ type: "domain.added", tenantId: claim.tenantId, details: { domain: claim.domain } });
    }
    return claim;
  },
});

/**
 * Verifies a claimed domain by its TXT record.
 * @throws OperationError domain_not_claimed, domain_not_proven, domain_taken
 */
export const verifyDomain = domainOperation({
  name: "domain verify",
  summary: "Verify a claimed domain by its TXT record",
  permission,
  events: ["domain.verified"],
  input: named.extend({
    shared: z
      .boolean()
      .optional()
      .describe(
        "Let this tenant use a domain that another tenant owns: for one company that is two customers of yours, and nobody else.",
      ),
  }),
  output: domainShape,
  http: [
    {
      method: "post",
      path: "/v1/tenants/:tenant/domains/:domain/verify",
      params: { tenant: "tenantId" },
    },
  ],
  cli: {
    ...words,
    summary: "check the DNS record of a claimed domain",
    about: `Reads the TXT record of a claimed domain; if it is there, the domain is the tenant's.
A domain belongs to one tenant.`,
    show: (claim) => ({ text: `${claim.domain} is verified for ${claim.tenantId}.` }),
  },
  // The DNS is asked before the transaction begins.
  prepare: ({ tenantId, domain }, context) => proof.assertProven(context, { tenantId, domain }),
  async run(trx, { tenantId, domain: name, shared = false }, act) {
    const domain = parseDomainName(name);
    const verified = await proof.giveDomain(trx, { tenantId, domain, shared }, act.now);
    const details = { domain, ...(shared ? { shared } : {}) };
    await act.record({ type: "domain.verified", tenantId, details });
    return verified;
  },
});

/**
 * Takes a domain from a tenant; tokens with its addresses end now.
 * @throws OperationError tenant_not_found, domain_not_claimed
 */
export const removeDomain = operation({
  name: "domain remove",
  summary: "Take a domain from a tenant",
  permission,
  events: ["domain.removed"],
  input: named,
  output: z.strictObject({ tenantId: z.string(), domain: z.string() }),
  http: [{ method: "delete", path: "/v1/tenants/:tenant/domains/:domain", params: { tenant: "tenantId" } }],
  cli: {
    ...words,
    summary: "take a domain from a customer",
    about: "Tokens of the tenant with addresses of the domain are refused from now on.",
    show: ({ domain, tenantId }) => ({ text: `${domain} is no longer a domain of ${tenantId}.` }),
  },
  async run(trx, { tenantId, domain: name }, act) {
    const domain = parseDomainName(name);
    await getAnyTenant(trx, tenantId);
    if (!(await deleteDomain(trx, tenantId, domain))) {
      throw new OperationError("domain_not_claimed", `The tenant ${tenantId} has not claimed ${domain}.`, {
        field: "domain",
      });
    }
    await act.record({ type: "domain.removed", tenantId, details: { domain } });
    return { tenantId, domain };
  },
});

/** Lists the domains of one tenant, or of all. @throws OperationError tenant_not_found, invalid_input */
export const listDomains = operation({
  name: "domain list",
  summary: "List the domains of a tenant",
  permission: adminRead,
  events: [],
  input: z.strictObject({ tenantId: tenantId.optional(), ...pageInput }),
  output: z.strictObject({ domains: z.array(domainShape), ...pageOutput }),
  http: [{ method: "get", path: "/v1/tenants/:tenant/domains", params: { tenant: "tenantId" } }],
  cli: {
    options: words.options,
    summary: "list the domains of customers",
    example: "--tenant acme",
    show: ({ domains }) => ({
      rows: domains.map((claim) => ({
        TENANT: claim.tenantId,
        DOMAIN: claim.domain,
        STATE: claim.verified ? (claim.shared ? "verified, shared" : "verified") : "waiting for the record",
      })),
      say:
        domains.length === 0
          ? ["No domain is claimed. Claim one: tti domain add acme.com --tenant acme"]
          : [],
    }),
  },
  async run(db, { tenantId, cursor, ...page }) {
    if (tenantId !== undefined) await getAnyTenant(db, tenantId);
    const after = parseTenantKey(readCursor("domain list", { cursor }));
    const read = await listStored(db, { tenantId, after, limit: rowsToRead(page) });
    const { rows, next } = cutPage("domain list", read, page, (claim) =>
      formatTenantKey(claim.tenantId, claim.domain),
    );
    return { domains: rows.map(proof.describeDomain), ...next };
  },
});
