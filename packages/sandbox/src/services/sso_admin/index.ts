// IAM Identity Center's administration API (sso-admin), assembled.

import type { Operation } from "../../operation/operation.ts";
import { accountAccessRequestOperations } from "./account_access_requests.ts";
import { accountAssignmentOperations } from "./account_assignments.ts";
import { applicationAccessScopeOperations } from "./application_access_scopes.ts";
import { applicationAssignmentOperations } from "./application_assignments.ts";
import { applicationAuthenticationMethodOperations } from "./application_authentication_methods.ts";
import { applicationGrantOperations } from "./application_grants.ts";
import { applicationProviderOperations } from "./application_providers.ts";
import { applicationSessionConfigurationOperations } from "./application_session_configuration.ts";
import { applicationOperations } from "./applications.ts";
import { instanceOperations } from "./instances.ts";
import { permissionSetPolicyOperations } from "./permission_set_policies.ts";
import { permissionSetProvisioningOperations } from "./permission_set_provisioning.ts";
import { permissionSetOperations } from "./permission_sets.ts";
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
  ...applicationProviderOperations,
  ...permissionSetOperations,
  ...permissionSetPolicyOperations,
  ...permissionSetProvisioningOperations,
  ...accountAssignmentOperations,
  ...accountAccessRequestOperations,
  ...tagOperations,
];
