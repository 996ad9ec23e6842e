// Inline policies of a role: PutRolePolicy, GetRolePolicy, DeleteRolePolicy, ListRolePolicies.
import type { IamRole } from "../../state/iam_entities.ts";
import { inlinePolicyOperations } from "./inline_policies.ts";
import { getRole, type RoleInput, roleResource } from "./lookup.ts";
import { inlinePolicyCharacters } from "./policy_documents.ts";

/** The operations of this family. */
export const rolePolicyOperations = inlinePolicyOperations({
  kind: "Role",
  most: inlinePolicyCharacters,
  nameOf: (holder) => (holder as IamRole).roleName,
  authorize: (input, context) => roleResource(input as RoleInput, context),
  find: (context, input) => getRole(context, input as RoleInput),
});
