// Owns when a person is asked something during an authorization request, as the list of named checks
// oidc-provider runs in order: log in, choose a tenant, consent.
import { interactionPolicy, type KoaContextWithOIDC } from "oidc-provider";
import { membershipsOf } from "../account.ts";
import { handoffAcr } from "../handoff/login_handoff.ts";
import { tenantOfGrant } from "../internals.ts";
import { accountClientId } from "../self_service/account_client.ts";
import type { Membership } from "../tenants/membership_store.ts";
import { decideTenant, type TenantChoiceFacts, type TenantDecision } from "../tenants/tenant_choice.ts";

const { Check, Prompt, base } = interactionPolicy;

/**
 * The name of the tenant prompt. It is OpenID's own `select_account`: relying parties may ask for it with
 * `prompt=select_account`, and without a page it answers `account_selection_required`.
 */
export const tenantPrompt = "select_account";

/** What the person picked on the tenant page, as the interaction's result keeps it. */
export interface TenantResult {
  tenantId: string;
}

/** What the pages are told by the prompt: the tenants there are to choose from, or the one that was chosen. */
export type PromptDetails = { tenantIds: string[] };

/** Decides the tenant of an authorization request from its parameters, the session and the page's answer. */
export function decideTenantOfRequest(ctx: KoaContextWithOIDC, current: string | undefined): TenantDecision {
  return decideTenant(tenantFacts(ctx, current));
}

// A password here opens no tenant whose users log in at the ISV, nor the other way round.
function usableMemberships({ oidc }: KoaContextWithOIDC): readonly Membership[] {
  const used = oidc.session?.acr === handoffAcr ? "handoff" : "local";
  return membershipsOf(oidc.account).filter(
    ({ loginMethod }) => loginMethod === "both" || loginMethod === used,
  );
}

function tenantFacts(ctx: KoaContextWithOIDC, current: string | undefined): TenantChoiceFacts {
  const { oidc } = ctx;
  const picked = oidc.result?.[tenantPrompt] as TenantResult | undefined;
  return {
    memberships: usableMemberships(ctx),
    required: text(oidc.params?.["tenant"]),
    hinted: text(oidc.params?.["tenant_hint"]),
    picked: picked?.tenantId,
    current,
  };
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** Tells whether the client's users are asked for consent. */
export function needsConsent(client: KoaContextWithOIDC["oidc"]["client"]): boolean {
  return client?.["first_party"] !== true;
}

/** Builds the list of prompts. Each Provider needs a list of its own. */
export function buildPrompts(): interactionPolicy.Prompt[] {
  const [login, consent] = base();
  if (!login || !consent) throw new Error("oidc-provider's prompts are not the two this list is made from");

  login.checks.add(
    new Check("account_gone", "the signed-in account is gone or disabled", "login_required", (ctx) => {
      return ctx.oidc.session?.accountId !== undefined && ctx.oidc.account === undefined;
    }),
  );

  const select = new Prompt(
    { name: tenantPrompt, requestable: true },
    (ctx): PromptDetails => ({ tenantIds: usableMemberships(ctx).map(({ tenantId }) => tenantId) }),
    new Check("no_membership", "the account belongs to no tenant", "access_denied", (ctx) =>
      isRefused(ctx, "no_membership"),
    ),
    new Check("not_a_member", "the account is no member of the requested tenant", "access_denied", (ctx) =>
      isRefused(ctx, "not_a_member"),
    ),
    new Check(
      "tenant_undecided",
      "the account belongs to several tenants",
      "account_selection_required",
      (ctx) => {
        return (
          isForTenant(ctx) && decideTenantOfRequest(ctx, tenantOfGrant(ctx.oidc.grant)).kind === "undecided"
        );
      },
    ),
  );

  // A client that asks for consent by prompt=consent (as offline_access requires) gets no page either if it is
  // the ISV's own. Every other check of the library stays as it is.
  for (const check of consent.checks) {
    const requestsPrompt = check.check;
    check.check = (ctx) => needsConsent(ctx.oidc.client) && requestsPrompt(ctx);
  }
  consent.details = (ctx): PromptDetails => {
    const decision = decideTenantOfRequest(ctx, tenantOfGrant(ctx.oidc.grant));
    return { tenantIds: decision.kind === "chosen" ? [decision.tenantId] : [] };
  };
  return [login, select, consent];
}

function isRefused(ctx: KoaContextWithOIDC, reason: "no_membership" | "not_a_member"): boolean {
  if (!isForTenant(ctx)) return false;
  const decision = decideTenantOfRequest(ctx, tenantOfGrant(ctx.oidc.grant));
  return decision.kind === "refused" && decision.reason === reason;
}

/**
 * Tells whether a sign-in is for a tenant. The account page is not: it shows all of them, and its codes make no
 * token.
 */
export function isForTenant(ctx: KoaContextWithOIDC): boolean {
  return ctx.oidc.client?.clientId !== accountClientId;
}
