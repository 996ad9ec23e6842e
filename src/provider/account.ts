// Owns the account as oidc-provider sees it: found by id, asked for claims. Whoever may have no token is
// refused here, at every issuance, by what the store says at that moment.
import type { FindAccount, KoaContextWithOIDC, Account as OidcAccount } from "oidc-provider";
import type { Database } from "../db/connect.ts";
import { findAccount } from "./accounts/account_store.ts";
import { tenantOfGrant } from "./internals.ts";
import { idTokenClaims, userinfoClaims } from "./tenants/claims.ts";
import { listMembershipsOfAccount, type Membership } from "./tenants/membership_store.ts";
import { getSubjectClaims, type SubjectDeps, type SubjectRequest } from "./tenants/subject.ts";
import { invalidGrant, invalidToken, refusingAs } from "./token_error.ts";

/** An account while a person is being signed in. */
interface SigningInAccount extends OidcAccount {
  memberships: readonly Membership[];
}

/** The memberships read with the account of an authorization request; none for any other. */
export function membershipsOf(account: OidcAccount | undefined): readonly Membership[] {
  return (account as SigningInAccount | undefined)?.memberships ?? [];
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
    if (token === undefined) return findSigningIn(deps.db, accountId);
    if (ctx.oidc.route === "userinfo") return userinfoAccount(deps, ctx, accountId);
    const subject = getSubjectClaims(deps, subjectOfGrant(ctx, accountId, deps.awsClientId));
    // Refused before a refresh token is used up, so that it works again once the reason is gone.
    const claims = await refusingAs(invalidGrant, subject);
    return { accountId, claims: () => idTokenClaims(claims, deps.tenantClaim) };
  };
}

// Only for the authorization endpoint, which issues codes and no tokens.
async function findSigningIn(db: Database, accountId: string): Promise<SigningInAccount | undefined> {
  const account = await findAccount(db, accountId);
  if (!account || account.disabledAtMs !== null) return undefined;
  const memberships = await listMembershipsOfAccount(db, accountId);
  return {
    accountId,
    memberships,
    claims: () => {
      throw new Error("the authorization endpoint issues no ID token");
    },
  };
}

// A refresh happens without the person. What comes of it for the client registered with AWS opens the
// customer's data, so there the tenant's presence policy holds as it does for minting.
function subjectOfGrant(ctx: KoaContextWithOIDC, accountId: string, awsClientId: string): SubjectRequest {
  const clientId = ctx.oidc.client?.clientId ?? "";
  const refreshing = ctx.oidc.params?.["grant_type"] === "refresh_token";
  const present = !(refreshing && clientId === awsClientId);
  return { accountId, tenantId: tenantOfGrant(ctx.oidc.grant), clientId, present };
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
