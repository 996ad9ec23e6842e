// Managed policies by ARN: the account's own, and those of AWS.
import type { OperationContext } from "../../operation/operation.ts";
import type { IamRole, IamUser, ManagedPolicy } from "../../state/iam_entities.ts";
import { rolesOf, usersOf } from "./lookup.ts";
import { refuse } from "./refuse.ts";

/** Input of every operation on one policy. */
export type ManagedPolicyInput = { PolicyArn: string };

/** Every customer managed policy of the caller's account. */
export function managedPoliciesOf({ world, accountId }: OperationContext): ManagedPolicy[] {
  return [...world.managedPolicies.values()].filter((policy) => policy.accountId === accountId);
}

/** @returns whether AWS keeps the policy, and not the account */
export function isAwsManaged(arn: string): boolean {
  return /^arn:aws:iam::aws:policy\/[\w+=,.@/-]+$/.test(arn);
}

/** @throws AwsError NoSuchEntity */
export function getManagedPolicy(
  context: OperationContext,
  { PolicyArn: arn }: ManagedPolicyInput,
): ManagedPolicy {
  const policy = managedPoliciesOf(context).find((each) => each.arn === arn);
  if (policy !== undefined) return policy;
  throw refuse("NoSuchEntity", `Policy ${arn} does not exist or is not attachable.`, {
    rule: "policy.exists",
    why: isAwsManaged(arn)
      ? `${arn} is AWS's own; the sandbox has none of their documents.`
      : `Account ${context.accountId} has no managed policy ${arn}.`,
    fix: "Use an ARN ListPolicies gives.",
  });
}

/** What policies name. */
export function managedPolicyResource({ PolicyArn: arn }: ManagedPolicyInput): string {
  return arn;
}

/** Roles and users of the account a policy is attached to. */
export function attachmentsOf(
  context: OperationContext,
  arn: string,
): { roles: IamRole[]; users: IamUser[] } {
  const has = ({ attachedPolicyArns }: IamRole | IamUser) => attachedPolicyArns.includes(arn);
  return { roles: rolesOf(context).filter(has), users: usersOf(context).filter(has) };
}
