// Owns which tenant a sign-in is for and by which of the session's logins: the grant of an authorization request names
// both, once and for all, and every token that comes of it is decided from them.
import {
  errors,
  type Grant,
  type interactionPolicy,
  type KoaContextWithOIDC,
  type Session,
} from "oidc-provider";
import { personScopes } from "../../grants_and_scopes.ts";
import type { StoreAndClock } from "../../installation.ts";
import {
  asksForLogin,
  decideTenantOfRequest,
  isForTenant,
  needsConsent,
  resourceScopesOf,
} from "../interactions/prompts.ts";
import {
  createGrant,
  type GrantLogin,
  keepLogin,
  loginOfGrant,
  type TenantGrant,
  tenantOfGrant,
} from "../sessions/tenant_grant.ts";
import type { Vouched, Voucher } from "../sessions/voucher.ts";
import type { OpenPlace } from "../subjects/places.ts";
import { openPlacesOf, vouchersOf } from "../subjects/signing_in_account.ts";
import { ttlSeconds } from "./policies.ts";
import { grantByConsent } from "./remembered_consent.ts";

/**
 * Finds or makes the grant of an authorization request: the one of this session and client if it is for the
 * tenant the request is for. A first-party client's grant is made here, without a question; a third-party
 * client's after consent. A silent request that is about to be refused makes none.
 * @param prompts the Provider's own list
 * @param deps where consents are remembered
 */
export async function loadGrant(
  ctx: KoaContextWithOIDC,
  prompts: readonly interactionPolicy.Prompt[],
  deps: StoreAndClock,
): Promise<Grant | undefined> {
  const { client, session, account, provider, result } = ctx.oidc;
  if (!client || !session || !account) return undefined;
  // Asked when the sign-in began; it may have been taken from the client since.
  const returnsTo = ctx.oidc.params?.["redirect_uri"];
  if (typeof returnsTo === "string" && !client.redirectUriAllowed(returnsTo)) {
    throw new errors.InvalidRedirectUri();
  }
  const known = await Promise.all(
    [result?.consent?.grantId, session.grantIdFor(client.clientId)].map((grantId) =>
      grantId === undefined ? undefined : provider.Grant.find(grantId),
    ),
  );
  const own = known.filter(
    (grant) => grant?.accountId === account.accountId && grant?.clientId === client.clientId,
  );
  const decision = decideTenantOfRequest(
    ctx,
    own.map(tenantOfGrant).find((tenantId) => tenantId !== undefined),
  );
  if (decision.kind !== "chosen" && isForTenant(ctx)) return undefined;
  const tenantId = decision.kind === "chosen" && isForTenant(ctx) ? decision.tenantId : undefined;
  const place = openPlacesOf(account).find(({ tenant }) => tenant.id === tenantId);
  if (place !== undefined) speakBy(session, place.voucher);
  const login = place && loginAt(place);
  const matching: TenantGrant | undefined = own.find(
    (grant) => tenantOfGrant(grant) === tenantId && isOfLogin(grant, login, vouchersOf(account)),
  );
  if (ctx.oidc.promptPending("none") && (await asksForLogin(ctx, prompts))) return matching;
  if (matching && login && !isVouchedAs(matching, login)) {
    keepLogin(matching, login);
    await matching.save();
  }
  const { accountId } = account;
  const make = () => createGrant(provider, { accountId, clientId: client.clientId, tenantId, login });
  if (needsConsent(client)) {
    const standing = matching && isFresh(matching) ? matching : undefined;
    if (tenantId === undefined || login === undefined) return standing;
    const sessionUid = session.uid;
    return grantByConsent(ctx, deps, { client, accountId, sessionUid, tenantId, login, standing, make });
  }
  const grant = matching ?? make();
  const missing = [...ctx.oidc.requestParamOIDCScopes].filter(
    (scope) => personScopes.includes(scope) && !hasScope(grant, scope),
  );
  const missingAtResources = missingScopes(ctx, grant);
  const complete = missing.length === 0 && missingAtResources.size === 0;
  if (complete && matching && isFresh(matching)) return matching;
  for (const [identifier, scopes] of missingAtResources) grant.addResourceScope(identifier, scopes);
  if (matching && !isFresh(matching)) delete matching.exp;
  if (missing.length > 0) grant.addOIDCScope(missing);
  await grant.save();
  return grant;
}

// What comes of a login for one tenant is for it, and for the membership, as they stand while it opens it.
const loginAt = ({ voucher, membership, tenant }: OpenPlace): GrantLogin => ({
  method: voucher.method,
  generation: voucher.generation,
  memberSinceMs: membership.createdAtMs,
  membershipEndings: voucher.membershipEndings,
  clientId: voucher.clientId,
  clientGeneration: voucher.clientGeneration,
  tenantGeneration: tenant.generation,
  life: voucher.life,
  level: voucher.level,
});

const isVouchedAs = (grant: TenantGrant, { method, clientId, life }: GrantLogin): boolean =>
  grant.vouchedBy === method &&
  (grant.vouchingClientId ?? null) === clientId &&
  grant.life?.beganAtMs === life?.beganAtMs;

// A grant of a login that was ended, or of a membership, a tenant or a client that vouched which was, is not brought
// back: tokens that were made from it meanwhile would come back with it.
function isOfLogin(
  grant: TenantGrant | undefined,
  login: GrantLogin | undefined,
  standing: readonly Voucher[],
): boolean {
  const kept = loginOfGrant(grant);
  if (kept === undefined || login === undefined) return true;
  if (kept.generation !== login.generation) return false;
  if (kept.tenantGeneration !== login.tenantGeneration) return false;
  // What was made of a login that had proven less must not come to say more, nor the other way round.
  if (kept.level !== login.level) return false;
  if (kept.clientId !== null && !standing.some((one) => isByTheSame(one, kept))) return false;
  return kept.memberSinceMs === null || kept.memberSinceMs === login.memberSinceMs;
}

const isByTheSame = (one: Vouched, other: Vouched): boolean =>
  one.clientId === other.clientId && one.clientGeneration === other.clientGeneration;

// What codes and tokens say of the login is what is so for their tenant: a session may hold several logins.
function speakBy(session: Session, voucher: Voucher): void {
  const loginTs = Math.floor(voucher.authTimeMs / 1000);
  const { acr, amr } = voucher;
  if (
    session.loginTs === loginTs &&
    session.acr === acr &&
    JSON.stringify(session.amr ?? []) === JSON.stringify(amr)
  )
    return;
  Object.assign(session, { loginTs, acr, amr: [...amr] });
}

function missingScopes(ctx: KoaContextWithOIDC, grant: Grant): ReadonlyMap<string, string[]> {
  const missing = Object.entries(resourceScopesOf(ctx)).map(([identifier, asked]) => {
    const granted = grant.getResourceScope(identifier).split(" ");
    return [identifier, asked.filter((one) => !granted.includes(one))] as const;
  });
  return new Map(missing.filter(([, scopes]) => scopes.length > 0));
}

// A refresh token made from a grant must not outlive it.
const isFresh = (grant: Grant): boolean => grant.remainingTTL > ttlSeconds.refreshToken;

const hasScope = (grant: Grant, scope: string): boolean => grant.getOIDCScope().split(" ").includes(scope);
