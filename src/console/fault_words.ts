// Owns what the console says of a refusal where the catalogue names a command: what to do is on a page here, and what is called
// a tenant there is an organization here. Pure.
import type { ErrorCode, OperationError } from "../errors.ts";

const keys = "See the page Signing keys: it says what each key is doing, and what may be done next.";
const proven = "Claim the domain on the organization's page, and set the DNS record that it shows.";

/** What to do, by the code of the refusal; and what happened, where the operation speaks of other words than a page. */
const words: Readonly<Partial<Record<ErrorCode, { message?: string; fix: string }>>> = {
  account_not_found: {
    message: "Nobody has this id or e-mail address.",
    fix: "Look for them on the page People, or add them there.",
  },
  account_exists: { fix: "Add that account to the organization on its page, or choose another address." },
  account_disabled: { fix: "Enable the person on their page." },
  account_ambiguous: {
    fix: "Open the person from the page People, or say `id:` before the id to mean the person of that id.",
  },
  account_before_domain: { fix: "Set the person a new password on their page, then add the membership." },
  session_not_found: { fix: "See which browser sessions the person has: they are on their page." },
  factor_unreadable: {
    fix: "Set the former secret again in TTI_SECRETS, after the first, and restart. If it is lost, reset the person's factors on their page.",
  },
  passkey_not_found: { fix: "See which passkeys the person has: they are on their page." },
  grant_not_found: { fix: "See which applications the person lets act: they are on their page." },
  invalid_credentials: { fix: "Check both; a new password is set on the person's page." },
  tenant_not_found: {
    message: "No organization has this id.",
    fix: "Look for it on the page Organizations, or add it there.",
  },
  not_a_member: { fix: "Add the membership on the person's page." },
  tenant_not_allowed: { fix: "Say on the application's page for which organizations it acts." },
  administrator_not_found: {
    message: "This person administers nothing.",
    fix: "See who does on the page Administrators.",
  },
  administrator_exists: {
    message: "This person is an administrator already.",
    fix: "Give them another role on the page Administrators.",
  },
  last_owner: {
    message: "This is the last owner who can sign in: without one nobody could make another.",
    fix: "Make somebody else an owner first, on the page Administrators.",
  },
  last_admin: { fix: "Make somebody else its administrator first, or tick the box below if you mean it." },
  oneself: {
    message: "This is your own account: nobody takes their own rights.",
    fix: "Have another owner do it.",
  },
  first_link_over: { fix: "Sign in; who administers nothing is made an administrator by an owner." },
  onboarding_link_over: { fix: "Make another link on the organization's page." },
  onboarding_link_used: { fix: "Make another link on the organization's page: it ends this one." },
  credential_not_found: { fix: "See which there are on the page API credentials." },
  // Nothing serves from such a store, so these stand on a page of the console only where it moved while somebody looked.
  store_moved: {
    fix: "Whoever runs the installation moves it to another database: ask them when it serves again.",
  },
  store_incomplete: {
    fix: "Whoever runs the installation moves it to another database: ask them when it serves again.",
  },
  store_differs: {
    fix: "Whoever runs the installation moves it to another database: tell them what is said here.",
  },
  mail_not_found: { fix: "See which there are on the page Mail." },
  client_not_found: {
    message: "No application has this client id.",
    fix: "Look for it on the page Applications, or add it there.",
  },
  resource_not_found: {
    message: "No API has this identifier, or the application may ask for nothing of it.",
    fix: "See which there are on the page APIs; identifiers are compared byte by byte.",
  },
  resource_exists: { message: "There is an API of this identifier.", fix: "Change it on its page." },
  accessor_not_found: {
    message: "The organization has no data accessor of this name.",
    fix: "See which it has on its page, or enter what the customer sent.",
  },
  trial_under_way: { fix: "Wait until it has ended, half a minute at most, then try again." },
  key_not_found: { fix: keys },
  key_in_use: { fix: keys },
  signing_unavailable: { fix: keys },
  signing_key_unreadable: {
    fix: "Put the former secret back into TTI_SECRETS, or restore the row from a backup.",
  },
  domain_not_claimed: { fix: proven },
  domain_not_proven: { fix: "Wait until the DNS shows the record that this page tells, and check it again." },
  domain_taken: {
    message: "The domain belongs to another organization.",
    fix: "If both organizations are one customer, say so on this page.",
  },
  email_not_verified: { fix: "Say on the person's page that the address is theirs, if you know it." },
  email_domain_not_verified: { fix: proven },
  login_method_not_allowed: { fix: "Change on the organization's page where its people sign in." },
};

type Said = Pick<OperationError, "message" | "fix"> & { code: string };

/** A refusal in the words of the pages; what names a command names a page. */
export function inPageWords({ code, message, fix }: Said): { message: string; fix: string } {
  const said = words[code as ErrorCode];
  const isCommand = /\btti [a-z]/.test(fix);
  return {
    message: said?.message ?? message,
    fix: said !== undefined && (isCommand || said.message !== undefined) ? said.fix : fix,
  };
}
