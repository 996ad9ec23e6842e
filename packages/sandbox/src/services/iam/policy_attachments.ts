// What managed policies are attached to: Attach, Detach and ListAttached of roles and users, ListEntitiesForPolicy.
import { family, type OperationContext } from "../../operation/operation.ts";
import type { IamRole, IamUser } from "../../state/iam_entities.ts";
import {
  getRole,
  getUser,
  type ListInput,
  list,
  type RoleInput,
  roleResource,
  type UserInput,
  userResource,
} from "./lookup.ts";
import {
  attachmentsOf,
  getManagedPolicy,
  isAwsManaged,
  type ManagedPolicyInput,
  managedPolicyResource,
} from "./managed_policy_lookup.ts";
import { refuse } from "./refuse.ts";

/** IAM quotas: adjustable, these are the defaults. */
const policiesPerEntity = 10;

/** The one of AWS's policies the sandbox evaluates (operation/caller.ts). */
const ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess";

type Holder = IamRole | IamUser;
type EntitiesInput = ManagedPolicyInput & { EntityFilter?: string; PathPrefix?: string };

/** The operations of this family. */
export const policyAttachmentOperations = family("iam", {
  AttachRolePolicy: {
    authorize: roleResource,
    run: (input: RoleInput & ManagedPolicyInput, context) => attach(getRole(context, input), input, context),
  },
  AttachUserPolicy: {
    authorize: userResource,
    run: (input: UserInput & ManagedPolicyInput, context) => attach(getUser(context, input), input, context),
  },
  DetachRolePolicy: {
    authorize: roleResource,
    run: (input: RoleInput & ManagedPolicyInput, context) => detach(getRole(context, input), input),
  },
  DetachUserPolicy: {
    authorize: userResource,
    run: (input: UserInput & ManagedPolicyInput, context) => detach(getUser(context, input), input),
  },
  ListAttachedRolePolicies: {
    authorize: roleResource,
    run: (input: RoleInput & AttachedInput, context) => listAttached(getRole(context, input), input, context),
  },
  ListAttachedUserPolicies: {
    authorize: userResource,
    run: (input: UserInput & AttachedInput, context) => listAttached(getUser(context, input), input, context),
  },

  ListEntitiesForPolicy: {
    authorize: managedPolicyResource,
    run(input: EntitiesInput, context) {
      if (!isAwsManaged(input.PolicyArn)) getManagedPolicy(context, input);
      const { roles, users } = attachmentsOf(context, input.PolicyArn);
      const { EntityFilter: kind, PathPrefix: prefix = "/" } = input;
      const shown = <Each extends Holder>(all: Each[], name: string) =>
        kind === undefined || kind === name ? all.filter(({ path }) => path.startsWith(prefix)) : [];
      return {
        PolicyGroups: [],
        PolicyRoles: shown(roles, "Role").map(({ roleName, roleId }) => ({
          RoleName: roleName,
          RoleId: roleId,
        })),
        PolicyUsers: shown(users, "User").map(({ userName, userId }) => ({
          UserName: userName,
          UserId: userId,
        })),
        IsTruncated: false,
      };
    },
  },
});

type AttachedInput = ListInput & { PathPrefix?: string };

function listAttached(holder: Holder, input: AttachedInput, context: OperationContext) {
  const { PathPrefix: prefix = "/" } = input;
  const pathOf = (arn: string) => arn.slice(arn.indexOf("/"), arn.lastIndexOf("/") + 1);
  const arns = holder.attachedPolicyArns.filter((arn) => pathOf(arn).startsWith(prefix));
  return list(context, input, arns, {
    as: "AttachedPolicies",
    show: (arn) => ({ PolicyArn: arn, PolicyName: arn.slice(arn.lastIndexOf("/") + 1) }),
    filter: [holder.arn, prefix],
  });
}

/** Attaching what is attached changes nothing. */
function attach(holder: Holder, input: ManagedPolicyInput, context: OperationContext) {
  const { PolicyArn: arn } = input;
  if (!isAwsManaged(arn)) getManagedPolicy(context, input);
  else if (arn !== ADMINISTRATOR_ACCESS) {
    context.warned({
      rule: "policy.awsManaged",
      why: `${arn} is attached and grants nothing here: the sandbox does not have the documents of AWS's policies`,
      fix: "Give the permissions in an inline or customer managed policy as well.",
    });
  }
  if (holder.attachedPolicyArns.includes(arn)) return {};
  if (holder.attachedPolicyArns.length >= policiesPerEntity) {
    const message = `Cannot exceed quota for PoliciesPer${"roleName" in holder ? "Role" : "User"}: ${policiesPerEntity}`;
    throw refuse("LimitExceeded", message, {
      rule: "policy.attachments",
      why: `${holder.arn} has ${policiesPerEntity} managed policies.`,
      fix: "Detach one, or join policies.",
    });
  }
  holder.attachedPolicyArns = [...holder.attachedPolicyArns, arn];
  return {};
}

function detach(holder: Holder, { PolicyArn: arn }: ManagedPolicyInput) {
  if (!holder.attachedPolicyArns.includes(arn)) {
    throw refuse("NoSuchEntity", `Policy ${arn} was not found.`, {
      rule: "policy.attached",
      why: `${arn} is not attached to ${holder.arn}.`,
      fix: "Use an ARN of the list of attached policies.",
    });
  }
  holder.attachedPolicyArns = holder.attachedPolicyArns.filter((each) => each !== arn);
  return {};
}
