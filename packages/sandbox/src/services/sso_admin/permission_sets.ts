// Permission sets: Create, Describe, Update, Delete and List. What they allow is in permission_set_policies.ts, how they
// come into accounts in permission_set_provisioning.ts.

import { family, type OperationContext } from "../../operation/operation.ts";
import type { PermissionSet } from "../../state/permission_set_entities.ts";
import {
  getInstanceWithPermissionSets,
  getPermissionSet,
  instanceIdOf,
  list,
  type PermissionSetInput,
} from "./lookup.ts";
import { durationSeconds, withdraw } from "./provisioned_role.ts";
import { refuse } from "./refuse.ts";

type CreateInput = {
  InstanceArn: string;
  Name: string;
  Description?: string;
  SessionDuration?: string;
  RelayState?: string;
  Tags?: { Key: string; Value: string }[];
};
type UpdateInput = PermissionSetInput & {
  Description?: string;
  SessionDuration?: string;
  RelayState?: string;
};
type ListInput = { InstanceArn: string; MaxResults?: number; NextToken?: string };

/** User guide, "Set session duration": one hour at first, twelve at most. */
const usualDuration = "PT1H";

/** The operations of this family. */
export const permissionSetOperations = family("sso-admin", {
  CreatePermissionSet: {
    authorize: (input: CreateInput) => input.InstanceArn,
    run(input: CreateInput, context) {
      const { instanceArn } = getInstanceWithPermissionSets(context, input.InstanceArn);
      const { world, ids, clock } = context;
      assertDuration(input.SessionDuration);
      const taken = [...world.permissionSets.values()].some(
        (set) => set.instanceArn === instanceArn && set.name === input.Name,
      );
      if (taken) {
        throw refuse("ConflictException", `PermissionSet with name ${input.Name} already exists.`, {
          rule: "permissionSet.name",
          why: `The instance has a permission set ${input.Name} already.`,
          fix: "Choose another name, or use that one.",
        });
      }
      const permissionSetArn = `arn:aws:sso:::permissionSet/${instanceIdOf(instanceArn)}/${ids.permissionSetId()}`;
      const set: PermissionSet = {
        permissionSetArn,
        instanceArn,
        name: input.Name,
        description: input.Description ?? null,
        sessionDuration: input.SessionDuration ?? usualDuration,
        relayState: input.RelayState ?? null,
        managedPolicyArns: [],
        customerManagedPolicies: [],
        inlinePolicy: null,
        version: 1,
        tags: (input.Tags ?? []).map(({ Key, Value }) => ({ key: Key, value: Value })),
        createdAtMs: clock().getTime(),
      };
      world.permissionSets.set(permissionSetArn, set);
      return { PermissionSet: describe(set) };
    },
  },

  DescribePermissionSet: {
    authorize: (input: PermissionSetInput) => input.InstanceArn,
    run: (input: PermissionSetInput, context) => ({
      PermissionSet: describe(getPermissionSet(context, input)),
    }),
  },

  UpdatePermissionSet: {
    authorize: (input: UpdateInput) => input.InstanceArn,
    run(input: UpdateInput, context) {
      const set = getPermissionSet(context, input);
      assertDuration(input.SessionDuration);
      set.description = input.Description ?? set.description;
      set.relayState = input.RelayState ?? set.relayState;
      set.sessionDuration = input.SessionDuration ?? set.sessionDuration;
      set.version += 1;
      return {};
    },
  },

  DeletePermissionSet: {
    authorize: (input: PermissionSetInput) => input.InstanceArn,
    run(input: PermissionSetInput, context) {
      const { permissionSetArn } = getPermissionSet(context, input);
      assertUnassigned(context, permissionSetArn);
      const { provisionedPermissionSets, permissionSets } = context.world;
      for (const provisioned of provisionedPermissionSets.values()) {
        if (provisioned.permissionSetArn === permissionSetArn) withdraw(context.world, provisioned);
      }
      permissionSets.delete(permissionSetArn);
      return {};
    },
  },

  ListPermissionSets: {
    authorize: (input: ListInput) => input.InstanceArn,
    run(input: ListInput, context) {
      const { instanceArn } = getInstanceWithPermissionSets(context, input.InstanceArn);
      const own = [...context.world.permissionSets.values()].filter((set) => set.instanceArn === instanceArn);
      return list(context, input, own, {
        as: "PermissionSets",
        show: (set) => set.permissionSetArn,
        filter: instanceArn,
      });
    },
  },
});

function assertUnassigned({ world }: OperationContext, permissionSetArn: string): void {
  const held = [...world.accountAssignments.values()].filter(
    (assignment) => assignment.permissionSetArn === permissionSetArn,
  ).length;
  if (held === 0) return;
  throw refuse("ConflictException", "The permission set is assigned to accounts.", {
    rule: "permissionSet.unassigned",
    why: `The permission set has ${held} account assignments.`,
    fix: "Delete its account assignments first.",
  });
}

/** An ISO 8601 duration of one to twelve hours. @throws AwsError ValidationException */
function assertDuration(text: string | undefined): void {
  if (text === undefined) return;
  const seconds = durationSeconds(text);
  if (seconds !== undefined && seconds >= 3600 && seconds <= 12 * 3600) return;
  throw refuse("ValidationException", "SessionDuration must be between 1 and 12 hours.", {
    rule: "permissionSet.sessionDuration",
    why: `SessionDuration is ${text}.`,
    fix: "Give a duration from PT1H to PT12H.",
  });
}

function describe(set: PermissionSet) {
  return {
    Name: set.name,
    PermissionSetArn: set.permissionSetArn,
    Description: set.description,
    CreatedDate: new Date(set.createdAtMs),
    SessionDuration: set.sessionDuration,
    RelayState: set.relayState,
  };
}
