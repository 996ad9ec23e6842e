// Owns what the portal says: of what happened, of policies, and of what was refused. Organization, person, application: the
// words of people. Pure.
import { InputRefused, phrasesOf } from "../admin/operations/input_faults.ts";
import type { AuditEventType, TenantEventType } from "../audit/event_types.ts";
import { OperationError } from "../errors.ts";
import { type PresencePolicy, presencePolicyText } from "../provider/presence/presence_policy.ts";
import { membershipRoles } from "../provider/tenants/membership_store.ts";
import type { Field, FormErrors } from "../views/parts.ts";

/** Events in words: each type that can stand in an organization's trail has some. */
export const eventWords: Readonly<Record<TenantEventType, string> & Partial<Record<AuditEventType, string>>> =
  {
    "sign_in.succeeded": "Signed in",
    "sign_in.continued": "Went on to an application, signed in already",
    "sign_in.refused": "Sign-in refused",
    "sign_in.attacked":
      "Somebody may be guessing this password: attempts are slowed down, and the person can sign in",
    "sign_in.vouched": "Signed in at the application's own page",
    "sign_in.rejected": "Sign-in given up at the application's own page",
    sign_out: "Signed out",
    "session.ended": "Sign-ins ended",
    "token.issued": "Token issued to an application",
    "token.minted": "Token made for a back end, to exchange at AWS",
    "token.refused": "Token refused",
    "token.revoked": "Token given back",
    "code.reused": "A code came twice: its sign-in was ended",
    "refresh_token.reused": "A used token came again: its family was ended",
    "search.made": "Searched your index at AWS",
    "consent.granted": "Let an application have something",
    "consent.revoked": "Took it back from an application",
    "grant.revoked": "What an application had of this person was taken back",
    "logout.failed": "An application could not be told that a sign-in ended",
    "account.created": "Account made",
    "account.email_set": "E-mail address changed",
    "account.email_verified": "E-mail address confirmed, or no longer",
    "account.email_proven": "Proved the e-mail address by a link from a mail",
    "account.name_set": "Name changed",
    "account.password_set": "Password set",
    "account.disabled": "Account switched off",
    "account.enabled": "Account switched on",
    "account.deleted": "Account deleted",
    "account.invited": "Invited by mail",
    "account.invitation_withdrawn": "Invitation withdrawn",
    "account.mail_returned": "Mail to the address comes back, or arrives again",
    "account.link_made": "A link that counts once was mailed",
    "mail.failed": "A mail could not be sent, and was given up",
    "mail.retried": "A mail that could not be sent is tried again",
    "factor.added": "Set up a second factor",
    "factor.removed": "Removed a second factor",
    "factor.reset": "Second factors removed by the people who run the service",
    "factor.codes_renewed": "Made new recovery codes",
    "factor.recovery_used": "Used a recovery code in place of the second factor",
    "passkey.added": "Added a passkey",
    "passkey.renamed": "Gave a passkey another name",
    "passkey.removed": "A passkey was removed, and the sign-ins ended",
    "passkey.cloned": "A passkey may have been copied: it was shut, and the sign-ins ended",
    "people.exported": "People exported",
    "membership.created": "Became a member",
    "membership.updated": "Got another role",
    "membership.deleted": "Is a member no longer",
    "tenant.created": "Organization made",
    "tenant.deleted": "Organization deleted",
    "tenant.updated": "Settings of the organization changed",
    "tenant.branded": "How the organization's pages look changed",
    "tenant.disabled": "Organization switched off",
    "tenant.enabled": "Organization switched on",
    "tenant.offboarded": "Access to your index ended",
    "domain.added": "Domain claimed",
    "domain.verified": "Domain proven",
    "domain.removed": "Domain removed",
    "accessor.created": "Data accessor entered",
    "accessor.deleted": "Data accessor forgotten",
    "accessor.tried": "Tried the data accessor as this person; what was found was counted, not shown",
    "onboarding.link_made": "Link to the set-up at AWS made",
    "onboarding.link_opened": "Link to the set-up at AWS used by a browser",
    "onboarding.link_revoked": "Link to the set-up at AWS revoked",
    "onboarding.downloaded": "Pack for the set-up at AWS downloaded",
    "onboarding.tested": "Set-up at AWS tested; what was found was counted, not shown",
    "credential.created": "Key for the administration's API made",
    "credential.revoked": "Key for the administration's API revoked",
    "admin.read": "List of people read",
    "admin.refused": "A request to the administration's API was refused",
  };

/** The members of an event's details that an organization reads; others may speak of somebody else. */
export const shownDetails: Readonly<Record<string, string>> = {
  by: "by",
  reason: "reason",
  role: "role",
  roleWas: "role before",
  domain: "domain",
  name: "name",
  accessor: "data accessor",
  results: "results",
  presence: "presence",
  presenceWas: "presence before",
  requiredFactor: "second factor",
  requiredFactorWas: "second factor before",
  sessionIdle: "sign-in without use",
  sessionIdleWas: "sign-in without use before",
  sessionLife: "sign-in in all",
  sessionLifeWas: "sign-in in all before",
  scope: "scope",
  jti: "token",
};

/** The kinds of activity a page may ask for. */
export const activityKinds = ["token.minted", "token.issued", "token.refused", "search.made"] as const;

/** What a member may be, in words. */
export const roleLabels = { member: "Member", admin: "Administrator" } as const;

/** The roles to choose from. */
export const roleOptions = membershipRoles.map((value) => ({ value, label: roleLabels[value] }));

/** The policies to choose from. */
export const policyChoices = [
  { value: "session", label: "Only while the person is signed in" },
  { value: "within", label: "For some hours after their last sign-in" },
  { value: "offline", label: "While away, if the person allowed it" },
  { value: "never", label: "Never while the person is away" },
];

/** The policy that two fields say, as operations take it. */
export function policyOf(choice: string, hours: string): string {
  return choice === "within" ? `within ${hours}` : choice;
}

/** What the two fields show of a policy. */
export function policyFields(policy: PresencePolicy): { choice: string; hours: string } {
  const [choice = "", hours = ""] = presencePolicyText(policy).split(" ");
  return { choice, hours };
}

const refusals: Readonly<Record<string, string>> = {
  account_exists: "Somebody signs in with this address already. Give another one.",
  account_before_domain:
    "This person has an account from before your organization proved the domain, so others may know its password. Ask your vendor to add it.",
  too_many_attempts:
    "This address was invited often enough for now. Wait some minutes; the mails before may lie in the folder for unwanted mail.",
  mail_not_configured: "The service sends no mail. Add the person with a password that you hand over.",
  not_a_member: "This person is no member any more. Go back to the list of people.",
  domain_not_claimed: "This domain is claimed no longer. Claim it again.",
  domain_not_proven:
    "The record is not there, or not yet. Check its name and value; a change of the DNS takes up to some hours to be seen.",
  domain_taken:
    "This domain belongs to another organization. If it is yours too, ask the people who run the service.",
  accessor_exists:
    "There is a data accessor of this name already. Give another name, or forget that one first.",
  onboarding_busy:
    "A test is under way, or there were many in this hour. Look at the page in a minute, and test again then.",
  trial_under_way: "Tests are under way already. Test again in half a minute.",
  last_admin: "Nobody else administers your organization. Make somebody else an administrator first.",
  account_ambiguous: "This names two of your people. Give the other name of the one you mean.",
  oneself: "You cannot change your own role or remove yourself. Another administrator can.",
  unavailable: "The DNS does not answer right now. Try again in a minute.",
};

/** What a form shows after a refusal. */
export interface FormFault {
  errors: FormErrors;
  fields: Field[];
}

/**
 * Puts a refusal beside the fields it is about.
 * @param members which field each member of the operation's input is
 * @throws the error itself if a form cannot help it
 */
export function formFault(
  error: unknown,
  title: string,
  fields: readonly Field[],
  members: Readonly<Record<string, string>> = {},
  ownRefusals: Readonly<Record<string, string>> = {},
): FormFault {
  if (!(error instanceof OperationError)) throw error;
  const known = ownRefusals[error.code] ?? refusals[error.code];
  if (known === undefined && error.code !== "invalid_input") throw error;
  const idOf = (member: string | undefined) =>
    fields.find(({ id }) => id === (members[member ?? ""] ?? member))?.id;
  const label = (id: string | undefined, member: string) =>
    fields.find((one) => one.id === id)?.label ?? member;
  const told =
    error instanceof InputRefused
      ? error.faults.map((fault) => {
          const [member = ""] = fault.path;
          const fieldId = idOf(String(member));
          const { what, fix } = phrasesOf(fault, (name) => label(idOf(name), name));
          return { fieldId, message: `${label(fieldId, String(member))} ${what}. ${fix}` };
        })
      : [{ fieldId: idOf(error.field), message: known ?? sentence(error, label(idOf(error.field), "")) }];
  return {
    errors: { title, errors: told, code: error.code },
    fields: fields.map((field) => ({
      ...field,
      error: told.find(({ fieldId }) => fieldId === field.id)?.message,
    })),
  };
}

// A sentence begins with the member's name as operations call it; here it is the field's label. Commands are not said.
function sentence({ message, fix, field }: OperationError, label: string): string {
  const said =
    field !== undefined && message.startsWith(field) ? label + message.slice(field.length) : message;
  return /\btti [a-z]/.test(fix) ? said : `${said} ${fix}`;
}
