// Owns proving that a tenant controls a domain: a claim, a DNS TXT record, a check.
import { randomBytes } from "node:crypto";
import { Resolver } from "node:dns/promises";
import type { Clock } from "../../clock.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { challengeName, challengeRecord, parseDomainName } from "./domain_name.ts";
import {
  createDomain,
  findDomain,
  findDomainOwner,
  saveDomainVerified,
  type TenantDomain,
} from "./domain_store.ts";
import { getTenant } from "./tenant_store.ts";

/** Reads the TXT records of a name: each a list of chunks, as DNS carries them. */
export type TxtResolver = (name: string) => Promise<string[][]>;

/**
 * Reads TXT records.
 * @param servers whom to ask, as `address` or `address:port`; none: the machine's own resolvers
 */
export function txtResolver(servers: readonly string[]): TxtResolver {
  const resolver = new Resolver({ timeout: 3_000, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  return (name) => resolver.resolveTxt(name);
}

/** What domain operations need. */
export interface DomainDependencies {
  db: Database;
  clock: Clock;
  resolveTxt: TxtResolver;
}

/** A claimed domain and the DNS record that proves it. */
export interface DomainClaim {
  tenantId: string;
  domain: string;
  verified: boolean;
  shared: boolean;
  record: { type: "TXT"; name: string; value: string };
}

/**
 * Claims a domain for a tenant and says which TXT record proves it. Claiming again gives the same record.
 * @throws OperationError tenant_not_found, invalid_input
 */
export async function addDomain(
  dependencies: DomainDependencies,
  input: { tenantId: string; domain: string },
): Promise<DomainClaim> {
  const { db, clock } = dependencies;
  const domain = parseDomainName(input.domain);
  await getTenant(db, input.tenantId);
  const challenge = randomBytes(20).toString("hex");
  await createDomain(db, { tenantId: input.tenantId, domain, challenge }, clock());
  return describeDomain(await getClaim(db, input.tenantId, domain));
}

/**
 * Asks the DNS whether the TXT record of a claimed domain is there. It may take seconds: not in a transaction.
 * @throws OperationError domain_not_claimed, domain_not_proven, unavailable
 */
export async function assertProven(
  { db, resolveTxt }: Pick<DomainDependencies, "db" | "resolveTxt">,
  input: { tenantId: string; domain: string },
): Promise<void> {
  const domain = parseDomainName(input.domain);
  const claim = await getClaim(db, input.tenantId, domain);
  const expected = challengeRecord(claim.challenge);
  const records = await readRecords(resolveTxt, challengeName(domain));
  if (records.includes(expected)) return;
  throw new OperationError(
    "domain_not_proven",
    `${challengeName(domain)} has ${records.length === 0 ? "no TXT record" : "other TXT records only"}.`,
    {
      field: "domain",
      fix: `Add the TXT record ${expected} at ${challengeName(domain)}, wait, and verify again.`,
    },
  );
}

/**
 * Gives a proven domain to the tenant that claimed it.
 * @param trx the transaction that records it
 * @param claim `shared`: an operator's word that the tenant may use a domain another tenant owns
 * @throws OperationError domain_taken, domain_not_claimed
 */
export async function giveDomain(
  trx: Database,
  claim: { tenantId: string; domain: string; shared: boolean },
  now: Date,
): Promise<DomainClaim> {
  if (!(await saveIfFree(trx, claim, now))) {
    throw new OperationError("domain_taken", `${claim.domain} belongs to another tenant.`, {
      field: "domain",
    });
  }
  return describeDomain(await getClaim(trx, claim.tenantId, claim.domain));
}

/** A claim as people see it. */
export function describeDomain(claim: TenantDomain): DomainClaim {
  return {
    tenantId: claim.tenantId,
    domain: claim.domain,
    verified: claim.verifiedAtMs !== null,
    shared: claim.sharedAtMs !== null,
    record: { type: "TXT", name: challengeName(claim.domain), value: challengeRecord(claim.challenge) },
  };
}

async function getClaim(db: Database, tenantId: string, domain: string): Promise<TenantDomain> {
  const claim = await findDomain(db, tenantId, domain);
  if (claim === undefined) {
    throw new OperationError("domain_not_claimed", `The tenant ${tenantId} has not claimed ${domain}.`, {
      field: "domain",
    });
  }
  return claim;
}

// Two tenants verifying at once both pass the look before; the unique index lets one through, and the
// other's statement fails. Whether that was the reason is read from the table, not from the driver's error.
async function saveIfFree(
  trx: Database,
  claim: { tenantId: string; domain: string; shared: boolean },
  now: Date,
): Promise<boolean> {
  try {
    // A savepoint: after a failed statement the transaction would answer nothing.
    return await trx.transaction((inner) => saveDomainVerified(inner, claim, now));
  } catch (error) {
    const owner = await findDomainOwner(trx, claim.domain);
    if (owner !== undefined && owner !== claim.tenantId) return false;
    throw error;
  }
}

async function readRecords(resolve: TxtResolver, name: string): Promise<string[]> {
  try {
    return (await resolve(name)).map((chunks) => chunks.join(""));
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "ENOTFOUND" || code === "ENODATA") return [];
    throw new OperationError("unavailable", `The DNS did not answer for ${name}.`, { cause: error });
  }
}
