// Owns the English of what went wrong: what happened, why, and what to do, by the stable code. Organization, sign in,
// application: the words of people. What only a developer can use stands below it, in small print, and is not translated.
import { passkeyFaults } from "./passkeys.ts";
import { passwordFaults, passwordLength, told } from "./passwords.ts";

const startAgain = "Go back to the application and start again.";
const over = {
  title: "This sign-in is over",
  why: "It was finished already, took too long, or was begun in another browser.",
  todo: "Go back to the application and sign in from there.",
};
const later = {
  title: "We cannot answer right now",
  why: "Something this service needs does not respond.",
  todo: "Try again in a minute.",
};
const broken = {
  title: "Something broke on our side",
  todo: "Try again in a minute. If it stays, tell your help desk the request id below.",
};
const askTheApplication =
  "Tell the people who run the application; what they need to know stands below. Nothing you did is wrong.";

/** By code. */
export const faults = {
  ...passkeyFaults,
  sign_in_expired: over,
  login_challenge_not_found: over,
  not_a_member: {
    title: "Your account has no access here",
    why: "It does not belong to the organization this sign-in is for.",
    todo: "Sign in with another account, or ask your organization's administrator to add this one.",
  },
  email_domain_not_verified: {
    title: "Your e-mail address cannot be used yet",
    why: "Your organization has not yet proven that it owns the address's domain.",
    todo: "Ask your organization's administrator to finish that.",
  },
  email_not_verified: {
    title: "Your e-mail address is not confirmed",
    todo: "Confirm it on your account's page: a link is mailed to you. Otherwise ask your organization's administrator to confirm it.",
  },
  factor_required: {
    title: "Your organization asks for a second step",
    why: "This sign-in was made without one.",
    todo: "Sign in once more: you are asked for it, or set it up, on the way.",
  },
  passkey_required: {
    title: "Your organization asks for a passkey",
    why: "This sign-in was made without one, and a code does not do.",
    todo: "Sign in once more with your passkey. If you have none, add one to your account first.",
  },
  factor_unreadable: {
    title: "Your authenticator app cannot be checked right now",
    why: "Something is wrong on our side, not with your code.",
    todo: "Go back and use a recovery code in its place. If you have none, ask your organization's administrator to take your second factors away, then set a new one up.",
  },
  tenant_not_vouched: {
    title: "This sign-in does not open that organization",
    todo: "Sign in again, for that organization.",
  },
  onboarding_link_over: {
    title: "This link is over",
    why: "It is too old, was followed by a newer one or ended by the people who sent it, was begun in another browser, or was not copied whole.",
    todo: "Open it once more from the message it came in, the newest one, in the browser in which you began. Otherwise ask the people who sent it for another: what was done is kept.",
  },
  onboarding_link_used: {
    title: "This link was used in another browser",
    why: "A link counts for the first browser that begins with it.",
    todo: "Go on in that browser. If it is gone, or it was not you, ask the people who sent the link for another: it ends this one, and what was done is kept.",
  },
  onboarding_no_cookie: {
    title: "This browser keeps no cookies",
    why: "Without one it could not go on from page to page. The link was not used.",
    todo: "Allow cookies for this address, then open the link again.",
  },
  factor_needed: {
    title: "You need this authenticator app",
    why: "It is your last second step, and your organization asks for one.",
    todo: "Add a passkey before you remove it, or move to another app.",
  },
  factor_exists: {
    title: "You have an authenticator app already",
    todo: "Show the page again, and move to another app there.",
  },
  link_over: {
    title: "This link counts no more",
    why: "It was used, is too old, was not copied whole, or something has ended it since: a new password, for one.",
    todo: "Ask for another: on the sign-in page, or from whoever invited you.",
  },
  invalid_credentials: {
    title: "E-mail address or password is wrong",
    why: "The two do not belong together.",
    todo: "Check both, or ask your administrator for a new password.",
  },
  account_disabled: {
    title: "This account is switched off",
    todo: "Ask your organization's administrator.",
  },
  account_exists: {
    title: "This address is taken",
    why: "Another account signs in with it already.",
    todo: "Give another address, or sign in with that account.",
  },
  tenant_disabled: {
    title: "This organization is switched off",
    todo: "Ask the people who run the application.",
  },
  login_method_not_allowed: {
    title: "Your organization signs in elsewhere",
    todo: "Go back to the application and choose your organization there.",
  },
  unauthenticated: {
    title: "You are not signed in",
    why: "Your sign-in has ended, or was not completed.",
    todo: "Sign in again.",
  },
  forbidden: {
    title: "This form was not accepted",
    why: "It was sent from another page than ours.",
    todo: startAgain,
  },
  too_many_attempts: {
    title: "Too many attempts",
    why: "There were many failed sign-ins in a short time.",
    todo: "Wait a little, then try again.",
  },
  not_found: {
    title: "There is no such page",
    todo: "Check the address, or go back to the application you came from.",
  },
  invalid_input: {
    title: "This request could not be read",
    todo: startAgain,
  },
  invalid_request: {
    title: "The application asked in a way we cannot answer",
    todo: `${startAgain} If that does not help, tell the people who run it what stands below.`,
  },
  invalid_client: {
    title: "This application is not known here",
    todo: askTheApplication,
  },
  invalid_redirect_uri: {
    title: "The application gave a wrong way back",
    why: "It asked to send you to an address that it has not registered, so you stay here.",
    todo: askTheApplication,
  },
  access_denied: {
    title: "The sign-in was cancelled",
    todo: "Go back to the application to start again.",
  },
  unavailable: later,
  overloaded: {
    title: "Very many people are here right now",
    why: "Nothing you did is wrong, and nothing was counted against you.",
    todo: "Try again in a moment.",
  },
  too_many_requests: {
    title: "This was asked for too often",
    todo: "Wait a little, then try again.",
  },
  temporarily_unavailable: later,
  signing_unavailable: later,
  internal_error: broken,
  server_error: broken,
};

/** For a code that has no words of its own. */
export const otherFault = {
  title: "This could not be done",
  todo: `${startAgain} If that does not help, tell your help desk what stands below.`,
};

/** What a page of the sign-in says of a fault where that differs from the error page of the same code. */
export const signInFaults = {
  sign_in_expired: "That took too long, or was finished in another tab. Sign in again.",
  invalid_input: "This is no e-mail address. Type yours, such as jane@example.com.",
  factor_code_wrong: "This code is not right. Type the one that is shown now.",
  factor_code_used: "This code was used already. Wait for the next one, then type that.",
  passkey_required:
    "Your organization asks for a passkey, and a code does not do. If you have none, add one to your account, then sign in again.",
  invalid_credentials:
    "This e-mail address and password do not belong together. Check both, or ask your administrator for a new password.",
  account_disabled: "This account is disabled. Ask your organization's administrator.",
  email_domain_not_verified:
    "Your organization has not yet proven that it owns the domain of your e-mail address. Ask your administrator to finish that, then sign in again.",
  email_not_verified:
    "Your e-mail address has not been confirmed. Confirm it on your account's page, under e-mail address, or ask your administrator to confirm it; then sign in again.",
};

// Of more than two minutes nobody counts the seconds.
const inSeconds = (seconds: number): string =>
  seconds > 120 ? `${Math.ceil(seconds / 60)} minutes` : `${seconds} ${seconds === 1 ? "second" : "seconds"}`;

/** After what happened, where time mends it. */
export const waitThenTry = (seconds: number): string => `Wait ${inSeconds(seconds)}, then try again.`;

type RefusalValues = {
  readonly [name: string]: number;
};
const number = (values: RefusalValues, name: string): number => values[name] ?? 0;

/** Of a form whose field was refused, by the reason; the values are numbers of it. */
export const refusals = {
  address_form: (_values: RefusalValues) => "This is no e-mail address. Give one such as jane@example.com.",
  name_form: (_values: RefusalValues) =>
    "This name cannot be kept. Give 1 to 200 characters, without invisible ones.",
  reset_asked_often: (values: RefusalValues) =>
    `A new password was asked for too often. ${waitThenTry(number(values, "seconds"))}`,
  link_tried_often: (values: RefusalValues) =>
    `Too many passwords were tried with this link. The link still counts: wait ${inSeconds(number(values, "seconds"))}, then send one again.`,
  not_changed_here: (_values: RefusalValues) =>
    "This is not changed here. Ask the people who run the application you sign in through.",
  not_typed: (_values: RefusalValues) =>
    "This is not the address of your account. Type it as it stands above the field.",
  not_closed_here: (_values: RefusalValues) =>
    "The account was not closed: something stands against it, which this page now says.",
  current_password: (_values: RefusalValues) => "This is not your current password. Type it once more.",
  password_same: (_values: RefusalValues) => "The new password is the one you have. Choose another one.",
  password_personal: (_values: RefusalValues) => told(passwordFaults.personal),
  password_common: (_values: RefusalValues) => told(passwordFaults.common),
  password_repeat: (_values: RefusalValues) => told(passwordFaults.repeat),
  password_sequence: (_values: RefusalValues) => told(passwordFaults.sequence),
  password_keyboard: (_values: RefusalValues) => told(passwordFaults.keyboard),
  password_date: (_values: RefusalValues) => told(passwordFaults.date),
  password_plain: (_values: RefusalValues) => told(passwordFaults.plain),
  password_text: (_values: RefusalValues) => told(passwordFaults.text),
  password_length: (values: RefusalValues) =>
    told(
      passwordLength({
        length: number(values, "length"),
        least: number(values, "least"),
        most: number(values, "most"),
      }),
    ),
};

/** The small print of the error page. */
export const errorPage = {
  code: "Code",
  requestId: "Request id",
  forDeveloper: "For the application’s developer",
};
