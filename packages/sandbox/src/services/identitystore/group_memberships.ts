// Memberships of users in groups: Create, Describe, Delete, both lists, GetGroupMembershipId, IsMemberInGroups.

import { family, type OperationContext } from "../../operation/operation.ts";
import type { GroupMembership } from "../../state/identity_center_entities.ts";
import { storeKey } from "../../state/world.ts";
import {
  getGroup,
  getIdentityStore,
  getMembership,
  getUser,
  list,
  policyResource,
  resourceArn,
  type StoreInput,
} from "./lookup.ts";
import { refuseDuplicate, refuseMissing } from "./refuse.ts";

type Member = { MemberId: { UserId: string } };
type PairInput = StoreInput & Member & { GroupId: string };
type MembershipInput = StoreInput & { MembershipId: string };
type PageInput = { MaxResults?: number; NextToken?: string };

/** The operations of this family. */
export const groupMembershipOperations = family("identitystore", {
  CreateGroupMembership: {
    authorize: policyResource,
    run(input: PairInput, context) {
      const { identityStoreId, groupId, userId } = resolvePair(input, context);
      if (findMembership(context, identityStoreId, groupId, userId)) {
        throw refuseDuplicate("GroupMembership", {
          rule: "membership.unique",
          why: `User ${userId} is a member of group ${groupId} already.`,
          fix: "Treat it as done.",
        });
      }
      const membershipId = context.ids.identityStoreResourceId();
      const createdAtMs = context.clock().getTime();
      const membership = { identityStoreId, membershipId, groupId, userId, createdAtMs };
      context.world.memberships.set(storeKey(identityStoreId, membershipId), membership);
      return identify(membership);
    },
  },

  DescribeGroupMembership: {
    authorize: policyResource,
    run(input: MembershipInput, context) {
      const { identityStoreId } = getIdentityStore(context, input);
      return describe(getMembership(context, identityStoreId, input.MembershipId));
    },
  },

  DeleteGroupMembership: {
    authorize: policyResource,
    run(input: MembershipInput, context) {
      const { identityStoreId } = getIdentityStore(context, input);
      const { membershipId } = getMembership(context, identityStoreId, input.MembershipId);
      context.world.memberships.delete(storeKey(identityStoreId, membershipId));
      return {};
    },
  },

  ListGroupMemberships: {
    authorize: policyResource,
    run(input: StoreInput & PageInput & { GroupId: string }, context) {
      const { identityStoreId } = getIdentityStore(context, input);
      const { groupId } = getGroup(context, identityStoreId, input.GroupId);
      const found = membershipsOf(context, identityStoreId).filter(
        (membership) => membership.groupId === groupId,
      );
      return list(context, input, found, {
        as: "GroupMemberships",
        show: describe,
        filter: [identityStoreId, groupId],
      });
    },
  },

  ListGroupMembershipsForMember: {
    authorize: policyResource,
    run(input: StoreInput & PageInput & Member, context) {
      const { identityStoreId } = getIdentityStore(context, input);
      const { userId } = getUser(context, identityStoreId, input.MemberId.UserId);
      const found = membershipsOf(context, identityStoreId).filter(
        (membership) => membership.userId === userId,
      );
      return list(context, input, found, {
        as: "GroupMemberships",
        show: describe,
        filter: [identityStoreId, userId],
      });
    },
  },

  GetGroupMembershipId: {
    authorize: policyResource,
    run(input: PairInput, context) {
      const { identityStoreId, groupId, userId } = resolvePair(input, context);
      const membership = findMembership(context, identityStoreId, groupId, userId);
      if (membership) return identify(membership);
      throw refuseMissing("GROUP_MEMBERSHIP", undefined, {
        rule: "resource.exists",
        why: `User ${userId} is no member of group ${groupId}.`,
        fix: "Create the membership first.",
      });
    },
  },

  IsMemberInGroups: {
    authorize: policyResource,
    run(input: StoreInput & Member & { GroupIds: string[] }, context) {
      const { identityStoreId } = getIdentityStore(context, input);
      const { userId } = getUser(context, identityStoreId, input.MemberId.UserId);
      const results = input.GroupIds.map((given) => {
        const { groupId } = getGroup(context, identityStoreId, given);
        return {
          GroupId: groupId,
          MemberId: { UserId: userId },
          MembershipExists: findMembership(context, identityStoreId, groupId, userId) !== undefined,
        };
      });
      return { Results: results };
    },
  },
});

function resolvePair(input: PairInput, context: OperationContext) {
  const { identityStoreId } = getIdentityStore(context, input);
  const { groupId } = getGroup(context, identityStoreId, input.GroupId);
  const { userId } = getUser(context, identityStoreId, input.MemberId.UserId);
  return { identityStoreId, groupId, userId };
}

function membershipsOf({ world }: OperationContext, storeId: string): GroupMembership[] {
  return [...world.memberships.values()].filter(({ identityStoreId }) => identityStoreId === storeId);
}

function findMembership(
  context: OperationContext,
  storeId: string,
  groupId: string,
  userId: string,
): GroupMembership | undefined {
  return membershipsOf(context, storeId).find(
    (membership) => membership.groupId === groupId && membership.userId === userId,
  );
}

function identify({ identityStoreId, membershipId }: GroupMembership) {
  return {
    IdentityStoreId: identityStoreId,
    MembershipId: membershipId,
    MembershipArn: resourceArn("membership", membershipId),
  };
}

function describe(membership: GroupMembership) {
  return {
    ...identify(membership),
    GroupId: membership.groupId,
    MemberId: { UserId: membership.userId },
    CreatedAt: new Date(membership.createdAtMs),
    UpdatedAt: new Date(membership.createdAtMs),
  };
}
