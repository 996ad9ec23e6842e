// STS, assembled.

import type { Operation } from "../../operation/operation.ts";
import { assumeRoleOperations } from "./assume_role.ts";
import { callerIdentityOperations } from "./get_caller_identity.ts";

/** Every operation of sts. */
export const stsOperations: readonly Operation[] = [...assumeRoleOperations, ...callerIdentityOperations];
