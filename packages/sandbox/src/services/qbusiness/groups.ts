// Who belongs to the groups that documents' access lists name: PutGroup, GetGroup, ListGroups, DeleteGroup.

import { family, type OperationContext } from "../../operation/operation.ts";
import type { QGroup } from "../../state/index.ts";
import { type ListInput, list } from "./collections.ts";
import { applicationResource, getDataSource, getIndex, type IndexInput } from "./lookup.ts";
import { refuseField, refuseMissing } from "./refuse.ts";

type GroupInput = IndexInput & { groupName: string; dataSourceId?: string };
type PutInput = GroupInput & {
  type: QGroup["type"];
  groupMembers: {
    memberGroups?: { groupName: string }[];
    memberUsers?: { userId: string }[];
    s3PathForGroupMembers?: unknown;
  };
};
type ListGroupsInput = IndexInput & ListInput & { updatedEarlierThan: Date; dataSourceId?: string };

/** Members given inline (API reference, PutGroup). */
const mostMembers = 1000;

/** The operations of this family. */
export const groupOperations = family("qbusiness", {
  PutGroup: {
    authorize: applicationResource,
    run(input: PutInput, context) {
      const { applicationId, indexId } = getIndex(context, input);
      if (input.dataSourceId !== undefined)
        getDataSource(context, { ...input, dataSourceId: input.dataSourceId });
      const { memberGroups = [], memberUsers = [], s3PathForGroupMembers } = input.groupMembers;
      if (s3PathForGroupMembers !== undefined) {
        throw refuseField(
          "groupMembers",
          "the sandbox takes members inline, not from S3",
          "sandbox.groupMembers",
        );
      }
      if (memberGroups.length + memberUsers.length > mostMembers) {
        const message = `at most ${mostMembers} members can be given inline`;
        throw refuseField("groupMembers", message, "group.members");
      }
      const key = keyOf(input);
      context.world.qGroups.set(key, {
        ...{ key, applicationId, indexId, groupName: input.groupName, type: input.type },
        dataSourceId: input.dataSourceId ?? null,
        memberGroups: memberGroups.map(({ groupName }) => groupName),
        memberUsers: memberUsers.map(({ userId }) => userId),
        updatedAtMs: context.clock().getTime(),
      });
      return {};
    },
  },

  GetGroup: {
    authorize: applicationResource,
    run(input: GroupInput, context) {
      const { updatedAtMs } = getGroup(context, input);
      const status = { status: "SUCCEEDED", lastUpdatedAt: new Date(updatedAtMs) };
      return { status, statusHistory: [status] };
    },
  },

  ListGroups: {
    authorize: applicationResource,
    run(input: ListGroupsInput, context) {
      const { indexId } = getIndex(context, input);
      const beforeMs = input.updatedEarlierThan.getTime();
      const found = [...context.world.qGroups.values()].filter(
        (group) =>
          group.indexId === indexId &&
          group.updatedAtMs < beforeMs &&
          (input.dataSourceId ?? group.dataSourceId) === group.dataSourceId,
      );
      return list(context, input, found, {
        as: "items",
        show: ({ groupName }) => ({ groupName }),
        usual: 10,
        filter: [indexId, beforeMs, input.dataSourceId],
      });
    },
  },

  DeleteGroup: {
    authorize: applicationResource,
    run(input: GroupInput, context) {
      context.world.qGroups.delete(getGroup(context, input).key);
      return {};
    },
  },
});

function keyOf({ indexId, dataSourceId, groupName }: GroupInput): string {
  return `${indexId}|${dataSourceId ?? ""}|${groupName}`;
}

function getGroup(context: OperationContext, input: GroupInput): QGroup {
  getIndex(context, input);
  const found = context.world.qGroups.get(keyOf(input));
  if (found !== undefined) return found;
  throw refuseMissing(
    { type: "GROUP", id: input.groupName },
    {
      rule: "resource.exists",
      why: `The index ${input.indexId} has no group ${input.groupName}${input.dataSourceId === undefined ? "" : ` of data source ${input.dataSourceId}`}.`,
      fix: "Put the group first, or name the data source it was put with.",
    },
  );
}
