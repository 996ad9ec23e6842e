// The role that a permission set becomes in an account, and its end.

import type { OperationContext } from "../../operation/operation.ts";
import type { IamRole } from "../../state/iam_entities.ts";
import type { PermissionSet, ProvisionedPermissionSet } from "../../state/permission_set_entities.ts";
import type { World } from "../../state/world.ts";
import { instanceIdOf } from "./lookup.ts";

/** The name AWS gives a permission set's inline policy in the role. */
const inlinePolicyName = "AwsSSOInlinePolicy";

/** What a permission set is in an account; undefined when it is not provisioned there. */
export function findProvisioned(
  world: World,
  permissionSetArn: string,
  accountId: string,
): ProvisionedPermissionSet | undefined {
  return world.provisionedPermissionSets.get(`${permissionSetArn}|${accountId}`);
}

/**
 * Makes the role of a permission set in an account, or makes it anew from what the set is now.
 *
 * @returns why it cannot be: the account lacks a policy that the set names; undefined when done
 */
export function provision(
  context: OperationContext,
  set: PermissionSet,
  accountId: string,
): string | undefined {
  const { world } = context;
  const customers = set.customerManagedPolicies.map(
    ({ path, name }) => `arn:aws:iam::${accountId}:policy${path}${name}`,
  );
  const missing = customers.find((arn) => !world.managedPolicies.has(arn));
  if (missing !== undefined) return `The account ${accountId} has no policy ${missing}.`;
  const earlier = findProvisioned(world, set.permissionSetArn, accountId);
  const role = (earlier && world.iamRoles.get(earlier.roleArn)) ?? newRole(context, set, accountId);
  role.attachedPolicyArns = [...set.managedPolicyArns, ...customers];
  role.inlinePolicies = set.inlinePolicy === null ? {} : { [inlinePolicyName]: set.inlinePolicy };
  role.maxSessionDurationSeconds = durationSeconds(set.sessionDuration) ?? 3600;
  role.description = set.description;
  world.iamRoles.set(role.arn, role);
  const key = `${set.permissionSetArn}|${accountId}`;
  const { permissionSetArn, version } = set;
  world.provisionedPermissionSets.set(key, { key, permissionSetArn, accountId, version, roleArn: role.arn });
  return undefined;
}

/** @returns the seconds of a duration in hours, minutes and seconds; undefined for one with days or more */
export function durationSeconds(text: string): number | undefined {
  const [whole, hours = 0, minutes = 0, seconds = 0] =
    /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(text) ?? [];
  return whole === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** Takes the role of a permission set away from an account. */
export function withdraw(world: World, { key, roleArn }: ProvisionedPermissionSet): void {
  world.iamRoles.delete(roleArn);
  world.provisionedPermissionSets.delete(key);
}

/** User guide, "Referencing permission sets in resource policies": the region is in the path, except us-east-1. */
function newRole({ ids, region, clock }: OperationContext, set: PermissionSet, accountId: string): IamRole {
  const roleName = `AWSReservedSSO_${set.name}_${ids.hex(16)}`;
  const path = `/aws-reserved/sso.amazonaws.com/${region === "us-east-1" ? "" : `${region}/`}`;
  const provider = instanceIdOf(set.instanceArn).replace("ssoins-", "AWSSSO_");
  return {
    arn: `arn:aws:iam::${accountId}:role${path}${roleName}`,
    accountId,
    roleName,
    roleId: ids.principalId("AROA"),
    path,
    description: set.description,
    maxSessionDurationSeconds: 3600,
    createdAtMs: clock().getTime(),
    trustPolicy: {
      Version: "2012-10-17",
      Statement: {
        Effect: "Allow",
        Principal: { Federated: `arn:aws:iam::${accountId}:saml-provider/${provider}_DO_NOT_DELETE` },
        Action: ["sts:AssumeRoleWithSAML", "sts:TagSession"],
        Condition: { StringEquals: { "SAML:aud": "https://signin.aws.amazon.com/saml" } },
      },
    },
    inlinePolicies: {},
    attachedPolicyArns: [],
    tags: [],
  };
}
