// Owns the account as oidc-provider sees it: found by id, asked for claims. Whoever may have no token is
// refused here, at every issuance, by what the store says at that moment.
import type { FindAccount, KoaContextWithOIDC, Account as OidcAccount } from "oidc-provider";
import type { Clock } from "../../clock.ts";
import type { Database } from "../../db/connect.ts";
import { loginOfGrant, tenantOfGrant } from "../library/internals.ts";
import { invalidGrant, invalidToken, refusingAs } from "../library/token_error.ts";
import type { Voucher } from "../sessions/voucher.ts";
import { listVouchers, type SessionKey, saveVoucher } from "../sessions/voucher_store.ts";
import { idTokenClaims, userinfoClaims } from "../subjects/claims.ts";
import { isOpen, type OpenPlace, type Place, readPlaces } from "../subjects/places.ts";
import { getSubjectClaims, type SubjectDeps, type SubjectRequest } from "../subjects/subject.ts";

/** What an interaction's result says of a login, beside the library's own `login`. */
export interface LoginResult {
  /** Who vouched for the login, and for what. */
  voucher?: Pick<Voucher, "method" | "tenantId" | "clientId"> &
    // Absent in a sign-in under way of before they were kept.
    Partial<Pick<Voucher, "generation" | "memberSinceMs">>;
}

/** An account while a person is being signed in. */
interface SigningInAccount extends OidcAccount {
  vouchers: readonly Voucher[];
  places: readonly Place[];
}

/** The tenants of the person of an authorization request; none for any other request. */
export function placesOf(account: OidcAccount | undefined): readonly Place[] {
  return (account as SigningInAccount | undefined)?.places ?? [];
}

/** Those of them that the session speaks for. */
export function openPlacesOf(account: OidcAccount | undefined): readonly OpenPlace[] {
  return placesOf(account).filter(isOpen);
}

/** The logins of the session of an authorization request. */
export function vouchersOf(account: OidcAccount | undefined): readonly Voucher[] {
  return (account as SigningInAccount | undefined)?.vouchers ?? [];
}

/** What finding accounts needs. */
export interface AccountDeps extends SubjectDeps {
  /** Configured name of the claim that carries the tenant. */
  tenantClaim: string;
  /** The client whose ID tokens AWS accepts. */
  awsClientId: string;
}

/** Makes oidc-provider's `findAccount`. */
export function accountFinder(deps: AccountDeps): FindAccount {
  return async (ctx, accountId, token) => {
    if (token === undefined) return findSigningIn(deps, ctx, accountId);
    if (ctx.oidc.route === "userinfo") return userinfoAccount(deps, ctx, accountId);
    const subject = getSubjectClaims(deps, subjectOfGrant(ctx, accountId, deps.awsClientId));
    // Refused before a refresh token is used up, so that it works again once the reason is gone.
    const claims = await refusingAs(invalidGrant, subject);
    return { accountId, claims: () => idTokenClaims(claims, deps.tenantClaim) };
  };
}

// Only for the authorization endpoint, which issues codes and no tokens.
async function findSigningIn(
  deps: AccountDeps,
  ctx: KoaContextWithOIDC,
  accountId: string,
): Promise<SigningInAccount | undefined> {
  const { session } = ctx.oidc;
  if (session === undefined) throw new Error("the authorization endpoint has a session");
  const key = { sessionUid: session.uid, accountId };
  await rememberLogin(deps, ctx, key);
  const vouchers = await listVouchers(deps.db, key);
  const { account, places } = await readPlaces(deps, accountId, vouchers);
  if (!account || account.disabledAtMs !== null) return undefined;
  return {
    accountId,
    vouchers,
    places,
    claims: () => {
      throw new Error("the authorization endpoint issues no ID token");
    },
  };
}

// Where the login of an interaction becomes one of the session; a session holds as many as were made in it.
async function rememberLogin(
  { db, clock }: { db: Database; clock: Clock },
  { oidc }: KoaContextWithOIDC,
  session: SessionKey,
): Promise<void> {
  const login = oidc.result?.login;
  const { voucher } = (oidc.result ?? {}) as LoginResult;
  if (login?.accountId !== session.accountId || voucher === undefined) return;
  const { method, tenantId, clientId, generation = 0, memberSinceMs = null } = voucher;
  const how = { amr: login.amr ?? [], acr: login.acr, authTimeMs: (login.ts ?? 0) * 1000 };
  await saveVoucher(db, session, { method, tenantId, clientId, generation, memberSinceMs, ...how }, clock());
}

// A refresh happens without the person. What comes of it for the client registered with AWS opens the
// customer's data, so there the tenant's presence policy holds as it does for minting.
function subjectOfGrant(ctx: KoaContextWithOIDC, accountId: string, awsClientId: string): SubjectRequest {
  const clientId = ctx.oidc.client?.clientId ?? "";
  const { grant } = ctx.oidc;
  const refreshing = ctx.oidc.params?.["grant_type"] === "refresh_token";
  const present = !(refreshing && clientId === awsClientId);
  return { accountId, tenantId: tenantOfGrant(grant), clientId, present, login: loginOfGrant(grant) };
}

// The library loads the grant after the account, so the decision waits for the claims to be asked for.
function userinfoAccount(deps: AccountDeps, ctx: KoaContextWithOIDC, accountId: string): OidcAccount {
  return {
    accountId,
    claims: async (_use, scope) => {
      const subject = getSubjectClaims(deps, subjectOfGrant(ctx, accountId, deps.awsClientId));
      return userinfoClaims(await refusingAs(invalidToken, subject), deps.tenantClaim, scope);
    },
  };
}
