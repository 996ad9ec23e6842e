// Owns the list of the console's places. Whatever it has to show or to do is an entry here; what stands first is matched
// first, so that `new` is no person's id.

import * as accessorActs from "./pages/accessor_acts.ts";
import { accessorsPlace } from "./pages/accessors.ts";
import { activityPlace } from "./pages/activity.ts";
import * as administrators from "./pages/administrators.ts";
import * as apiActs from "./pages/api_acts.ts";
import * as apis from "./pages/apis.ts";
import { applicationPlace } from "./pages/application.ts";
import * as applicationActs from "./pages/application_acts.ts";
import * as applicationEdit from "./pages/application_edit.ts";
import * as applicationKeys from "./pages/application_keys.ts";
import { applicationsPlace } from "./pages/applications.ts";
import * as credentials from "./pages/credentials.ts";
import { doctorPlace, organizationDoctorPlace } from "./pages/doctor.ts";
import { errorsPlace } from "./pages/errors.ts";
import { inspectorPlace } from "./pages/inspector.ts";
import * as keys from "./pages/keys.ts";
import { applicationLogoPlace, organizationLogoPlace } from "./pages/logos.ts";
import { giveMailUpPlace, mailPlace, mailsPlace, retryMailPlace } from "./pages/mail.ts";
import { organizationPlace } from "./pages/organization.ts";
import * as organizationActs from "./pages/organization_acts.ts";
import { organizationBrandPlace } from "./pages/organization_brand.ts";
import * as organizationParts from "./pages/organization_parts.ts";
import * as organizationSetup from "./pages/organization_setup.ts";
import * as organizations from "./pages/organizations.ts";
import { overviewPlace } from "./pages/overview.ts";
import { newPersonPlace, peoplePlace } from "./pages/people.ts";
import { personPlace } from "./pages/person.ts";
import * as personActs from "./pages/person_acts.ts";
import * as personAddress from "./pages/person_address.ts";
import * as personInvitation from "./pages/person_invitation.ts";
import * as personMemberships from "./pages/person_memberships.ts";
import { removePasskeyPlace } from "./pages/person_passkeys.ts";
import * as personSessions from "./pages/person_sessions.ts";
import type { Place } from "./place.ts";

/** Every place. */
export const places: readonly Place[] = [
  overviewPlace,
  peoplePlace,
  newPersonPlace,
  personPlace,
  personActs.editPersonPlace,
  personAddress.personAddressPlace,
  personAddress.vouchForPersonPlace,
  personAddress.doubtPersonPlace,
  personActs.personPasswordPlace,
  personActs.signPersonOutPlace,
  personActs.resetFactorsPlace,
  personActs.disablePersonPlace,
  personActs.enablePersonPlace,
  personActs.deletePersonPlace,
  personInvitation.invitePersonPlace,
  personInvitation.withdrawInvitationPlace,
  personInvitation.mailReturnedPlace,
  personMemberships.addMembershipPlace,
  personMemberships.membershipRolePlace,
  personMemberships.removeMembershipPlace,
  personSessions.endSessionPlace,
  personSessions.revokeGrantPlace,
  removePasskeyPlace,
  organizations.organizationsPlace,
  organizations.newOrganizationPlace,
  organizationPlace,
  organizationActs.editOrganizationPlace,
  organizationBrandPlace,
  organizationLogoPlace,
  organizationActs.disableOrganizationPlace,
  organizationActs.enableOrganizationPlace,
  organizationActs.deleteOrganizationPlace,
  organizationParts.addDomainPlace,
  organizationParts.verifyDomainPlace,
  organizationParts.removeDomainPlace,
  organizationParts.addMemberPlace,
  organizationSetup.setupLinkPlace,
  organizationSetup.revokeSetupLinkPlace,
  accessorActs.addAccessorPlace,
  accessorActs.accessorPlace,
  accessorActs.deleteAccessorPlace,
  applicationsPlace,
  applicationEdit.newApplicationPlace,
  applicationPlace,
  applicationEdit.editApplicationPlace,
  applicationLogoPlace,
  applicationKeys.addKeyPlace,
  applicationKeys.replaceKeysPlace,
  applicationKeys.retireKeyPlace,
  applicationActs.rotateSecretPlace,
  applicationActs.endOldSecretPlace,
  applicationActs.disableApplicationPlace,
  applicationActs.enableApplicationPlace,
  applicationActs.deleteApplicationPlace,
  apis.apisPlace,
  apis.newApiPlace,
  apis.apiPlace,
  apiActs.editApiPlace,
  apiActs.deleteApiPlace,
  apiActs.allowApiPlace,
  apiActs.disallowApiPlace,
  accessorsPlace,
  mailsPlace,
  mailPlace,
  retryMailPlace,
  giveMailUpPlace,
  activityPlace,
  keys.keysPlace,
  keys.rotatePlace,
  keys.emergencyPlace,
  keys.revokeKeyPlace,
  inspectorPlace,
  doctorPlace,
  organizationDoctorPlace,
  errorsPlace,
  administrators.administratorsPlace,
  administrators.newAdministratorPlace,
  administrators.administratorRolePlace,
  administrators.removeAdministratorPlace,
  credentials.credentialsPlace,
  credentials.newCredentialPlace,
  credentials.revokeCredentialPlace,
];
