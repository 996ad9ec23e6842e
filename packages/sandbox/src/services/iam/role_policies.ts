// Policies of a role: PutRolePolicy, GetRolePolicy, DeleteRolePolicy, ListRolePolicies, ListAttachedRolePolicies.

import { family } from "../../operation/operation.ts";
import { getRole, type ListInput, list, type RoleInput, roleResource } from "./lookup.ts";
import {
  countedLength,
  encodeDocument,
  inlinePolicyCharacters,
  parseInlinePolicy,
} from "./policy_documents.ts";
import { refuse } from "./refuse.ts";

type PolicyInput = RoleInput & { PolicyName: string };

/** The operations of this family. */
export const rolePolicyOperations = family("iam", {
  PutRolePolicy: {
    authorize: roleResource,
    run(input: PolicyInput & { PolicyDocument: string }, context) {
      const role = getRole(context, input);
      const document = parseInlinePolicy(input.PolicyDocument);
      // Built from entries, so that a policy named __proto__ is one like any other.
      const others = Object.entries(role.inlinePolicies).filter(([name]) => name !== input.PolicyName);
      const total = others.reduce((sum, [, other]) => sum + countedLength(JSON.stringify(other)), 0);
      if (total + countedLength(input.PolicyDocument) > inlinePolicyCharacters) {
        throw refuse(
          "LimitExceeded",
          `Maximum policy size of ${inlinePolicyCharacters} bytes exceeded for role ${role.roleName}`,
          {
            rule: "role.inlinePolicySize",
            why: `All inline policies of a role together have at most ${inlinePolicyCharacters} characters.`,
            fix: "Shorten or delete policies.",
          },
        );
      }
      role.inlinePolicies = Object.fromEntries([...others, [input.PolicyName, document]]);
      return {};
    },
  },

  GetRolePolicy: {
    authorize: roleResource,
    run(input: PolicyInput, context) {
      const role = getRole(context, input);
      const document = Object.entries(role.inlinePolicies).find(([name]) => name === input.PolicyName)?.[1];
      if (!document) throw missing(input);
      return {
        RoleName: role.roleName,
        PolicyName: input.PolicyName,
        PolicyDocument: encodeDocument(document),
      };
    },
  },

  DeleteRolePolicy: {
    authorize: roleResource,
    run(input: PolicyInput, context) {
      const role = getRole(context, input);
      if (!Object.hasOwn(role.inlinePolicies, input.PolicyName)) throw missing(input);
      delete role.inlinePolicies[input.PolicyName];
      return {};
    },
  },

  ListRolePolicies: {
    authorize: roleResource,
    run(input: RoleInput & ListInput, context) {
      const role = getRole(context, input);
      return list(context, input, Object.keys(role.inlinePolicies), {
        as: "PolicyNames",
        show: (name) => name,
        filter: role.arn,
      });
    },
  },

  ListAttachedRolePolicies: {
    authorize: roleResource,
    run(input: RoleInput & ListInput, context) {
      const role = getRole(context, input);
      return list(context, input, role.attachedPolicyArns, {
        as: "AttachedPolicies",
        show: (arn) => ({ PolicyArn: arn, PolicyName: arn.slice(arn.lastIndexOf("/") + 1) }),
        filter: role.arn,
      });
    },
  },
});

function missing({ RoleName: roleName, PolicyName: policyName }: PolicyInput) {
  return refuse("NoSuchEntity", `The role policy with name ${policyName} cannot be found.`, {
    rule: "rolePolicy.exists",
    why: `The role ${roleName} has no inline policy ${policyName}.`,
    fix: "Use the name ListRolePolicies gives.",
  });
}
