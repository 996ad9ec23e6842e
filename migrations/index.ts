// Lists the migrations in the order they apply. A migration that has shipped is never edited.
import type { Knex } from "knex";
import * as accountsAndTenants from "./0001_accounts_and_tenants.ts";
import * as oidcRecords from "./0002_oidc_records.ts";
import * as signingKeys from "./0003_signing_keys.ts";
import * as signInAttempts from "./0004_sign_in_attempts.ts";
import * as accessors from "./0005_accessors.ts";
import * as handoffAndMinting from "./0006_handoff_and_minting.ts";
import * as sessionVouchers from "./0007_session_vouchers.ts";
import * as membershipName from "./0008_membership_name.ts";
import * as auditOrigin from "./0009_audit_origin.ts";
import * as postedRequests from "./0010_posted_requests.ts";
import * as storeProbe from "./0012_store_probe.ts";
import * as discoverableTenants from "./0017_discoverable_tenants.ts";
import * as signInGenerations from "./0027_sign_in_generations.ts";
import * as formerMemberships from "./0028_former_memberships.ts";
import * as endedRights from "./0029_ended_rights.ts";
import * as postedRequestNetwork from "./0030_posted_request_network.ts";
import * as loginNameKeys from "./0031_login_name_keys.ts";
import * as rightsByName from "./0034_rights_by_name.ts";
import * as importedPasswords from "./0041_imported_passwords.ts";
import * as auditChain from "./0042_audit_chain.ts";
import * as clientGenerations from "./0045_client_generations.ts";
import * as vouchingGenerations from "./0046_vouching_generations.ts";
import * as clientLife from "./0051_client_life.ts";
import * as resources from "./0052_resources.ts";
import * as people from "./0053_people.ts";
import * as administrators from "./0054_administrators.ts";
import * as apiCredentials from "./0055_api_credentials.ts";
import * as consoleSessions from "./0056_console_sessions.ts";
import * as repeatedCalls from "./0058_repeated_calls.ts";
import * as repeatedCallPeople from "./0060_repeated_call_people.ts";
import * as firstLinks from "./0064_first_links.ts";
import * as trailByFilter from "./0065_trail_by_filter.ts";
import * as auditRequest from "./0068_audit_request.ts";
import * as ordersOfLists from "./0069_orders_of_lists.ts";
import * as idsLikeAddresses from "./0070_ids_like_addresses.ts";
import * as onboardingLinks from "./0071_onboarding_links.ts";
import * as onboardings from "./0072_onboardings.ts";
import * as mails from "./0073_mails.ts";
import * as accountLinks from "./0074_account_links.ts";
import * as tenantBrands from "./0076_tenant_brands.ts";
import * as secondFactors from "./0077_second_factors.ts";
import * as passkeys from "./0078_passkeys.ts";
import * as loginLife from "./0079_login_life.ts";
import * as loginBrowser from "./0080_login_browser.ts";
import * as mail from "./0081_mail.ts";
import * as loginRemembered from "./0082_login_remembered.ts";
import * as logos from "./0083_logos.ts";
import * as logouts from "./0085_logouts.ts";
import * as consents from "./0086_consents.ts";
import * as refusedMail from "./0087_refused_mail.ts";
import * as selfClose from "./0088_self_close.ts";
import * as accountLanguage from "./0089_account_language.ts";
import * as sweeping from "./0093_sweeping.ts";
import * as loginsOfAPerson from "./0094_logins_of_a_person.ts";
import * as storeMarks from "./0095_store_marks.ts";

/** One step of the schema, there and back. */
export interface Migration {
  name: string;
  /**
   * Indexes of it on tables that may be large. Where PostgreSQL serves meanwhile they are made before `up`, beside
   * whoever writes; `up` makes those that lack (`create index if not exists`).
   */
  indexes?: readonly { name: string; on: string }[];
  up(db: Knex): Promise<void>;
  down(db: Knex): Promise<void>;
}

export const migrations: readonly Migration[] = [
  { name: "0001_accounts_and_tenants", ...accountsAndTenants },
  { name: "0002_oidc_records", ...oidcRecords },
  { name: "0003_signing_keys", ...signingKeys },
  { name: "0004_sign_in_attempts", ...signInAttempts },
  { name: "0005_accessors", ...accessors },
  { name: "0006_handoff_and_minting", ...handoffAndMinting },
  { name: "0007_session_vouchers", ...sessionVouchers },
  { name: "0008_membership_name", ...membershipName },
  { name: "0009_audit_origin", ...auditOrigin },
  { name: "0010_posted_requests", ...postedRequests },
  { name: "0012_store_probe", ...storeProbe },
  { name: "0017_discoverable_tenants", ...discoverableTenants },
  { name: "0027_sign_in_generations", ...signInGenerations },
  { name: "0028_former_memberships", ...formerMemberships },
  { name: "0029_ended_rights", ...endedRights },
  { name: "0030_posted_request_network", ...postedRequestNetwork },
  { name: "0031_login_name_keys", ...loginNameKeys },
  { name: "0034_rights_by_name", ...rightsByName },
  { name: "0041_imported_passwords", ...importedPasswords },
  { name: "0042_audit_chain", ...auditChain },
  { name: "0045_client_generations", ...clientGenerations },
  { name: "0046_vouching_generations", ...vouchingGenerations },
  { name: "0051_client_life", ...clientLife },
  { name: "0052_resources", ...resources },
  { name: "0053_people", ...people },
  { name: "0054_administrators", ...administrators },
  { name: "0055_api_credentials", ...apiCredentials },
  { name: "0056_console_sessions", ...consoleSessions },
  { name: "0058_repeated_calls", ...repeatedCalls },
  { name: "0060_repeated_call_people", ...repeatedCallPeople },
  { name: "0064_first_links", ...firstLinks },
  { name: "0065_trail_by_filter", ...trailByFilter },
  { name: "0068_audit_request", ...auditRequest },
  { name: "0069_orders_of_lists", ...ordersOfLists },
  { name: "0070_ids_like_addresses", ...idsLikeAddresses },
  { name: "0071_onboarding_links", ...onboardingLinks },
  { name: "0072_onboardings", ...onboardings },
  { name: "0073_mails", ...mails },
  { name: "0074_account_links", ...accountLinks },
  { name: "0076_tenant_brands", ...tenantBrands },
  { name: "0077_second_factors", ...secondFactors },
  { name: "0078_passkeys", ...passkeys },
  { name: "0079_login_life", ...loginLife },
  { name: "0080_login_browser", ...loginBrowser },
  { name: "0081_mail", ...mail },
  { name: "0082_login_remembered", ...loginRemembered },
  { name: "0083_logos", ...logos },
  { name: "0085_logouts", ...logouts },
  { name: "0086_consents", ...consents },
  { name: "0087_refused_mail", ...refusedMail },
  { name: "0088_self_close", ...selfClose },
  { name: "0089_account_language", ...accountLanguage },
  { name: "0093_sweeping", ...sweeping },
  { name: "0094_logins_of_a_person", ...loginsOfAPerson },
  { name: "0095_store_marks", ...storeMarks },
];
