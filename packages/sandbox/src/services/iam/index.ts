// IAM as far as roles, users, who may be them and what they may do need it, assembled.

import type { Operation } from "../../operation/operation.ts";
import { accessKeyOperations } from "./access_keys.ts";
import { managedPolicyOperations } from "./managed_policies.ts";
import { oidcProviderTagOperations } from "./oidc_provider_tags.ts";
import { oidcProviderOperations } from "./oidc_providers.ts";
import { policyAttachmentOperations } from "./policy_attachments.ts";
import { policyVersionOperations } from "./policy_versions.ts";
import { rolePolicyOperations } from "./role_policies.ts";
import { roleTagOperations } from "./role_tags.ts";
import { roleOperations } from "./roles.ts";
import { userPolicyOperations } from "./user_policies.ts";
import { userOperations } from "./users.ts";

/** Every operation of iam. */
export const iamOperations: readonly Operation[] = [
  ...roleOperations,
  ...rolePolicyOperations,
  ...roleTagOperations,
  ...managedPolicyOperations,
  ...policyVersionOperations,
  ...policyAttachmentOperations,
  ...userOperations,
  ...userPolicyOperations,
  ...accessKeyOperations,
  ...oidcProviderOperations,
  ...oidcProviderTagOperations,
];
