// IAM as far as roles, their trust and their inline policies need it, assembled.

import type { Operation } from "../../operation/operation.ts";
import { rolePolicyOperations } from "./role_policies.ts";
import { roleTagOperations } from "./role_tags.ts";
import { roleOperations } from "./roles.ts";

/** Every operation of iam. */
export const iamOperations: readonly Operation[] = [
  ...roleOperations,
  ...rolePolicyOperations,
  ...roleTagOperations,
];
