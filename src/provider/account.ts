// Owns the account as oidc-provider sees it: found by id, asked for claims. Whoever may have no token is
// refused here, at every issuance, by what the store says at that moment.
import type { FindAccount, KoaContextWithOIDC, Account as OidcAccount } from "oidc-provider";
import type { Database } from "../db/connect.ts";
import { findAccount } from "./accounts/account_store.ts";
import { tenantOfGrant } from "./internals.ts";
import { idTokenClaims, type SubjectClaims, userinfoClaims } from "./tenants/claims.ts";
import { listMembershipsOfAccount, type Membership } from "./tenants/membership_store.ts";
import { getSubjectClaims } from "./tenants/subject.ts";
import { invalidGrant, invalidToken, refusingAs } from "./token_error.ts";

/** An account while a person is being signed in. */
interface SigningInAccount extends OidcAccount {
  memberships: readonly Membership[];
}

/** The memberships read with the account of an authorization request; none for any other. */
export function membershipsOf(account: OidcAccount | undefined): readonly Membership[] {
  return (account as SigningInAccount | undefined)?.memberships ?? [];
}

/** Makes oidc-provider's `findAccount`. */
export function accountFinder(db: Database, tenantClaim: string): FindAccount {
  return async (ctx, accountId, token) => {
    if (token === undefined) return findSigningIn(db, accountId);
    if (ctx.oidc.route === "userinfo") return userinfoAccount(db, tenantClaim, ctx, accountId);
    const claims = await subjectOfGrant(db, ctx, accountId);
    return { accountId, claims: () => idTokenClaims(claims, tenantClaim) };
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

// Refused before a refresh token is used up, so that it works again once the reason is gone.
function subjectOfGrant(db: Database, ctx: KoaContextWithOIDC, accountId: string): Promise<SubjectClaims> {
  return refusingAs(invalidGrant, getSubjectClaims(db, accountId, tenantOfGrant(ctx.oidc.grant)));
}

// The library loads the grant after the account, so the decision waits for the claims to be asked for.
function userinfoAccount(
  db: Database,
  tenantClaim: string,
  ctx: KoaContextWithOIDC,
  accountId: string,
): OidcAccount {
  return {
    accountId,
    claims: async (_use, scope) => {
      const subject = getSubjectClaims(db, accountId, tenantOfGrant(ctx.oidc.grant));
      return userinfoClaims(await refusingAs(invalidToken, subject), tenantClaim, scope);
    },
  };
}
