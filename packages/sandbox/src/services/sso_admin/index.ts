// IAM Identity Center's administration API (sso-admin), assembled.

import type { Operation } from "../../operation/operation.ts";
import { applicationAccessScopeOperations } from "./application_access_scopes.ts";
import { applicationAssignmentOperations } from "./application_assignments.ts";
import { applicationAuthenticationMethodOperations } from "./application_authentication_methods.ts";
import { applicationGrantOperations } from "./application_grants.ts";
import { applicationSessionConfigurationOperations } from "./application_session_configuration.ts";
import { applicationOperations } from "./applications.ts";
import { instanceOperations } from "./instances.ts";
import { tagOperations } from "./tags.ts";
import { trustedTokenIssuerOperations } from "./trusted_token_issuers.ts";

/** Every operation of sso-admin. */
export const ssoAdminOperations: readonly Operation[] = [
  ...instanceOperations,
  ...trustedTokenIssuerOperations,
  ...applicationOperations,
  ...applicationGrantOperations,
  ...applicationAuthenticationMethodOperations,
  ...applicationAccessScopeOperations,
  ...applicationAssignmentOperations,
  ...applicationSessionConfigurationOperations,
  ...tagOperations,
];
