// Owns the operations on the domains of tenants, and their trail. The rules are in provider/tenants.
import { z } from "zod";
import { createAuditEvent } from "../../audit/audit_store.ts";
import type { NewAuditEvent } from "../../audit/event_types.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { parseDomainName } from "../../provider/tenants/domain_name.ts";
import * as proof from "../../provider/tenants/domain_proof.ts";
import { deleteDomain, findDomain, listDomains as listStored } from "../../provider/tenants/domain_store.ts";
import { type OperationContext, parseArguments } from "./operation.ts";

/** What domain operations work with. */
export interface DomainContext extends OperationContext {
  resolveTxt: proof.TxtResolver;
}

const named = z.strictObject({ tenantId: z.string(), domain: z.string() });

/**
 * Claims a domain for a tenant and says which TXT record proves it.
 * @throws OperationError invalid_input, tenant_not_found
 */
export async function addDomain(context: DomainContext, input: unknown): Promise<proof.DomainClaim> {
  const wanted = parseArguments(named, input);
  return context.db.transaction(async (trx) => {
    const known = await findDomain(trx, wanted.tenantId, parseDomainName(wanted.domain));
    const claim = await proof.addDomain({ ...context, db: trx }, wanted);
    if (known === undefined) await record(trx, context, "domain.added", claim);
    return claim;
  });
}

/**
 * Verifies a claimed domain by its TXT record.
 * @param input `shared`: let the tenant use a domain another tenant owns
 * @throws OperationError domain_not_claimed, domain_not_proven, domain_taken
 */
export async function verifyDomain(context: DomainContext, input: unknown): Promise<proof.DomainClaim> {
  const { shared, ...wanted } = parseArguments(named.extend({ shared: z.boolean().optional() }), input);
  const verified = { tenantId: wanted.tenantId, domain: parseDomainName(wanted.domain), shared };
  return proof.verifyDomain(context, { ...wanted, ...(shared === undefined ? {} : { shared }) }, (trx) =>
    record(trx, context, "domain.verified", verified),
  );
}

/**
 * Takes a domain from a tenant; tokens with its addresses end now.
 * @throws OperationError domain_not_claimed
 */
export async function removeDomain(
  context: OperationContext,
  input: unknown,
): Promise<{ tenantId: string; domain: string }> {
  const { tenantId, domain: name } = parseArguments(named, input);
  const domain = parseDomainName(name);
  await context.db.transaction(async (trx) => {
    if (!(await deleteDomain(trx, tenantId, domain))) {
      throw new OperationError("domain_not_claimed", `The tenant ${tenantId} has not claimed ${domain}.`, {
        field: "domain",
      });
    }
    await record(trx, context, "domain.removed", { tenantId, domain });
  });
  return { tenantId, domain };
}

/** Lists the domains of one tenant, or of all. */
export async function listDomains(
  context: OperationContext,
  input: unknown = {},
): Promise<proof.DomainClaim[]> {
  const { tenantId } = parseArguments(z.strictObject({ tenantId: z.string().optional() }), input);
  return (await listStored(context.db, tenantId)).map(proof.describeDomain);
}

function record(
  trx: Database,
  context: OperationContext,
  type: "domain.added" | "domain.verified" | "domain.removed",
  { tenantId, domain, shared }: { tenantId: string; domain: string; shared?: boolean | undefined },
): Promise<void> {
  const event = { actor: context.actor, tenantId };
  const details =
    type === "domain.verified" ? { domain, ...(shared === true ? { shared } : {}) } : { domain };
  return createAuditEvent(trx, { type, ...event, details } as NewAuditEvent, context.clock());
}
