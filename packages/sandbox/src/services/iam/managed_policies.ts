// Customer managed policies: CreatePolicy, GetPolicy, ListPolicies, DeletePolicy, and their tags.
import { family, type OperationContext } from "../../operation/operation.ts";
import type { ManagedPolicy } from "../../state/iam_entities.ts";
import { type ListInput, list } from "./lookup.ts";
import {
  attachmentsOf,
  getManagedPolicy,
  type ManagedPolicyInput,
  managedPoliciesOf,
  managedPolicyResource,
} from "./managed_policy_lookup.ts";
import { parseManagedPolicy } from "./policy_documents.ts";
import { assertAccountQuota } from "./quota.ts";
import { refuse } from "./refuse.ts";
import { keepTags, tagOperations, type WireTag, wireTags } from "./role_tags.ts";

type CreateInput = {
  PolicyName: string;
  Path?: string;
  PolicyDocument: string;
  Description?: string;
  Tags?: WireTag[];
};
type ListPoliciesInput = ListInput & {
  Scope?: "All" | "AWS" | "Local";
  OnlyAttached?: boolean;
  PathPrefix?: string;
  PolicyUsageFilter?: "PermissionsPolicy" | "PermissionsBoundary";
};

const { tag, untag } = tagOperations({
  authorize: (input) => managedPolicyResource(input as ManagedPolicyInput),
  find: (input, context) => getManagedPolicy(context, input as ManagedPolicyInput),
});

/** The operations of this family. */
export const managedPolicyOperations = family("iam", {
  CreatePolicy: {
    authorize: arnOf,
    run(input: CreateInput, context) {
      const { world, ids, accountId, clock } = context;
      const wanted = input.PolicyName.toLowerCase();
      if (managedPoliciesOf(context).some(({ policyName }) => policyName.toLowerCase() === wanted)) {
        const message = `A policy called ${input.PolicyName} already exists. Duplicate names are not allowed.`;
        throw refuse("EntityAlreadyExists", message, {
          rule: "policy.nameUnique",
          why: `Account ${accountId} has a policy ${input.PolicyName}; names are compared without case.`,
          fix: "Use another name, or make a new version of that policy with CreatePolicyVersion.",
        });
      }
      assertAccountQuota("Policies", managedPoliciesOf(context).length);
      const now = clock().getTime();
      const policy: ManagedPolicy = {
        arn: arnOf(input, context),
        accountId,
        policyName: input.PolicyName,
        policyId: ids.principalId("ANPA"),
        path: input.Path ?? "/",
        description: input.Description ?? null,
        versions: [{ versionId: "v1", document: parseManagedPolicy(input.PolicyDocument), createdAtMs: now }],
        defaultVersionId: "v1",
        versionsMade: 1,
        tags: keepTags(input.Tags ?? []),
        createdAtMs: now,
        updatedAtMs: now,
      };
      world.managedPolicies.set(policy.arn, policy);
      return { Policy: describe(policy, context) };
    },
  },

  GetPolicy: {
    authorize: managedPolicyResource,
    run(input: ManagedPolicyInput, context) {
      const policy = getManagedPolicy(context, input);
      return {
        Policy: {
          ...describe(policy, context),
          Description: policy.description,
          Tags: wireTags(policy.tags),
        },
      };
    },
  },

  ListPolicies: {
    authorize: "anyResource",
    run(input: ListPoliciesInput, context) {
      const { Scope: scope = "All", PathPrefix: prefix = "/" } = input;
      // The documents of AWS's own are not here, nor permissions boundaries.
      const none = scope === "AWS" || input.PolicyUsageFilter === "PermissionsBoundary";
      const isListed = ({ path, arn }: ManagedPolicy) =>
        path.startsWith(prefix) && (input.OnlyAttached !== true || countOf(context, arn) > 0);
      const policies = none ? [] : managedPoliciesOf(context).filter(isListed);
      const filter = [scope, prefix, input.OnlyAttached ?? false];
      return list(context, input, policies, {
        as: "Policies",
        show: (each) => describe(each, context),
        filter,
      });
    },
  },

  DeletePolicy: {
    authorize: managedPolicyResource,
    run(input: ManagedPolicyInput, context) {
      const policy = getManagedPolicy(context, input);
      if (countOf(context, policy.arn) > 0) {
        throw refuse("DeleteConflict", "Cannot delete a policy attached to entities.", {
          rule: "policy.unattached",
          why: `${policy.arn} is attached to ${countOf(context, policy.arn)} roles and users.`,
          fix: "Detach it first; ListEntitiesForPolicy names them.",
        });
      }
      if (policy.versions.length > 1) {
        const message =
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.";
        throw refuse("DeleteConflict", message, {
          rule: "policy.oneVersion",
          why: `The policy has the versions ${policy.versions.map(({ versionId }) => versionId).join(", ")}.`,
          fix: "Delete all but the default one with DeletePolicyVersion.",
        });
      }
      context.world.managedPolicies.delete(policy.arn);
      return {};
    },
  },

  TagPolicy: tag,
  UntagPolicy: untag,
  ListPolicyTags: {
    authorize: managedPolicyResource,
    run(input: ManagedPolicyInput & ListInput, context) {
      const { tags, arn } = getManagedPolicy(context, input);
      return list(context, input, wireTags(tags), { as: "Tags", show: (one) => one, filter: arn });
    },
  },
});

function arnOf({ PolicyName: name, Path: path = "/" }: CreateInput, { accountId }: OperationContext): string {
  return `arn:aws:iam::${accountId}:policy${path}${name}`;
}

function countOf(context: OperationContext, arn: string): number {
  const { roles, users } = attachmentsOf(context, arn);
  return roles.length + users.length;
}

function describe(policy: ManagedPolicy, context: OperationContext) {
  return {
    PolicyName: policy.policyName,
    PolicyId: policy.policyId,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersionId,
    AttachmentCount: countOf(context, policy.arn),
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: new Date(policy.createdAtMs),
    UpdateDate: new Date(policy.updatedAtMs),
  };
}
