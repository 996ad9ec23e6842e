// Every operation the sandbox has, assembled for one instance.

import { createRegistry, type Registry } from "../operation/operation.ts";
import type { RateLimiter } from "../operation/rate_limit.ts";
import { lookupOperations } from "./cloudtrail/lookup_events.ts";
import { iamOperations } from "./iam/index.ts";
import { identitystoreOperations } from "./identitystore/index.ts";
import { kmsOperations } from "./kms/index.ts";
import { qbusinessOperations } from "./qbusiness/index.ts";
import { searchOperations } from "./qbusiness/search_relevant_content.ts";
import { s3Operations } from "./s3/index.ts";
import { s3controlOperations } from "./s3control/index.ts";
import { portalOperations } from "./sso/portal.ts";
import { ssoAdminOperations } from "./sso_admin/index.ts";
import { type TokenEndpoint, tokenOperations } from "./sso_oidc/create_token_with_iam.ts";
import { stsOperations } from "./sts/index.ts";

/** What operations keep between requests, one per sandbox. */
export type OperationState = TokenEndpoint & { limiter: RateLimiter };

/** @returns the operations bound to one sandbox's state */
export function assembleRegistry(state: OperationState): Registry {
  return createRegistry([
    ...stsOperations(state),
    ...tokenOperations(state),
    ...searchOperations(state.limiter),
    ...identitystoreOperations,
    ...ssoAdminOperations,
    ...qbusinessOperations,
    ...iamOperations,
    ...kmsOperations,
    ...s3Operations,
    ...portalOperations,
    ...s3controlOperations,
    ...lookupOperations(state.limiter),
  ]);
}
