// Every operation the sandbox has, assembled for one instance.

import { createRegistry, type Registry } from "../operation/operation.ts";
import type { RateLimiter } from "../operation/rate_limit.ts";
import { iamOperations } from "./iam/index.ts";
import { identitystoreOperations } from "./identitystore/index.ts";
import { kmsOperations } from "./kms/index.ts";
import { qbusinessOperations } from "./qbusiness/index.ts";
import { searchRelevantContent } from "./qbusiness/search_relevant_content.ts";
import { ssoAdminOperations } from "./sso_admin/index.ts";
import { createTokenWithIam, type TokenEndpoint } from "./sso_oidc/create_token_with_iam.ts";
import { assumeRole } from "./sts/assume_role.ts";
import { getCallerIdentity } from "./sts/get_caller_identity.ts";

/** What operations keep between requests, one per sandbox. */
export type OperationState = TokenEndpoint & { limiter: RateLimiter };

/** @returns the operations bound to one sandbox's state */
export function assembleRegistry(state: OperationState): Registry {
  return createRegistry([
    assumeRole,
    getCallerIdentity,
    createTokenWithIam(state),
    searchRelevantContent(state.limiter),
    ...identitystoreOperations,
    ...ssoAdminOperations,
    ...qbusinessOperations,
    ...iamOperations,
    ...kmsOperations,
  ]);
}
