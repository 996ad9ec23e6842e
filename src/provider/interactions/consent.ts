// Owns the consent page of third-party clients, and the grant that an allowed one gets.
import type Provider from "oidc-provider";
import type { Grant, InteractionResults } from "oidc-provider";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { renderPage } from "../../views/render.ts";
import { findAccount } from "../accounts/account_store.ts";
import { createGrant, tenantOfGrant } from "../internals.ts";
import { listMembershipsOfAccount } from "../tenants/membership_store.ts";
import { decideTenant } from "../tenants/tenant_choice.ts";
import { findTenant } from "../tenants/tenant_store.ts";
import type { InteractionState } from "./interaction.ts";
import { type TenantResult, tenantPrompt } from "./prompts.ts";

/** Draws the consent page. */
export async function renderConsent(
  provider: Provider,
  db: Database,
  state: InteractionState,
): Promise<string> {
  const { tenantId } = await grantBefore(provider, db, state);
  const [account, tenant] = await Promise.all([
    findAccount(db, state.accountId ?? ""),
    findTenant(db, tenantId),
  ]);
  return renderPage("consent", {
    form: { action: `/interaction/${state.uid}/consent` },
    clientName: state.client.clientName ?? state.client.clientId,
    clientHost: URL.parse(state.params.get("redirect_uri") ?? "")?.host,
    accountEmail: account?.email ?? undefined,
    tenantName: tenant?.name,
    scopes: state.scopes,
    policyUri: state.client.policyUri,
    termsUri: state.client.tosUri,
  });
}

/**
 * Takes the decision.
 * @returns the grant that was made or extended, or the refusal the client gets
 */
export async function answerConsent(
  provider: Provider,
  db: Database,
  state: InteractionState,
  form: ReadonlyMap<string, string>,
): Promise<InteractionResults> {
  if (form.get("decision") !== "allow") {
    return { error: "access_denied", error_description: "the person did not consent" };
  }
  const { grant: before, tenantId } = await grantBefore(provider, db, state);
  const accountId = state.accountId ?? "";
  const grant = before ?? createGrant(provider, { accountId, clientId: state.client.clientId, tenantId });
  grant.addOIDCScope([...state.scopes]);
  // Consent begins a grant's life anew.
  delete grant.exp;
  return { consent: { grantId: await grant.save() } };
}

async function grantBefore(
  provider: Provider,
  db: Database,
  state: InteractionState,
): Promise<{ grant: Grant | undefined; tenantId: string }> {
  const found = state.grantId === undefined ? undefined : await provider.Grant.find(state.grantId);
  const grant = found?.accountId === state.accountId ? found : undefined;
  const picked = state.answers[tenantPrompt] as TenantResult | undefined;
  const decision = decideTenant({
    memberships: await listMembershipsOfAccount(db, state.accountId ?? ""),
    required: state.params.get("tenant"),
    hinted: state.params.get("tenant_hint"),
    picked: picked?.tenantId,
    current: tenantOfGrant(grant),
  });
  if (decision.kind !== "chosen") {
    throw new OperationError("sign_in_expired", "Your memberships changed while you were signing in.");
  }
  return {
    grant: tenantOfGrant(grant) === decision.tenantId ? grant : undefined,
    tenantId: decision.tenantId,
  };
}
