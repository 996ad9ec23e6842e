// Owns how an administrator's sign-in becomes the context of operations: who acts, and their right, which is read from the
// store at every question, so that it ends in the middle of what they began when it is taken from them.

import { OperationError } from "../errors.ts";
import { type AdministratorSignIn, administratorSignedIn } from "./administrators/administrator_store.ts";
import { mayDo } from "./administrators/roles.ts";
import type { OperationContext } from "./operations/operation.ts";
import type { Caller } from "./operations/permissions.ts";

// Operations that act in a back end's name are not for administrators; nor may one act for a tenant in them.
const noBackEnd: Caller = { clientId: "", tokenHash: "", mayActFor: () => false };

/**
 * Makes the context of an administrator who is signed in.
 * @param base everything that does not depend on who asks
 */
export function contextForAdministrator<Base extends Omit<OperationContext, "actor" | "may">>(
  base: Base,
  signIn: AdministratorSignIn,
): Base & Pick<OperationContext, "actor" | "may"> & { caller: Caller } {
  return {
    ...base,
    caller: noBackEnd,
    actor: `account:${signIn.accountId}`,
    async may(permission, db) {
      const role = await administratorSignedIn(db, signIn, base.clock());
      if (role === undefined) {
        throw new OperationError("unauthenticated", "This sign-in administers nothing, or no longer.", {
          fix: "Sign in again, with the account of an administrator.",
        });
      }
      return mayDo(role, { permission });
    },
  };
}
