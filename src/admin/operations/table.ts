// Owns the table of operations: everything that can be asked of the administration, in the order of the documentation.
// Routes, OpenAPI, docs and commands come from it; a test finds an operation that is missing here.
import * as accessors from "./accessors.ts";
import * as administrators from "./administrators.ts";
import * as audit from "./audit.ts";
import * as auditChain from "./audit_chain.ts";
import * as checks from "./checks.ts";
import * as clientAccess from "./client_access.ts";
import * as clientLogo from "./client_logo.ts";
import * as clientSecrets from "./client_secrets.ts";
import * as clientUpdate from "./client_update.ts";
import * as clients from "./clients.ts";
import * as credentials from "./credentials.ts";
import * as domains from "./domains.ts";
import type { Operation } from "./entry.ts";
import * as errorExplanation from "./error_explanation.ts";
import * as firstLink from "./first_link.ts";
import * as invitation from "./invitation.ts";
import * as keys from "./keys.ts";
import * as challenges from "./login_challenges.ts";
import * as mail from "./mail.ts";
import * as members from "./members.ts";
import * as offboarding from "./offboarding.ts";
import * as onboarding from "./onboarding.ts";
import * as onboardingDetails from "./onboarding_details.ts";
import * as onboardingLinks from "./onboarding_links.ts";
import * as onboardingTest from "./onboarding_test.ts";
import * as resourceRights from "./resource_rights.ts";
import * as resources from "./resources.ts";
import * as search from "./search.ts";
import { listSessionLogouts } from "./session_logouts.ts";
import * as tenantAccess from "./tenant_access.ts";
import * as tenantBrand from "./tenant_brand.ts";
import * as tenantDeletion from "./tenant_deletion.ts";
import * as tenantLogo from "./tenant_logo.ts";
import * as tenants from "./tenants.ts";
import * as trials from "./trials.ts";
import * as userAccess from "./user_access.ts";
import * as userData from "./user_data.ts";
import * as userDeletion from "./user_deletion.ts";
import * as userExport from "./user_export.ts";
import { resetUserFactors, showUserFactors } from "./user_factors.ts";
import * as userGrants from "./user_grants.ts";
import * as userImport from "./user_import.ts";
import * as userMail from "./user_mail.ts";
import * as userPasskeys from "./user_passkeys.ts";
import * as userSessions from "./user_sessions.ts";
import * as userUpdate from "./user_update.ts";
import * as users from "./users.ts";

/** What every operation of the table can work with. */
export interface TableContext
  extends domains.DomainContext,
    challenges.ChallengeContext,
    search.SearchContext,
    keys.KeysContext,
    onboarding.OnboardingContext,
    trials.TrialContext,
    checks.ChecksContext,
    mail.MailContext,
    auditChain.AuditChainContext {}

/** Every operation. */
export const operations: readonly Operation<TableContext>[] = [
  tenants.createTenant,
  tenants.updateTenant,
  tenantBrand.showTenantBrand,
  tenantBrand.setTenantBrand,
  tenantLogo.setTenantLogo,
  tenantLogo.removeTenantLogo,
  tenants.listTenants,
  tenants.showTenant,
  tenantAccess.disableTenant,
  tenantAccess.enableTenant,
  tenantDeletion.deleteTenant,
  domains.listDomains,
  domains.addDomain,
  domains.verifyDomain,
  domains.removeDomain,
  challenges.showLoginChallenge,
  challenges.acceptLoginChallenge,
  challenges.rejectLoginChallenge,
  members.addUserToTenant,
  members.updateMember,
  members.removeMember,
  accessors.listAccessors,
  accessors.createAccessor,
  accessors.showAccessor,
  accessors.deleteAccessor,
  trials.tryAccessor,
  checks.checkOneTenant,
  checks.examineInstallation,
  onboarding.makeRegistration,
  onboarding.makePack,
  onboardingLinks.makeLink,
  onboardingLinks.openLink,
  onboardingLinks.showOnboarding,
  onboardingLinks.revokeLink,
  onboardingDetails.noteDownload,
  onboardingDetails.enterDetails,
  onboardingTest.testDetails,
  offboarding.offboardTenant,
  users.listUsers,
  users.createUser,
  invitation.inviteUser,
  invitation.withdrawInvitation,
  userMail.showUserMail,
  userMail.setMailReturned,
  userUpdate.updateUser,
  users.showUser,
  userDeletion.deleteUser,
  userAccess.setUserPassword,
  userAccess.signUserOut,
  showUserFactors,
  resetUserFactors,
  userAccess.disableUser,
  userAccess.enableUser,
  userSessions.listUserSessions,
  listSessionLogouts,
  userSessions.revokeSession,
  userGrants.listUserGrants,
  userGrants.revokeGrant,
  userPasskeys.listUserPasskeys,
  userPasskeys.removeUserPasskey,
  userImport.importUsers,
  userData.showUserData,
  userExport.exportUsers,
  userExport.exportUsersWithHashes,
  administrators.listAdministrators,
  firstLink.makeFirstLink,
  administrators.createAdministrator,
  administrators.updateAdministrator,
  administrators.removeAdministrator,
  credentials.listCredentials,
  credentials.createCredential,
  credentials.revokeCredential,
  clients.listClients,
  clients.createClient,
  clients.showClient,
  clientUpdate.updateClient,
  clientLogo.setClientLogo,
  clientLogo.removeClientLogo,
  clientAccess.deleteClient,
  clientAccess.disableClient,
  clientAccess.enableClient,
  clientSecrets.rotateClientSecret,
  clientSecrets.endOldSecret,
  resources.listResources,
  resources.createResource,
  resources.showResource,
  resources.updateResource,
  resources.deleteResource,
  resourceRights.allowResource,
  resourceRights.disallowResource,
  keys.keyStatus,
  keys.rotate,
  keys.rotateInEmergency,
  keys.revoke,
  keys.reseal,
  mail.listMails,
  mail.showMail,
  mail.retryMail,
  mail.giveMailUp,
  mail.mailStatus,
  audit.listEvents,
  auditChain.exportEvents,
  auditChain.verifyTrail,
  auditChain.pruneEvents,
  errorExplanation.explainErrorText,
  search.searchTenant,
];
