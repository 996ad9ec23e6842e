// Who a user is to the documents of an index: the names and groups of the identity store, and those the application was told
// of (CreateUser, PutGroup).

import type { OperationContext } from "../../operation/operation.ts";
import type { LocalPrincipals, SearchUser } from "../../search/access.ts";
import { type IdentityStoreUser, type QGroup, storeKey } from "../../state/index.ts";
import { groupIdsOf } from "../sso_oidc/application_access.ts";
import { primaryEmailOf } from "../sso_oidc/user_match.ts";

/** What a search asks access lists for. */
export type Principals = { user: SearchUser; groups: string[]; locals: LocalPrincipals[] };

type Place = { applicationId: string; indexId: string };

/** A user of the identity store, as an index knows them. */
export function principalsOf(context: OperationContext, user: IdentityStoreUser, place: Place): Principals {
  const groups = groupIdsOf(user, context).flatMap((groupId) => {
    const group = context.world.groups.get(storeKey(user.identityStoreId, groupId));
    return group === undefined ? [] : [group.groupId, group.displayName];
  });
  const email = primaryEmailOf(user);
  const searchUser = { userId: user.userId, email, userName: user.userName };
  return { user: searchUser, groups, locals: localsOf(context, searchUser, groups, place) };
}

/** A name alone, of which the identity store knows nothing. */
export function principalsOfName(context: OperationContext, userId: string, place: Place): Principals {
  const user = { userId };
  return { user, groups: [], locals: localsOf(context, user, [], place) };
}

/**
 * Names and groups that hold for the documents of a data source, or of all. A group with a data source holds for its documents
 * only, and so does an alias (API reference, PutGroup, UserAlias).
 */
function localsOf(
  { world }: OperationContext,
  user: SearchUser,
  groups: readonly string[],
  { applicationId, indexId }: Place,
): LocalPrincipals[] {
  const own = [user.userId, user.email, user.userName].filter((name) => name !== undefined);
  const aliases = own
    .flatMap((name) => world.qUsers.get(storeKey(applicationId, name))?.aliases ?? [])
    .filter((alias) => alias.indexId === null || alias.indexId === indexId);
  const held = [...world.qGroups.values()].filter((group) => group.indexId === indexId);
  const everywhere = "";
  const sources = new Set(
    [...aliases, ...held].map(({ dataSourceId }) => dataSourceId ?? everywhere).concat(everywhere),
  );
  return [...sources].map((source) => {
    const isHere = ({ dataSourceId }: { dataSourceId: string | null }) =>
      dataSourceId === null || dataSourceId === source;
    const names = aliases.filter(isHere).map(({ userId }) => userId);
    const dataSourceId = source === everywhere ? null : source;
    return { dataSourceId, names, groups: groupsOf([...own, ...names], groups, held.filter(isHere)) };
  });
}

/** Names of the groups that hold one of the names, or a group that does. */
function groupsOf(names: readonly string[], groups: readonly string[], held: readonly QGroup[]): string[] {
  const belongsTo = new Set(groups);
  for (let before = -1; before !== belongsTo.size; ) {
    before = belongsTo.size;
    for (const { groupName, memberUsers, memberGroups } of held) {
      const isMember =
        memberUsers.some((each) => names.includes(each)) || memberGroups.some((each) => belongsTo.has(each));
      if (isMember) belongsTo.add(groupName);
    }
  }
  return [...belongsTo].filter((name) => !groups.includes(name));
}
