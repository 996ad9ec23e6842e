// Owns the consent page of third-party clients, and the grant that an allowed one gets.
import type Provider from "oidc-provider";
import { errors, type Grant, type InteractionResults } from "oidc-provider";
import { createAuditEvent } from "../../audit/audit_store.ts";
import type { Clock } from "../../clock.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { uriOf } from "../../input/web_address.ts";
import { withLook } from "../../views/frame.ts";
import type { ConsentPage } from "../../views/pages.ts";
import { renderPage } from "../../views/render.ts";
import { findAccount } from "../accounts/account_store.ts";
import { knownScopes } from "../resources/resource.ts";
import { findResource } from "../resources/resource_store.ts";
import { createGrant, tenantOfGrant } from "../sessions/tenant_grant.ts";
import { disclosedDetails } from "../subjects/claims.ts";
import { lookOf } from "../tenants/look.ts";
import { findMembership } from "../tenants/membership_store.ts";
import { addressIn } from "../tenants/person_in_tenant.ts";
import { findTenant } from "../tenants/tenant_store.ts";
import { type InteractionState, shownApplication } from "./interaction.ts";
import { needsConsent } from "./prompts.ts";

/** Draws the consent page. */
export async function renderConsent(
  provider: Provider,
  { db, awsClientId }: { db: Database; awsClientId: string },
  state: InteractionState,
): Promise<string> {
  const { grant, tenantId } = await grantBefore(provider, state);
  const known = state.reasons.includes("consent_prompt") ? undefined : grant;
  const accountId = state.accountId ?? "";
  const [account, tenant, membership] = await Promise.all([
    findAccount(db, accountId),
    findTenant(db, tenantId),
    findMembership(db, tenantId, accountId),
  ]);
  // Established: the grant that is asked for is of this tenant, and the person is its member.
  const look = tenant && membership ? await lookOf(db, tenant) : undefined;
  const resources = await describeResources(db, moreAtResources(state, known));
  const page: ConsentPage = {
    form: { action: `/interaction/${state.uid}/consent` },
    ...shownApplication(state.client),
    clientHost: uriOf(state.params.get("redirect_uri") ?? "")?.host,
    accountEmail: (account && addressIn(account, membership)) ?? undefined,
    tenantName: tenant?.name,
    // Asked for more, the person is asked for that alone.
    scopes: given(state, awsClientId).filter((scope) => !scopesIn(known?.getOIDCScope()).includes(scope)),
    resources,
  };
  return withLook(look, () => renderPage("consent", page));
}

const scopesIn = (text = ""): string[] => text.split(" ");

function moreAtResources(
  { resourceScopes }: InteractionState,
  known: Grant | undefined,
): InteractionState["resourceScopes"] {
  const more = Object.entries(resourceScopes).map(([identifier, scopes]) => {
    const has = scopesIn(known?.getResourceScope(identifier));
    return [identifier, scopes.filter((scope) => !has.includes(scope))] as const;
  });
  return Object.fromEntries(more);
}

// What each scope means, in the words of whoever runs the API.
async function describeResources(
  db: Database,
  asked: InteractionState["resourceScopes"],
): Promise<ConsentPage["resources"]> {
  const found = await Promise.all(Object.keys(asked).map((identifier) => findResource(db, identifier)));
  return found.flatMap((resource) => {
    if (resource === undefined) return [];
    const scopes = knownScopes(resource, asked[resource.identifier] ?? []);
    return { name: resource.name, scopes: scopes.map((scope) => resource.scopes[scope] ?? scope) };
  });
}

// The client of AWS gets the address and the name whatever it asks for, and the page says so.
function given({ client, scopes }: InteractionState, awsClientId: string): string[] {
  const audience = { clientId: client.clientId, firstParty: !needsConsent(client) };
  const tells = disclosedDetails(audience, awsClientId, new Set(scopes));
  return [...new Set([...scopes, ...(tells.email ? ["email"] : []), ...(tells.name ? ["profile"] : [])])];
}

/**
 * Takes the decision.
 * @returns the grant that was made or extended, or the refusal the client gets
 */
export async function answerConsent(
  provider: Provider,
  deps: { db: Database; clock: Clock },
  state: InteractionState,
  form: ReadonlyMap<string, string>,
): Promise<InteractionResults> {
  if (form.get("decision") !== "allow") {
    return { error: "access_denied", error_description: "the person did not consent" };
  }
  const { grant: before, tenantId } = await grantBefore(provider, state);
  // The page asked for what the grant lacked. With the grant went what the person is not asked for here.
  if (before === undefined && state.grantId !== undefined && !state.reasons.includes("consent_prompt")) {
    throw takenBack();
  }
  const accountId = state.accountId ?? "";
  const grant =
    before ??
    createGrant(provider, {
      accountId,
      clientId: state.client.clientId,
      tenantId,
      // Filled in by the sign-in that goes on with it (assembly/bind_tenant_to_login.ts).
      login: undefined,
    });
  grant.addOIDCScope([...state.scopes]);
  for (const [identifier, scopes] of Object.entries(state.resourceScopes)) {
    if (scopes.length > 0) grant.addResourceScope(identifier, [...scopes]);
  }
  // Consent begins a grant's life anew.
  delete grant.exp;
  const grantId = await grant.save().catch((error: unknown) => {
    // Found above, and taken back since.
    if (error instanceof errors.AccessDenied) throw takenBack();
    throw error;
  });
  const { clientId } = state.client;
  const event = { actor: `account:${accountId}`, accountId, tenantId, clientId };
  const scope = [...state.scopes, ...Object.values(state.resourceScopes).flat()].join(" ");
  const details = { scope, resource: Object.keys(state.resourceScopes).join(" ") || undefined };
  await createAuditEvent(deps.db, { type: "consent.granted", ...event, details }, deps.clock());
  return { consent: { grantId } };
}

const takenBack = (): OperationError =>
  new OperationError("sign_in_expired", "What you allowed before was taken back meanwhile.");

async function grantBefore(
  provider: Provider,
  state: InteractionState,
): Promise<{ grant: Grant | undefined; tenantId: string }> {
  const [tenantId] = state.tenantIds;
  if (tenantId === undefined) {
    throw new OperationError("sign_in_expired", "Your memberships changed while you were signing in.");
  }
  const found = state.grantId === undefined ? undefined : await provider.Grant.find(state.grantId);
  const matches = found?.accountId === state.accountId && tenantOfGrant(found) === tenantId;
  return { grant: matches ? found : undefined, tenantId };
}
