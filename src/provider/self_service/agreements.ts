// Owns a person's own agreements: which back ends may act for them while they are away, given and on offer,
// and what giving one or taking it back does.
import { createAuditEvent } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import { grantTypes } from "../../grants_and_scopes.ts";
import type { InstallationPart } from "../../installation.ts";
import { findAccount, lockAccount } from "../accounts/account_store.ts";
import { type Client, findClients, listClients } from "../clients/client_store.ts";
import { mayActFor } from "../clients/tenant_rights.ts";
import {
  listEndedConsents,
  listOfflineConsents,
  revokeOfflineConsent,
  saveOfflineConsent,
} from "../presence/offline_consent_store.ts";
import type { Tenant } from "../tenants/tenant_store.ts";

/** An agreement that stands, or that the person may give. */
export interface Agreement {
  tenantId: string;
  tenantName: string;
  clientId: string;
  clientName: string;
  /** Which of the clients that had this id, and since which of its endings. */
  clientGeneration: number;
  /** Epoch milliseconds; undefined: on offer. */
  grantedAtMs: number | undefined;
}

/** Whose agreements, and for which tenants the person's session speaks. */
export interface Person {
  accountId: string;
  /** Of which generation the session's sign-in is. */
  signInGeneration: number;
  tenants: readonly Tenant[];
}

/**
 * Lists a person's agreements: those that stand, and those on offer because the tenant's presence policy asks
 * for one and a back end may act for the tenant. Only tenants the session speaks for are looked at.
 */
export async function listAgreements(
  deps: InstallationPart<"db" | "clock" | "awsClientId">,
  person: Person,
): Promise<Agreement[]> {
  const { db, awsClientId } = deps;
  const { accountId, tenants } = person;
  const consents = await listOfflineConsents(db, accountId);
  const clients = tenants.some(asksForAgreement)
    ? await listEveryClient(db)
    : await findClients(
        db,
        consents.map(({ clientId }) => clientId),
      );
  return tenants.flatMap((tenant) =>
    clients.flatMap((client) => {
      const given = consents.find((one) => one.tenantId === tenant.id && one.clientId === client.clientId);
      const offered = asksForAgreement(tenant) && actsFor(client, tenant.id, awsClientId);
      if (given === undefined && !offered) return [];
      return {
        tenantId: tenant.id,
        tenantName: tenant.name,
        clientId: client.clientId,
        clientName: client.metadata.client_name ?? client.clientId,
        clientGeneration: client.generation,
        grantedAtMs: given?.grantedAtMs,
      };
    }),
  );
}

/** An agreement that a person had given, and that ended. */
export interface EndedAgreement {
  tenantId: string;
  tenantName: string;
  clientId: string;
  clientName: string;
  /** Epoch milliseconds. */
  endedAtMs: number;
}

/** Lists those of the person's agreements that ended, the last first, for the tenants the session speaks for. */
export async function listEndedAgreements(
  { db }: InstallationPart<"db">,
  { accountId, tenants }: Person,
): Promise<EndedAgreement[]> {
  const ended = await listEndedConsents(db, accountId);
  const clients = await findClients(db, [...new Set(ended.map(({ clientId }) => clientId))]);
  return ended.flatMap(({ tenantId, clientId, revokedAtMs }) => {
    const tenant = tenants.find(({ id }) => id === tenantId);
    if (tenant === undefined) return [];
    const client = clients.find((one) => one.clientId === clientId);
    const clientName = client?.metadata.client_name ?? clientId;
    return { tenantId, tenantName: tenant.name, clientId, clientName, endedAtMs: revokedAtMs };
  });
}

const asksForAgreement = ({ presencePolicy }: Tenant): boolean => presencePolicy.name === "offline";

// What is on offer is for whichever client may act for the tenant, so all are looked at, a page at a time.
async function listEveryClient(db: Database): Promise<Client[]> {
  const limit = 500;
  const every: Client[] = [];
  for (;;) {
    const page = await listClients(db, { limit, afterId: every.at(-1)?.clientId });
    every.push(...page);
    if (page.length < limit) return every;
  }
}

/**
 * Gives or takes back an agreement.
 * @returns it as it was; undefined for one that is neither given nor on offer, or after the sign-in was ended meanwhile: then
 *   nothing is done
 */
export async function decideAgreement(
  deps: InstallationPart<"db" | "clock" | "awsClientId">,
  person: Person,
  choice: { tenantId: string; clientId: string; allow: boolean },
): Promise<Agreement | undefined> {
  const { accountId } = person;
  const known = await listAgreements(deps, person);
  const agreement = known.find((one) => one.tenantId === choice.tenantId && one.clientId === choice.clientId);
  if (agreement === undefined) return undefined;
  const { tenantId, clientId, clientGeneration } = agreement;
  const now = deps.clock();
  return deps.db.transaction(async (trx) => {
    const key = { tenantId, accountId, clientId };
    // Whatever ended the sign-in took back what was agreed to: a form that was under way gives nothing anew.
    await lockAccount(trx, accountId);
    const account = await findAccount(trx, accountId);
    if (account?.signInGeneration !== person.signInGeneration) return undefined;
    if (choice.allow) await saveOfflineConsent(trx, { ...key, clientGeneration }, now);
    else await revokeOfflineConsent(trx, key, now);
    const type = choice.allow ? "consent.granted" : "consent.revoked";
    const event = { ...key, actor: `account:${accountId}`, details: { what: "offline" } };
    await createAuditEvent(trx, { type, ...event }, now);
    return agreement;
  });
}

// By minting, by searching, or, for the client registered with AWS, by refreshing (docs/decisions/0004).
function actsFor({ clientId, metadata }: Client, tenantId: string, awsClientId: string): boolean {
  const held = metadata.grant_types ?? [];
  if (clientId === awsClientId && held.includes(grantTypes.refreshToken)) return true;
  return mayActFor(metadata, "mint", tenantId) || mayActFor(metadata, "search", tenantId);
}
