// Which roles a user has by permission sets: assigned to it or to one of its groups, and provisioned.
import type { PortalToken, World } from "../../state/index.ts";

/** A permission set as an account's role. */
export type AssignedRole = {
  accountId: string;
  /** The permission set's name: the portal's name of the role. */
  roleName: string;
  roleArn: string;
};

/** @returns each role once, however many assignments lead to it */
export function rolesOf(world: World, { instanceArn, identityStoreId, userId }: PortalToken): AssignedRole[] {
  const groups = new Set(
    [...world.memberships.values()]
      .filter((each) => each.identityStoreId === identityStoreId && each.userId === userId)
      .map(({ groupId }) => groupId),
  );
  const found = new Map<string, AssignedRole>();
  for (const assignment of world.accountAssignments.values()) {
    const { permissionSetArn, accountId, principalType, principalId } = assignment;
    if (assignment.instanceArn !== instanceArn) continue;
    if (principalType === "USER" ? principalId !== userId : !groups.has(principalId)) continue;
    const set = world.permissionSets.get(permissionSetArn);
    const key = `${permissionSetArn}|${accountId}`;
    const provisioned = world.provisionedPermissionSets.get(key);
    if (set === undefined || provisioned === undefined) continue;
    found.set(key, { accountId, roleName: set.name, roleArn: provisioned.roleArn });
  }
  return [...found.values()];
}
