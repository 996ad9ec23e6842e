// Owns what a person let other people's applications have: which consents stand, and taking one back. Applications of the
// vendor's own ask for none, so none of theirs is listed.
import { createAuditEvent } from "../../audit/audit_store.ts";
import type { InstallationPart } from "../../installation.ts";
import { findClients } from "../clients/client_store.ts";
import { listConsents } from "../sessions/consent_store.ts";
import { type ApplicationGrant, endConsent, listGrants } from "../sessions/grant_store.ts";
import { type AccountPerson, holdAccountPerson } from "./account_person.ts";
import type { Person } from "./agreements.ts";

/** A consent that stands. */
export interface AllowedApplication {
  /** Names it, and opens nothing. */
  id: string;
  clientId: string;
  tenantId: string;
  clientName: string;
  tenantName: string;
  scopes: readonly string[];
  /** Epoch milliseconds. */
  sinceMs: number;
}

type Deps = InstallationPart<"db" | "clock">;

/** Lists a person's consents for the tenants the session speaks for, the newest first: one an application and tenant. */
export async function listAllowedApplications(deps: Deps, person: Person): Promise<AllowedApplication[]> {
  const given = [
    ...(await everyGrant(deps, person.accountId)),
    ...(await listConsents(deps.db, person.accountId)).map(({ resources, givenAtMs, ...consent }) => ({
      ...consent,
      scopes: [...new Set([...consent.scopes, ...Object.values(resources).flat()])].sort(),
      sinceMs: givenAtMs,
    })),
  ];
  const clients = await findClients(deps.db, [...new Set(given.map(({ clientId }) => clientId))]);
  const together = Map.groupBy(given, ({ clientId, tenantId }) => `${tenantId} ${clientId}`);
  return [...together]
    .flatMap(([id, ones]) => {
      const [{ clientId, tenantId } = { clientId: "", tenantId: null }] = ones;
      const client = clients.find((one) => one.clientId === clientId);
      const tenant = person.tenants.find((one) => one.id === tenantId);
      if (client === undefined || tenant === undefined || client.metadata.first_party === true) return [];
      const clientName = client.metadata.client_name ?? clientId;
      const scopes = [...new Set(ones.flatMap((one) => one.scopes))].sort();
      const sinceMs = Math.min(...ones.map((one) => one.sinceMs));
      return [{ id, clientId, tenantId: tenant.id, clientName, tenantName: tenant.name, scopes, sinceMs }];
    })
    .sort((one, other) => other.sinceMs - one.sinceMs);
}

/**
 * Takes a consent back: the application's codes and tokens by it are worth nothing from then on, and it asks anew.
 * @returns whether it stood
 * @throws OperationError unauthenticated, where the sign-in was ended meanwhile
 */
export async function endAllowedApplication(
  deps: Deps & InstallationPart<"requireVerifiedDomain">,
  person: AccountPerson,
  id: string,
): Promise<boolean> {
  const listed = await listAllowedApplications(deps, person);
  const consent = listed.find((one) => one.id === id);
  if (consent === undefined) return false;
  const { clientId, tenantId, scopes } = consent;
  const { accountId } = person;
  return deps.db.transaction(async (trx) => {
    await holdAccountPerson(deps, trx, person);
    const now = deps.clock();
    if ((await endConsent(trx, { accountId, clientId, tenantId }, now)) === undefined) return false;
    const parties = { actor: `account:${accountId}`, accountId, clientId, tenantId };
    const details = { scope: scopes.join(" ") };
    await createAuditEvent(trx, { type: "consent.revoked", ...parties, details }, now);
    return true;
  });
}

async function everyGrant({ db, clock }: Deps, accountId: string): Promise<ApplicationGrant[]> {
  const limit = 200;
  const every: ApplicationGrant[] = [];
  for (;;) {
    const page = await listGrants(db, accountId, { limit, afterId: every.at(-1)?.id }, clock());
    every.push(...page);
    if (page.length < limit) return every;
  }
}
