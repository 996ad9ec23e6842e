// Groups of an identity store: CreateGroup, DescribeGroup, ListGroups, UpdateGroup, DeleteGroup, GetGroupId.

import { family, type OperationContext } from "../../operation/operation.ts";
import type { IdentityStoreGroup } from "../../state/identity_center_entities.ts";
import { storeKey } from "../../state/world.ts";
import { describeEntry, type ListInput, listEntries, removeEntry } from "./entries.ts";
import {
  assertRevision,
  getGroup,
  getIdentityStore,
  policyResource,
  resourceArn,
  revisionOf,
  type StoreInput,
} from "./lookup.ts";
import { refuse } from "./refuse.ts";
import {
  type AlternateIdentifier,
  assertGroupUnique,
  groupsOf,
  resolveIdentifier,
  uniqueGroupValues,
} from "./unique_attributes.ts";
import type { AttributeOperation } from "./user_document.ts";

type GroupInput = StoreInput & { GroupId: string; Revision?: string };
type CreateInput = StoreInput & { DisplayName?: string; Description?: string };

/** The operations of this family. */
export const groupOperations = family("identitystore", {
  CreateGroup: {
    authorize: policyResource,
    run(input: CreateInput, context) {
      const { identityStoreId } = getIdentityStore(context, input);
      const createdAtMs = context.clock().getTime();
      const group: IdentityStoreGroup = {
        identityStoreId,
        groupId: context.ids.identityStoreResourceId(),
        displayName: needName(input.DisplayName),
        description: input.Description ?? null,
        externalIds: [],
        createdAtMs,
        updatedAtMs: createdAtMs,
      };
      assertGroupUnique(group, groupsOf(context, identityStoreId));
      context.world.groups.set(storeKey(identityStoreId, group.groupId), group);
      return identify(group);
    },
  },

  DescribeGroup: {
    authorize: policyResource,
    run(input: GroupInput, context) {
      const { identityStoreId } = getIdentityStore(context, input);
      return describe(getGroup(context, identityStoreId, input.GroupId));
    },
  },

  ListGroups: {
    authorize: policyResource,
    run: (input: ListInput, context) =>
      listEntries(input, context, {
        as: "Groups",
        path: "DisplayName",
        name: ({ displayName }) => displayName,
        entries: groupsOf,
        show: describe,
        rule: "group.filter",
        fix: "Use the AttributePath DisplayName.",
      }),
  },

  UpdateGroup: {
    authorize: policyResource,
    run(input: GroupInput & { Operations: AttributeOperation[] }, context) {
      const group = held(input, context);
      const { identityStoreId } = group;
      const changed = input.Operations.reduce(withOperation, group);
      assertGroupUnique(changed, groupsOf(context, identityStoreId));
      Object.assign(group, changed, { updatedAtMs: context.clock().getTime() });
      return identify(group);
    },
  },

  DeleteGroup: {
    authorize: policyResource,
    run: (input: GroupInput, context) => removeEntry(context, held(input, context)),
  },

  GetGroupId: {
    authorize: policyResource,
    run(input: StoreInput & { AlternateIdentifier: AlternateIdentifier }, context) {
      const { identityStoreId } = getIdentityStore(context, input);
      const { groupId } = resolveIdentifier(
        input.AlternateIdentifier,
        groupsOf(context, identityStoreId),
        "GROUP",
        ["displayName"],
        uniqueGroupValues,
        context,
      );
      return { IdentityStoreId: identityStoreId, GroupId: groupId, GroupArn: resourceArn("group", groupId) };
    },
  },
});

/** The model bounds these two attributes at 1024 characters and requires neither; a group without a name is refused. */
function withOperation(
  group: IdentityStoreGroup,
  { AttributePath: path, AttributeValue: value }: AttributeOperation,
) {
  const isText = typeof value === "string" && value.length > 0 && value.length <= 1024;
  const isAbsent = value === undefined || value === null;
  if (path.toLowerCase() === "displayname" && isText) return { ...group, displayName: value };
  if (path.toLowerCase() === "description" && (isText || isAbsent)) {
    return { ...group, description: isText ? value : null };
  }
  throw refuse("ValidationException", `${path} cannot be set to the value given.`, {
    rule: "group.attributePath",
    why: "UpdateGroup takes displayName (a text of 1 to 1024 characters) and description (the same, or none).",
    fix: "Use displayName or description.",
  });
}

function needName(displayName: string | undefined): string {
  if (displayName !== undefined) return displayName;
  throw refuse("ValidationException", "DisplayName is required.", {
    rule: "group.displayName",
    why: "A group needs a DisplayName.",
    fix: "Give DisplayName.",
  });
}

/** The group a request names. @throws AwsError if there is none, or its Revision is another */
function held(input: GroupInput, context: OperationContext): IdentityStoreGroup {
  const { identityStoreId } = getIdentityStore(context, input);
  const group = getGroup(context, identityStoreId, input.GroupId);
  assertRevision(group, input.Revision);
  return group;
}

function identify(group: IdentityStoreGroup) {
  return {
    IdentityStoreId: group.identityStoreId,
    GroupId: group.groupId,
    GroupArn: resourceArn("group", group.groupId),
    Revision: revisionOf(group),
  };
}

function describe(group: IdentityStoreGroup) {
  return {
    ...identify(group),
    DisplayName: group.displayName,
    Description: group.description,
    ...describeEntry(group),
  };
}
