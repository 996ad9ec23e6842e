// What a permission set allows: AWS's managed policies, the customer's by name, and one inline policy.
// An account gets a change when the permission set is provisioned again.

import { family } from "../../operation/operation.ts";
import { PolicyGrammarError, parsePolicy } from "../../policy/parse_policy.ts";
import type { PolicyDocument } from "../../policy/policy_document.ts";
import type { PermissionSet } from "../../state/permission_set_entities.ts";
import { getPermissionSet, list, type PermissionSetInput } from "./lookup.ts";
import { refuse } from "./refuse.ts";

type ManagedInput = PermissionSetInput & { ManagedPolicyArn: string };
type CustomerInput = PermissionSetInput & { CustomerManagedPolicyReference: { Name: string; Path?: string } };
type InlineInput = PermissionSetInput & { InlinePolicy: string };
type ListInput = PermissionSetInput & { MaxResults?: number; NextToken?: string };

/** Managed policies of a permission set, AWS's and the customer's together (IAM Identity Center quotas). */
const policiesOfSet = 20;

const authorize = (input: PermissionSetInput) => input.InstanceArn;

/** The operations of this family. */
export const permissionSetPolicyOperations = family("sso-admin", {
  AttachManagedPolicyToPermissionSet: {
    authorize,
    run(input: ManagedInput, context) {
      const set = getPermissionSet(context, input);
      const { ManagedPolicyArn: arn } = input;
      assertRoom(set, set.managedPolicyArns.includes(arn), arn);
      set.managedPolicyArns.push(arn);
      set.version += 1;
      return {};
    },
  },

  DetachManagedPolicyFromPermissionSet: {
    authorize,
    run(input: ManagedInput, context) {
      const set = getPermissionSet(context, input);
      const { ManagedPolicyArn: arn } = input;
      assertAttached(set.managedPolicyArns.includes(arn), arn);
      set.managedPolicyArns = set.managedPolicyArns.filter((each) => each !== arn);
      set.version += 1;
      return {};
    },
  },

  ListManagedPoliciesInPermissionSet: {
    authorize,
    run(input: ListInput, context) {
      const { managedPolicyArns, permissionSetArn } = getPermissionSet(context, input);
      return list(context, input, managedPolicyArns, {
        as: "AttachedManagedPolicies",
        show: (arn) => ({ Name: arn.slice(arn.lastIndexOf("/") + 1), Arn: arn }),
        filter: permissionSetArn,
      });
    },
  },

  AttachCustomerManagedPolicyReferenceToPermissionSet: {
    authorize,
    run(input: CustomerInput, context) {
      const set = getPermissionSet(context, input);
      const { name, path } = referenceOf(input);
      assertRoom(set, hasReference(set, name, path), `${path}${name}`);
      set.customerManagedPolicies.push({ name, path });
      set.version += 1;
      return {};
    },
  },

  DetachCustomerManagedPolicyReferenceFromPermissionSet: {
    authorize,
    run(input: CustomerInput, context) {
      const set = getPermissionSet(context, input);
      const { name, path } = referenceOf(input);
      assertAttached(hasReference(set, name, path), `${path}${name}`);
      set.customerManagedPolicies = set.customerManagedPolicies.filter(
        (each) => each.name !== name || each.path !== path,
      );
      set.version += 1;
      return {};
    },
  },

  ListCustomerManagedPolicyReferencesInPermissionSet: {
    authorize,
    run(input: ListInput, context) {
      const { customerManagedPolicies, permissionSetArn } = getPermissionSet(context, input);
      return list(context, input, customerManagedPolicies, {
        as: "CustomerManagedPolicyReferences",
        show: ({ name, path }) => ({ Name: name, Path: path }),
        filter: permissionSetArn,
      });
    },
  },

  PutInlinePolicyToPermissionSet: {
    authorize,
    run(input: InlineInput, context) {
      const set = getPermissionSet(context, input);
      set.inlinePolicy = parseInline(input.InlinePolicy);
      set.version += 1;
      return {};
    },
  },

  // Without an inline policy the text is empty (API reference: no error is listed for it).
  GetInlinePolicyForPermissionSet: {
    authorize,
    run(input: PermissionSetInput, context) {
      const { inlinePolicy } = getPermissionSet(context, input);
      return { InlinePolicy: inlinePolicy === null ? "" : JSON.stringify(inlinePolicy) };
    },
  },

  DeleteInlinePolicyFromPermissionSet: {
    authorize,
    run(input: PermissionSetInput, context) {
      const set = getPermissionSet(context, input);
      assertAttached(set.inlinePolicy !== null, "an inline policy");
      set.inlinePolicy = null;
      set.version += 1;
      return {};
    },
  },
});

function referenceOf({ CustomerManagedPolicyReference: { Name: name, Path: path = "/" } }: CustomerInput) {
  return { name, path };
}

function hasReference({ customerManagedPolicies: held }: PermissionSet, name: string, path: string): boolean {
  return held.some((each) => each.name === name && each.path === path);
}

function assertRoom(set: PermissionSet, isAttached: boolean, policy: string): void {
  if (isAttached) {
    throw refuse("ConflictException", `The permission set has ${policy} already.`, {
      rule: "permissionSet.policy",
      why: `${policy} is attached to ${set.name} already.`,
      fix: "Treat it as done.",
    });
  }
  const count = set.managedPolicyArns.length + set.customerManagedPolicies.length;
  if (count < policiesOfSet) return;
  throw refuse("ServiceQuotaExceededException", `A permission set has at most ${policiesOfSet} policies.`, {
    rule: "permissionSet.policyQuota",
    why: `The permission set has ${count} managed policies.`,
    fix: "Detach one first.",
  });
}

function assertAttached(isAttached: boolean, policy: string): void {
  if (isAttached) return;
  throw refuse("ResourceNotFoundException", `The permission set does not have ${policy}.`, {
    rule: "permissionSet.policy",
    why: `${policy} is not attached to the permission set.`,
    fix: "List what is attached.",
  });
}

function parseInline(text: string): PolicyDocument {
  try {
    return parsePolicy(text, "identity");
  } catch (error) {
    if (!(error instanceof PolicyGrammarError)) throw error;
    throw refuse("ValidationException", `The inline policy is malformed: ${error.message}`, {
      rule: "permissionSet.inlinePolicy",
      why: error.message,
      fix: "Write the document by the grammar of the IAM policy language.",
    });
  }
}
