// Owns when a person is asked something during an authorization request, as the list of named checks
// oidc-provider runs in order: log in, choose a tenant, consent.
import { errors, interactionPolicy, type KoaContextWithOIDC } from "oidc-provider";
import { highestLevel, type LoginLevel, levelAskedFor, levelOfAmr, reaches } from "../../login_levels.ts";
import { consoleClientId } from "../clients/console_client.ts";
import { isOwnClient } from "../clients/own_clients.ts";
import { tenantOfGrant } from "../sessions/tenant_grant.ts";
import { isOpen } from "../subjects/places.ts";
import { openPlacesOf, placesOf, vouchersOf } from "../subjects/signing_in_account.ts";
import { decideTenant, type TenantChoiceFacts, type TenantDecision } from "../tenants/tenant_choice.ts";

const { Check, Prompt, base } = interactionPolicy;

/**
 * The name of the tenant prompt. It is OpenID's own `select_account`: relying parties may ask for it with
 * `prompt=select_account`, and without a page it answers `account_selection_required`.
 */
export const tenantPrompt = "select_account";

/** Why a login is asked for that lacks nothing but a second factor. */
export const factorMissing = "factor_missing";

/** What the person picked on the tenant page, as the interaction's result keeps it. */
export interface TenantResult {
  tenantId: string;
}

/** What the pages are told by the prompt: the tenants there are to choose from, or the one that was chosen. */
export type PromptDetails = {
  tenantIds: string[];
  /** On the consent page: scopes that are asked for at resources, by their identifiers. */
  resourceScopes?: Record<string, string[]>;
};

/**
 * The scopes an authorization request asks for at resources, as far as its client was given them.
 */
export function resourceScopesOf({ oidc }: KoaContextWithOIDC): Record<string, string[]> {
  const asked = Object.entries(oidc.resourceServers ?? {}).map(([identifier, { scope }]) => [
    identifier,
    scope.split(" ").filter((one) => oidc.requestParamScopes.has(one)),
  ]);
  return Object.fromEntries(asked);
}

/** Decides the tenant of an authorization request from its parameters, the session and the page's answer. */
export function decideTenantOfRequest(ctx: KoaContextWithOIDC, current: string | undefined): TenantDecision {
  return decideTenant(tenantFacts(ctx, current));
}

function tenantFacts(ctx: KoaContextWithOIDC, current: string | undefined): TenantChoiceFacts {
  const { oidc } = ctx;
  const picked = oidc.result?.[tenantPrompt] as TenantResult | undefined;
  return {
    memberships: openPlacesOf(oidc.account).map(({ membership }) => membership),
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

// What `prompt=none` answers where the session does not speak for the tenant: the same whether the person belongs there,
// belongs elsewhere, or there is no such tenant.
const notSpokenFor = ["the session does not speak for the requested tenant", "login_required"] as const;

/** Builds the list of prompts. Each Provider needs a list of its own. */
export function buildPrompts(): interactionPolicy.Prompt[] {
  const [login, consent] = base();
  if (!login || !consent) throw new Error("oidc-provider's prompts are not the two this list is made from");

  login.checks.add(
    new Check("account_gone", "the signed-in account is gone or disabled", "login_required", (ctx) => {
      return ctx.oidc.session?.accountId !== undefined && ctx.oidc.account === undefined;
    }),
  );

  // Nobody vouched for the tenant the request is for, to which the person belongs: a login for it may. Asked once, or
  // there would be no end.
  login.checks.add(new Check("tenant_not_vouched", ...notSpokenFor, lacksVoucher));
  login.checks.add(
    new Check(factorMissing, "the login has not proven what is asked for", "login_required", lacksFactor),
  );
  const maxAge = login.checks.get("max_age");
  if (maxAge === undefined) throw new Error("oidc-provider no longer checks max_age");
  maxAge.check = isTooOld;

  const select = new Prompt(
    { name: tenantPrompt, requestable: true },
    (ctx): PromptDetails => ({
      tenantIds: openPlacesOf(ctx.oidc.account).map(({ tenant }) => tenant.id),
    }),
    new Check("no_membership", ...notSpokenFor, (ctx) => isRefused(ctx, "no_membership")),
    new Check("not_a_member", ...notSpokenFor, (ctx) => isRefused(ctx, "not_a_member")),
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
    const tenantIds = decision.kind === "chosen" ? [decision.tenantId] : [];
    return { tenantIds, resourceScopes: resourceScopesOf(ctx) };
  };
  return [undisclosed(), login, select, consent];
}

/**
 * Tells whether the person would be asked to log in. What the list asks for that does not depend on the grant.
 * @param prompts a list of {@link buildPrompts}
 */
export async function asksForLogin(
  ctx: KoaContextWithOIDC,
  prompts: readonly interactionPolicy.Prompt[],
): Promise<boolean> {
  const checks = [...(prompts.find(({ name }) => name === "login")?.checks ?? [])];
  return (await Promise.all(checks.map(({ check }) => check(ctx)))).some(Boolean);
}

// The first thing that is asked, because every answer after it tells something of the person: when they logged in, where
// they belong, whether they are the one a hint names. With a page it is asked of nobody: the pages talk to the person.
function undisclosed(): interactionPolicy.Prompt {
  return new Prompt(
    { name: "undisclosed", requestable: false },
    new Check("no_consent", "the person has not consented", "consent_required", ({ oidc }) => {
      if (!oidc.promptPending("none") || !needsConsent(oidc.client)) return false;
      if (oidc.session?.accountId === undefined || oidc.account === undefined) return false;
      return tenantOfGrant(oidc.grant) === undefined;
    }),
  );
}

function isRefused(ctx: KoaContextWithOIDC, reason: "no_membership" | "not_a_member"): boolean {
  if (!isForTenant(ctx)) return false;
  const decision = decideTenantOfRequest(ctx, tenantOfGrant(ctx.oidc.grant));
  return decision.kind === "refused" && decision.reason === reason;
}

function lacksVoucher(ctx: KoaContextWithOIDC): boolean {
  const { session, account, result, params } = ctx.oidc;
  if (session?.accountId === undefined || account === undefined) return false;
  // Of a login that was ended before it was complete nothing is left: the person logs in once more.
  const vouchers = vouchersOf(account);
  if (vouchers.length === 0) return true;
  // The console is opened by a password typed here. What an application's back end vouches for opens no administration.
  if (oidcClientId(ctx) === consoleClientId && !vouchers.some(({ method }) => method === "password"))
    return true;
  if (result?.login !== undefined || !isForTenant(ctx)) return false;
  // What lacks a second factor only is asked for that (lacksFactor).
  const places = placesOf(account).filter(({ lacking }) => lacking === undefined);
  const named = (name: string) => places.find(({ tenant }) => tenant.id === text(params?.[name]));
  if (text(params?.["tenant"]) !== undefined) {
    const required = named("tenant");
    return required !== undefined && !isOpen(required);
  }
  const hinted = named("tenant_hint");
  if (hinted !== undefined && hinted.voucher === undefined && hinted.refusal === undefined) return true;
  // Nobody goes on in another organization than the one they were in because its time is over.
  if (places.some((place) => place.isOver && place.refusal === undefined)) return true;
  return places.length > 0 && !places.some(isOpen);
}

// A tenant that is named, or any of the person's where none is, requires more than the session has proven, or the
// application asks for more. A login of this very request was asked for all of it: what it lacks then, it cannot have.
function lacksFactor(ctx: KoaContextWithOIDC): boolean {
  const { session, account, result, params } = ctx.oidc;
  if (session?.accountId === undefined || account === undefined || vouchersOf(account).length === 0)
    return false;
  const isNew = result?.login !== undefined;
  if (!reaches(provenLevel(ctx), levelAskedFor(text(params?.["acr_values"])))) {
    if (!isNew) return true;
    throw new errors.CustomOIDCProviderError(
      "unmet_authentication_requirements",
      "the login has not proven what acr_values asks for",
    );
  }
  if (isNew) return false;
  const named = text(params?.["tenant"]) ?? text(params?.["tenant_hint"]);
  const lacking = placesOf(account).filter(
    (place) => place.lacking !== undefined && place.refusal === undefined,
  );
  return lacking.some(({ tenant }) => named === undefined || tenant.id === named);
}

// What the session says of itself is by the login it speaks by. Our own pages, which are for no tenant, ask for what the person
// proved here: the word of an application about one tenant stands beside it, and would hide it.
function provenLevel(ctx: KoaContextWithOIDC): LoginLevel {
  const { session, account } = ctx.oidc;
  if (isForTenant(ctx)) return levelOfAmr(session?.amr ?? []);
  return highestLevel(
    vouchersOf(account)
      .filter(({ method }) => method === "password")
      .map(({ level }) => level),
  );
}

// The library takes any login of this request for the one that was asked for. The session may speak for the tenant by
// another, older one (loadGrant has put that one's time into the session).
function isTooOld({ oidc }: KoaContextWithOIDC): boolean {
  const maxAge = oidc.params?.["max_age"];
  if (maxAge === undefined) return false;
  const { session, result } = oidc;
  if (session?.accountId === undefined) return true;
  const isNew = result?.login !== undefined && result.login.ts === session.loginTs;
  return !isNew && session.past(Number(maxAge));
}

/**
 * Tells whether a sign-in is for a tenant. Those of the account page and of the console are not: their codes make no
 * token.
 */
export function isForTenant(ctx: KoaContextWithOIDC): boolean {
  return !isOwnClient(oidcClientId(ctx));
}

const oidcClientId = ({ oidc }: KoaContextWithOIDC): string | undefined => oidc.client?.clientId;
