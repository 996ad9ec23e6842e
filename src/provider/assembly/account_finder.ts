// Owns the account as oidc-provider sees it: found by id, asked for claims. Whoever may have no token is
// refused here, at every issuance, by what the store says at that moment.
import {
  type Client,
  errors,
  type FindAccount,
  type KoaContextWithOIDC,
  type Account as OidcAccount,
} from "oidc-provider";
import { grantTypes } from "../../grants_and_scopes.ts";
import type { Installation, StoreAndClock } from "../../installation.ts";
import { keepAsChosen, takeNewId } from "../library/session_ids.ts";
import { invalidGrant, invalidToken, refusingAs } from "../library/token_error.ts";
import { readBrowserName } from "../sessions/browser_name.ts";
import { beginLogin, type SessionLimits } from "../sessions/login_life.ts";
import { loginBehind, tenantOfGrant } from "../sessions/tenant_grant.ts";
import { readVouched, voucherOf } from "../sessions/voucher.ts";
import { createVoucherReader, type VoucherReader } from "../sessions/voucher_reader_store.ts";
import { type SessionKey, saveVoucher } from "../sessions/voucher_store.ts";
import { claimsByScope, userinfoClaims } from "../subjects/claims.ts";
import type { DecidedAccount } from "../subjects/decided_account.ts";
import { readPlaces } from "../subjects/places.ts";
import type { LoginResult, SigningInAccount } from "../subjects/signing_in_account.ts";
import { getSubjectClaims, type SubjectDeps, type SubjectRequest } from "../subjects/subject.ts";
import { createSubjectReader } from "../subjects/subject_store.ts";

// What a token or a code says of where it comes from.
interface CarriedToken {
  scopes?: ReadonlySet<string>;
  expiresWithSession?: boolean | undefined;
  sessionUid?: string | undefined;
}

/** Makes oidc-provider's `findAccount`. */
export function accountFinder(installation: Installation): FindAccount {
  const { db } = installation;
  const deps = {
    ...installation,
    ...{ readSubject: createSubjectReader(db), readVouchers: createVoucherReader(db) },
  };
  return async (ctx, accountId, token) => {
    if (token === undefined) return findSigningIn(deps, ctx, accountId);
    if (ctx.oidc.route === "userinfo") return userinfoAccount(deps, ctx, accountId, token);
    assertReturnsStill(ctx.oidc.client, token);
    const subject = getSubjectClaims(deps, subjectOfGrant(ctx, accountId, deps.awsClientId, token));
    // Refused before a refresh token is used up, so that it works again once the reason is gone.
    const claims = await refusingAs(invalidGrant, subject);
    const clientId = ctx.oidc.client?.clientId ?? "";
    const decided: DecidedAccount = {
      accountId,
      subject: claims,
      claims: () => claimsByScope(claims, deps.tenantClaim, clientId, deps.awsClientId),
    };
    return decided;
  };
}

// A code went where the client's people came back to then; if that is none of its addresses now, whoever holds it is not
// the client.
function assertReturnsStill(client: Client | undefined, token: object): void {
  const uri: unknown = Reflect.get(token, "redirectUri");
  if (typeof uri !== "string" || client?.redirectUriAllowed(uri)) return;
  throw new errors.InvalidGrant("the code went to an address that is none of the client's any more");
}

// Only for the authorization endpoint, which issues codes and no tokens.
async function findSigningIn(
  deps: Installation & { readVouchers: VoucherReader },
  ctx: KoaContextWithOIDC,
  accountId: string,
): Promise<SigningInAccount | undefined> {
  const { session } = ctx.oidc;
  if (session === undefined) throw new Error("the authorization endpoint has a session");
  const key = { sessionUid: session.uid, accountId };
  await rememberLogin(deps, ctx, key);
  const vouchers = await deps.readVouchers(key, deps.clock());
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

// Where the login of an interaction becomes one of the session; a session holds as many as were made in it. It may have
// waited long: it is written with the numbers of when it was made, and whether it stands is asked whenever it is read.
async function rememberLogin(
  { db, clock, ...limits }: StoreAndClock & SessionLimits,
  ctx: KoaContextWithOIDC,
  key: SessionKey,
): Promise<void> {
  const { oidc } = ctx;
  const login = oidc.result?.login;
  const { voucher } = (oidc.result ?? {}) as LoginResult;
  const { session } = oidc;
  if (login?.accountId !== key.accountId || voucher === undefined || session === undefined) return;
  // A login is one of the session's new id alone: who holds the former one gets nothing of it.
  await takeNewId(session);
  const now = clock();
  const remembered = login.remember === true;
  const { beganAtMs, endsAtMs, ...use } = beginLogin(limits, remembered, now.getTime());
  const how = { amr: login.amr ?? [], acr: login.acr, authTimeMs: (login.ts ?? 0) * 1000 };
  const browser = readBrowserName(ctx.get("user-agent"));
  const made = voucherOf(
    { ...readVouched(voucher), life: { beganAtMs, endsAtMs } },
    { ...how, use, browser, remembered },
  );
  const keptUntilMs = await saveVoucher(db, key, made, now);
  keepAsChosen(session, { remembered, endsAtMs: keptUntilMs ?? endsAtMs ?? now.getTime() });
}

// A refresh happens without the person. What comes of it for the client registered with AWS opens the
// customer's data, so there the tenant's presence policy holds as it does for minting.
function subjectOfGrant(
  ctx: KoaContextWithOIDC,
  accountId: string,
  awsClientId: string,
  token: CarriedToken,
): SubjectRequest {
  const clientId = ctx.oidc.client?.clientId ?? "";
  const { grant } = ctx.oidc;
  const refreshing = ctx.oidc.params?.["grant_type"] === grantTypes.refreshToken;
  const present = !(refreshing && clientId === awsClientId);
  const login = loginBehind(grant, token.scopes ?? new Set());
  const sessionUid = token.expiresWithSession === true ? token.sessionUid : undefined;
  return { accountId, tenantId: tenantOfGrant(grant), clientId, present, login, sessionUid };
}

// The library loads the grant after the account, so the decision waits for the claims to be asked for.
function userinfoAccount(
  deps: Installation & SubjectDeps,
  ctx: KoaContextWithOIDC,
  accountId: string,
  token: CarriedToken,
): OidcAccount {
  return {
    accountId,
    claims: async (_use, scope) => {
      const subject = getSubjectClaims(deps, subjectOfGrant(ctx, accountId, deps.awsClientId, token));
      return userinfoClaims(await refusingAs(invalidToken, subject), deps.tenantClaim, scope);
    },
  };
}
