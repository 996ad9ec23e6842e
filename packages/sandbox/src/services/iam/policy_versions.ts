// Versions of a managed policy: Create, Get, List, SetDefault and Delete. The default one counts.
import { family } from "../../operation/operation.ts";
import type { ManagedPolicy, PolicyVersion } from "../../state/iam_entities.ts";
import { type ListInput, list } from "./lookup.ts";
import { getManagedPolicy, type ManagedPolicyInput, managedPolicyResource } from "./managed_policy_lookup.ts";
import { encodeDocument, parseManagedPolicy } from "./policy_documents.ts";
import { refuse } from "./refuse.ts";

/** IAM quotas. */
const versionsPerPolicy = 5;

type VersionInput = ManagedPolicyInput & { VersionId: string };

/** The operations of this family. */
export const policyVersionOperations = family("iam", {
  CreatePolicyVersion: {
    authorize: managedPolicyResource,
    run(input: ManagedPolicyInput & { PolicyDocument: string; SetAsDefault?: boolean }, context) {
      const policy = getManagedPolicy(context, input);
      const document = parseManagedPolicy(input.PolicyDocument);
      if (policy.versions.length >= versionsPerPolicy) {
        const message = `A managed policy can have up to ${versionsPerPolicy} versions. Before you create a new version, you must delete an existing version.`;
        throw refuse("LimitExceeded", message, {
          rule: "policy.versions",
          why: `The policy has ${policy.versions.length} versions.`,
          fix: "Delete one with DeletePolicyVersion.",
        });
      }
      const now = context.clock().getTime();
      policy.versionsMade += 1;
      const version: PolicyVersion = { versionId: `v${policy.versionsMade}`, document, createdAtMs: now };
      policy.versions.push(version);
      policy.updatedAtMs = now;
      if (input.SetAsDefault === true) policy.defaultVersionId = version.versionId;
      return { PolicyVersion: { ...describe(policy, version), Document: undefined } };
    },
  },

  GetPolicyVersion: {
    authorize: managedPolicyResource,
    run(input: VersionInput, context) {
      const policy = getManagedPolicy(context, input);
      return { PolicyVersion: describe(policy, getVersion(policy, input)) };
    },
  },

  ListPolicyVersions: {
    authorize: managedPolicyResource,
    run(input: ManagedPolicyInput & ListInput, context) {
      const policy = getManagedPolicy(context, input);
      const show = (version: PolicyVersion) => ({ ...describe(policy, version), Document: undefined });
      return list(context, input, policy.versions.toReversed(), { as: "Versions", show, filter: policy.arn });
    },
  },

  SetDefaultPolicyVersion: {
    authorize: managedPolicyResource,
    run(input: VersionInput, context) {
      const policy = getManagedPolicy(context, input);
      policy.defaultVersionId = getVersion(policy, input).versionId;
      policy.updatedAtMs = context.clock().getTime();
      return {};
    },
  },

  DeletePolicyVersion: {
    authorize: managedPolicyResource,
    run(input: VersionInput, context) {
      const policy = getManagedPolicy(context, input);
      const { versionId } = getVersion(policy, input);
      if (versionId === policy.defaultVersionId) {
        throw refuse("DeleteConflict", "Cannot delete the default version of a policy.", {
          rule: "policy.defaultVersion",
          why: `${versionId} is the default version.`,
          fix: "Make another the default with SetDefaultPolicyVersion, or delete the policy.",
        });
      }
      policy.versions = policy.versions.filter((each) => each.versionId !== versionId);
      return {};
    },
  },
});

function getVersion(policy: ManagedPolicy, { VersionId: versionId }: VersionInput): PolicyVersion {
  const version = policy.versions.find((each) => each.versionId === versionId);
  if (version !== undefined) return version;
  throw refuse(
    "NoSuchEntity",
    `Policy ${policy.arn} version ${versionId} does not exist or is not attachable.`,
    {
      rule: "policy.versionExists",
      why: `The policy has ${policy.versions.map((each) => each.versionId).join(", ")}.`,
      fix: "Use a version ListPolicyVersions gives.",
    },
  );
}

function describe({ defaultVersionId }: ManagedPolicy, { versionId, document, createdAtMs }: PolicyVersion) {
  return {
    VersionId: versionId,
    IsDefaultVersion: versionId === defaultVersionId,
    CreateDate: new Date(createdAtMs),
    Document: encodeDocument(document),
  };
}
