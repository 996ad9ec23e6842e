// Roles: CreateRole, GetRole, UpdateRole, DeleteRole, ListRoles, UpdateAssumeRolePolicy, ListInstanceProfilesForRole.

import { family } from "../../operation/operation.ts";
import type { IamRole } from "../../state/iam_entities.ts";
import { findRole, getRole, type ListInput, list, type RoleInput, roleResource, rolesOf } from "./lookup.ts";
import { encodeDocument, parseTrustPolicy } from "./policy_documents.ts";
import { assertAccountQuota } from "./quota.ts";
import { refuse } from "./refuse.ts";
import { keepTags, type WireTag, wireTags } from "./role_tags.ts";

type CreateInput = RoleInput & {
  AssumeRolePolicyDocument: string;
  Path?: string;
  Description?: string;
  MaxSessionDuration?: number;
  PermissionsBoundary?: string;
  Tags?: WireTag[];
};
type UpdateInput = RoleInput & { Description?: string; MaxSessionDuration?: number };

/** The operations of this family. */
export const roleOperations = family("iam", {
  CreateRole: {
    authorize: ({ RoleName: name, Path: path = "/" }: CreateInput, { accountId }) =>
      `arn:aws:iam::${accountId}:role${path}${name}`,
    run(input: CreateInput, context) {
      const { world, ids, accountId, clock } = context;
      const { RoleName: roleName, Path: path = "/" } = input;
      if (findRole(context, roleName)) {
        throw refuse("EntityAlreadyExists", `Role with name ${roleName} already exists.`, {
          rule: "role.nameUnique",
          why: `Account ${accountId} has a role ${roleName}; names are compared without case.`,
          fix: "Use another name, or update that role.",
        });
      }
      if (input.PermissionsBoundary !== undefined) {
        throw refuse("InvalidInput", "Permissions boundaries are not supported by the sandbox.", {
          rule: "role.permissionsBoundary",
          why: "The sandbox evaluates no permissions boundaries.",
          fix: "Leave PermissionsBoundary out.",
        });
      }
      assertAccountQuota("Roles", rolesOf(context).length);
      const role: IamRole = {
        arn: `arn:aws:iam::${accountId}:role${path}${roleName}`,
        accountId,
        roleName,
        roleId: ids.principalId("AROA"),
        path,
        description: input.Description ?? null,
        maxSessionDurationSeconds: input.MaxSessionDuration ?? 3600,
        createdAtMs: clock().getTime(),
        trustPolicy: parseTrustPolicy(input.AssumeRolePolicyDocument, world),
        inlinePolicies: {},
        attachedPolicyArns: [],
        tags: keepTags(input.Tags ?? []),
      };
      world.iamRoles.set(role.arn, role);
      return { Role: describe(role) };
    },
  },

  GetRole: {
    authorize: roleResource,
    run: (input: RoleInput, context) => ({ Role: describe(getRole(context, input)) }),
  },

  UpdateRole: {
    authorize: roleResource,
    run(input: UpdateInput, context) {
      const role = getRole(context, input);
      role.description = input.Description ?? role.description;
      role.maxSessionDurationSeconds = input.MaxSessionDuration ?? role.maxSessionDurationSeconds;
      return {};
    },
  },

  DeleteRole: {
    authorize: roleResource,
    run(input: RoleInput, context) {
      const role = getRole(context, input);
      const attached = [...Object.keys(role.inlinePolicies), ...role.attachedPolicyArns];
      if (attached.length > 0) {
        throw refuse("DeleteConflict", "Cannot delete entity, must delete policies first.", {
          rule: "role.withoutPolicies",
          why: `The role still has ${attached.join(", ")}.`,
          fix: "Delete or detach its policies first.",
        });
      }
      context.world.iamRoles.delete(role.arn);
      return {};
    },
  },

  ListRoles: {
    authorize: "anyResource",
    run(input: ListInput & { PathPrefix?: string }, context) {
      const { PathPrefix: prefix = "/" } = input;
      const roles = rolesOf(context).filter(({ path }) => path.startsWith(prefix));
      // ListRoles leaves tags out (API reference).
      const show = (role: IamRole) => ({ ...describe(role), Tags: undefined });
      return list(context, input, roles, { as: "Roles", show, filter: prefix });
    },
  },

  UpdateAssumeRolePolicy: {
    authorize: roleResource,
    run(input: RoleInput & { PolicyDocument: string }, context) {
      const role = getRole(context, input);
      role.trustPolicy = parseTrustPolicy(input.PolicyDocument, context.world);
      return {};
    },
  },

  // Asked by tools before they delete a role; the sandbox has no instance profiles.
  ListInstanceProfilesForRole: {
    authorize: roleResource,
    run(input: RoleInput & ListInput, context) {
      getRole(context, input);
      return { InstanceProfiles: [], IsTruncated: false };
    },
  },
});

function describe(role: IamRole) {
  return {
    Path: role.path,
    RoleName: role.roleName,
    RoleId: role.roleId,
    Arn: role.arn,
    CreateDate: new Date(role.createdAtMs),
    AssumeRolePolicyDocument: encodeDocument(role.trustPolicy),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDurationSeconds,
    ...(role.tags.length > 0 && { Tags: wireTags(role.tags) }),
  };
}
