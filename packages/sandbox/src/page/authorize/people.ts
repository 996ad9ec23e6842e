// Who may sign in to an application: users of its identity store, by name, and whether they are assigned. Pure.
import { groupIdsOf } from "../../services/sso_oidc/application_access.ts";
import type { IdentityCenterApplication, IdentityStoreUser, World } from "../../state/index.ts";

/** @returns users of an identity store, by display name */
export function listUsers(world: World, identityStoreId: string): IdentityStoreUser[] {
  return [...world.users.values()]
    .filter((user) => user.identityStoreId === identityStoreId)
    .sort((left, right) => nameOf(left).localeCompare(nameOf(right), "en"));
}

/** @returns the user with this user id, user name or e-mail, exactly */
export function findUser(world: World, identityStoreId: string, name: string): IdentityStoreUser | undefined {
  return listUsers(world, identityStoreId).find(
    (user) =>
      user.userId === name || user.userName === name || user.emails.some((email) => email.value === name),
  );
}

/** @returns the name to show for a user */
export function nameOf(user: IdentityStoreUser): string {
  return user.displayName ?? user.userName;
}

/** @returns whether the application asks for no assignment, or the user or one of his groups has one */
export function isAssigned(
  world: World,
  application: IdentityCenterApplication,
  user: IdentityStoreUser,
): boolean {
  if (!application.assignmentRequired) return true;
  const groups = groupIdsOf(user, { world });
  return application.assignments.some(({ principalType, principalId }) =>
    principalType === "USER" ? principalId === user.userId : groups.includes(principalId),
  );
}
