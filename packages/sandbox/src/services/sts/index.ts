// STS, assembled.

import type { IssuerKeys } from "../../issuer/issuer_keys.ts";
import type { Operation } from "../../operation/operation.ts";
import { assumeRoleOperations } from "./assume_role.ts";
import { webIdentityOperations } from "./assume_role_with_web_identity.ts";
import { callerIdentityOperations } from "./get_caller_identity.ts";
import { sessionTokenOperations } from "./get_session_token.ts";

/** Every operation of sts. */
export function stsOperations(parts: { issuerKeys: IssuerKeys }): readonly Operation[] {
  return [
    ...assumeRoleOperations,
    ...webIdentityOperations(parts),
    ...sessionTokenOperations,
    ...callerIdentityOperations,
  ];
}
