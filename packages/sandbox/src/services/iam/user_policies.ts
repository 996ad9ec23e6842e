// Inline policies of a user: PutUserPolicy, GetUserPolicy, DeleteUserPolicy, ListUserPolicies.
import type { IamUser } from "../../state/iam_entities.ts";
import { inlinePolicyOperations } from "./inline_policies.ts";
import { getUser, type UserInput, userResource } from "./lookup.ts";
import { userPolicyCharacters } from "./policy_documents.ts";

/** The operations of this family. */
export const userPolicyOperations = inlinePolicyOperations({
  kind: "User",
  most: userPolicyCharacters,
  nameOf: (holder) => (holder as IamUser).userName,
  authorize: (input, context) => userResource(input as UserInput, context),
  find: (context, input) => getUser(context, input as UserInput),
});
