// Owns an account for which it was decided what a token may say of it, as the library hands it on.
import type { Account as OidcAccount } from "oidc-provider";
import type { SubjectClaims } from "./claims.ts";

/** An account of a token that is being made. */
export interface DecidedAccount extends OidcAccount {
  subject: SubjectClaims;
}

/** What was decided; undefined where nothing was. */
export function decidedSubjectOf(account: OidcAccount | undefined): SubjectClaims | undefined {
  return (account as Partial<DecidedAccount> | undefined)?.subject;
}
