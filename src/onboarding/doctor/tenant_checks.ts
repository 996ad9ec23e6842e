// Owns what the doctor says of one customer from the store alone: what keeps its people from being named in a token, and what
// it agreed to. In words that the customer's own administrator may read: no command, and no setting of ours.
import { listAccessors } from "../../accessors/accessor_store.ts";
import type { Database } from "../../db/connect.ts";
import { listSharedAddresses, type SharedAddress } from "../../provider/accounts/shared_address_store.ts";
import { presenceWords } from "../../provider/presence/presence_words.ts";
import { listDomains } from "../../provider/tenants/domain_store.ts";
import { countMembers } from "../../provider/tenants/member_count_store.ts";
import { getAnyTenant, type Tenant } from "../../provider/tenants/tenant_store.ts";
import { type Finding, failed, information, passed, warning } from "./finding.ts";

/** What the store says of a customer. */
export interface TenantFacts {
  tenant: Pick<Tenant, "name" | "disabledAtMs" | "presencePolicy">;
  /** Whether an address reaches a token only by a proven domain. */
  requireVerifiedDomain: boolean;
  /** Domains by whether they are proven. */
  domains: readonly { domain: string; proven: boolean }[];
  members: number;
  /** Addresses that several of its members carry. */
  sharedAddresses: readonly Pick<SharedAddress, "address" | "accounts">[];
  /** Names of its data accessors. */
  accessors: readonly string[];
}

/** Reads them. @throws OperationError tenant_not_found */
export async function readTenantFacts(
  db: Database,
  tenantId: string,
  requireVerifiedDomain: boolean,
): Promise<TenantFacts> {
  const [tenant, domains, members, sharedAddresses, accessors] = await Promise.all([
    getAnyTenant(db, tenantId),
    listDomains(db, { tenantId }),
    countMembers(db, tenantId),
    listSharedAddresses(db, tenantId),
    listAccessors(db, { tenantId }),
  ]);
  return {
    tenant,
    requireVerifiedDomain,
    domains: domains.map(({ domain, verifiedAtMs }) => ({ domain, proven: verifiedAtMs !== null })),
    members,
    sharedAddresses,
    accessors: accessors.map(({ name }) => name),
  };
}

/** Checks a customer. */
export function checkTenant(facts: TenantFacts): Finding[] {
  return [
    checkState(facts),
    checkDomains(facts),
    checkPeople(facts),
    ...checkAddresses(facts),
    information("tenant.presence", presenceWords(facts.tenant.presencePolicy)),
    checkAccessors(facts),
  ];
}

function checkState({ tenant: { name, disabledAtMs } }: TenantFacts): Finding {
  if (disabledAtMs === null) return passed("tenant.state", `${name} is switched on`);
  return failed("tenant.state", {
    message: `${name} is switched off`,
    cause: "Nobody signs in for it, and no token is made for its people.",
    fix: "Have it switched on again by the people who run the service.",
  });
}

function checkDomains({ requireVerifiedDomain, domains }: TenantFacts): Finding {
  const proven = domains.filter((one) => one.proven).map(({ domain }) => domain);
  const waiting = domains.filter((one) => !one.proven).map(({ domain }) => domain);
  if (!requireVerifiedDomain) return information("tenant.domains", "addresses of any domain are taken");
  const cause = "People with an address of a domain that is not proven are named in no token.";
  if (waiting.length > 0) {
    const complaint = {
      message: `Waiting for its DNS record: ${listed(waiting)}`,
      cause,
      fix: "Set the TXT record that is shown with the domain, then have it looked at again.",
    };
    return proven.length === 0 ? failed("tenant.domains", complaint) : warning("tenant.domains", complaint);
  }
  if (proven.length > 0) return passed("tenant.domains", `proven: ${listed(proven)}`);
  return failed("tenant.domains", {
    message: "No domain is claimed",
    cause,
    fix: "Claim the domain of the people's addresses, and prove it by the DNS record that is shown then.",
  });
}

function checkPeople({ members }: TenantFacts): Finding {
  if (members > 0) return passed("tenant.people", `${members} people belong to it`);
  return warning("tenant.people", {
    message: "Nobody belongs to it yet",
    cause: "There is nobody for whom a token could be made.",
    fix: "Add people, or let them sign in at the application.",
  });
}

function checkAddresses({ sharedAddresses }: TenantFacts): Finding[] {
  const [first] = sharedAddresses;
  if (first === undefined) return [];
  const more = sharedAddresses.length > 1 ? `, and ${sharedAddresses.length - 1} more such addresses` : "";
  return [
    warning("tenant.addresses", {
      message: `${first.accounts} accounts carry the address ${first.address}${more}`,
      cause: "Identity Center finds people by address: at AWS these accounts are one person.",
      fix: "Keep one of them: remove the others, or have them switched off.",
    }),
  ];
}

function checkAccessors({ accessors }: TenantFacts): Finding {
  if (accessors.length > 0) return passed("tenant.accessors", `entered: ${listed(accessors)}`);
  return failed("tenant.accessors", {
    message: "No data accessor is entered",
    cause: "Without its details nobody can search the index.",
    fix: "Enter what the Amazon Q Business console shows under Data accessors, Information for data accessor.",
  });
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
