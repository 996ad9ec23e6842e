// Owns the English of the pages of a sign-in: who one is, for which organization, what an application gets, and a device.

import type { PersonScope } from "../../../grants_and_scopes.ts";

/** What a page may know of where one is going. */
type Going = {
  application?: string | undefined;
  organization?: string | undefined;
};

/** Signing in. */
export const signIn = {
  title: "Sign in",
  failedTitle: "Sign-in failed",
  lead: ({ application, organization }: Going) =>
    [
      application === undefined ? "with your account" : `to continue to ${application}`,
      ...(organization === undefined ? [] : [`at ${organization}`]),
    ].join(" "),
  email: "E-mail address",
  password: "Password",
  submit: "Sign in",
  next: "Continue",
  passwordTitle: "Sign in: password",
  otherAddress: "Use another address",
  stay: "Stay signed in on this device",
  stayHint: "Not on a device that others use too.",
  forgot: "Forgot your password?",
  wrongForgot:
    "This e-mail address and password do not belong together. Check both, or choose a new password: the link stands below.",
};

/** Choosing an organization. */
export const chooseOrganization = {
  title: "Choose an organization",
  failedTitle: "Choose another organization",
  lead: ({ email, application }: { email?: string | undefined; application?: string | undefined }) =>
    `${email === undefined ? "" : `${email} belongs to several. `}Where do you want to work${
      application === undefined ? "" : ` in ${application}`
    }?`,
};

/** What an application of another vendor gets. */
export const consent = {
  title: "Allow access",
  heading: "Allow access?",
  lead: ({ application, host }: { application: string; host?: string | undefined }) =>
    `${application}${host === undefined ? "" : ` (${host})`} would like to:`,
  signedInAs: ({ email, organization }: { email: string; organization?: string | undefined }) =>
    `You are signed in as ${email}${
      organization === undefined ? "" : ` at ${organization}`
    }. It counts in every browser, until you take it back. You can do that at any time under “Your account”.`,
  allow: "Allow",
  deny: "Deny",
};

/** What each scope means to a person. */
export const scopes = {
  openid:
    "Know that it is you, by an identifier that stays the same, and which organization you are signed in to",
  email: "See your e-mail address",
  profile: "See your name",
  roles: "See your role in your organization",
  offline_access: "Keep this access for up to 30 days, also while you are away",
} satisfies Record<PersonScope, string>;

/** For a scope that only its application knows. */
export const otherScope = (scope: string): string => `Use the permission “${scope}”`;

/** Signing in on a device that has no keyboard. */
export const device = {
  title: "Connect a device",
  lead: "Type the code that your device shows.",
  code: "Code",
  submit: "Go on",
  confirmTitle: "Sign in on a device",
  confirmHeading: "Sign in on a device?",
  confirmLead: ({ application, code }: { application: string; code: string }) =>
    `A device with ${application} wants to be signed in as you. It shows the code ${code}.`,
  warning:
    "Go on only if you started this yourself, on a device in front of you that shows this code. If somebody sent you the code or a link, they would be signed in as you: cancel.",
  cancelledTitle: "Cancelled",
  cancelled: "Nobody was signed in on the device. You can close this page.",
  connectedTitle: "Device connected",
  connected: (application?: string) =>
    `Go back to your device${application === undefined ? "" : `: ${application} goes on there`}. You can close this page.`,
};

/** Why a device's code was not taken. */
export const deviceFaults = {
  none: "Type the code that your device shows.",
  unknown: "There is no such code. Compare it with what your device shows.",
  expired: "This code is too old. Have your device show another one.",
  used: "This code was used already. Have your device show another one.",
  tooMany: (seconds: number) =>
    `Too many wrong codes. Wait ${seconds} ${seconds === 1 ? "second" : "seconds"}.`,
  unavailable: "We cannot answer right now. Have your device show another code in a minute.",
  other: "This could not be finished. Have your device show another code, and start again.",
};
