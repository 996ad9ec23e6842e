// Decides what a choice on the sign-in page comes to, and makes the code for the one who may go on. Pure.
import type { AuthorizationCode, IdentityStoreUser, IdSource, World } from "../../state/index.ts";
import type { AuthorizationFault, AuthorizationRequest } from "./authorize_request.ts";
import { findUser, isAssigned, nameOf } from "./people.ts";

/** Who goes on, or why nobody does; the latter is told to the client as `access_denied`. */
export type SignInDecision = { user: IdentityStoreUser } | { fault: AuthorizationFault };

/**
 * @param choice the form's fields: `user` (user id, user name or e-mail) or `cancel`
 * @param acceptsDisabled whether a disabled user may sign in (rule `user.disabled`)
 */
export function decideSignIn(
  choice: URLSearchParams,
  { application, instance }: AuthorizationRequest,
  world: World,
  acceptsDisabled: boolean,
): SignInDecision {
  if (choice.get("cancel") !== null) {
    return refuse("authorize.consent", "The user cancelled the sign-in.", "Choose a user.");
  }
  const name = choice.get("user") ?? "";
  const user = findUser(world, instance.identityStoreId, name);
  if (user === undefined) {
    const why = `There is no user "${name}" in ${instance.identityStoreId}.`;
    return refuse("authorize.user", why, "Sign in as a user of this identity store.");
  }
  if (user.status === "DISABLED" && !acceptsDisabled) {
    return refuse("authorize.user", `User ${nameOf(user)} is disabled.`, "Sign in as an enabled user.");
  }
  if (!isAssigned(world, application, user)) {
    return refuse(
      "authorize.assignment",
      `User ${nameOf(user)} is not assigned to application ${application.name}, which requires it.`,
      "CreateApplicationAssignment, or PutApplicationAssignmentConfiguration --no-assignment-required.",
    );
  }
  return { user };
}

/** @returns a new code, bound to the request's application, redirect URI and challenge */
export function createCode(
  { application, redirectUri, scopes, codeChallenge }: AuthorizationRequest,
  user: IdentityStoreUser,
  ids: IdSource,
  now: Date,
  ttlSeconds: number,
): AuthorizationCode {
  return {
    code: ids.token(43),
    applicationArn: application.applicationArn,
    userId: user.userId,
    redirectUri,
    scopes,
    codeChallenge,
    codeChallengeMethod: codeChallenge === null ? null : "S256",
    issuedAtMs: now.getTime(),
    expiresAtMs: now.getTime() + ttlSeconds * 1000,
    redeemedAtMs: null,
  };
}

function refuse(rule: string, why: string, fix: string): SignInDecision {
  return { fault: { rule, why, fix } };
}
