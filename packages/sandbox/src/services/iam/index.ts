// IAM as far as roles, who may assume them and what they may do need it, assembled.

import type { Operation } from "../../operation/operation.ts";
import { oidcProviderTagOperations } from "./oidc_provider_tags.ts";
import { oidcProviderOperations } from "./oidc_providers.ts";
import { rolePolicyOperations } from "./role_policies.ts";
import { roleTagOperations } from "./role_tags.ts";
import { roleOperations } from "./roles.ts";

/** Every operation of iam. */
export const iamOperations: readonly Operation[] = [
  ...roleOperations,
  ...rolePolicyOperations,
  ...roleTagOperations,
  ...oidcProviderOperations,
  ...oidcProviderTagOperations,
];
