// Owns the models of the account's pages, and the names of the form fields they send back.
import type { TotpSetUp } from "./login_pages.ts";
import type { WayOn } from "./page_frame.ts";
import type { Confirm, Field, FormErrors, Pager, PasskeyForm, Tabs, Timeline } from "./parts.ts";

/** A form's target, and the mark that says for whom it was drawn (field `csrf`). */
export interface AccountForm {
  action: string;
  csrfToken: string;
}

/** An organization the person belongs to. */
export interface AccountOrganization {
  name: string;
  /** When applications may act for the person there, in words; absent: the session does not speak for it. */
  presence?: string | undefined;
  /** The person's address there, where it is not the same everywhere. */
  email?: string | undefined;
  /** Why it is shut to the person, in words, and what opens it; absent: it is not. */
  shut?: { why: string; way?: WayOn | undefined } | undefined;
}

/** That a client may act for the person while they are away: given, or on offer. */
export interface AccountAgreement {
  tenantId: string;
  tenantName: string;
  clientId: string;
  clientName: string;
  /** Day it was given, e.g. `2026-11-23`; absent: it is on offer. */
  since?: string | undefined;
  /** Day the last one ended, of one that is on offer again. */
  ended?: string | undefined;
}

/** What was done for the person by one application, at one organization. */
export interface AccountActsSum {
  clientName: string;
  tenantName: string;
  /** What, how often, and when last; each in a sentence. */
  lines: readonly string[];
}

/** What the person let another vendor's application have. */
export interface AccountApplication {
  id: string;
  clientName: string;
  tenantName: string;
  /** Each is put in words by `scopeWords`. */
  scopes: readonly string[];
  /** Day it was given. */
  since: string;
}

/** What surrounds each page of the account. */
export interface AccountShell {
  /** The page's one heading. */
  title: string;
  tabs: Tabs;
  /** What was just done, in words; announced. */
  notice?: string | undefined;
  /** Why what was asked for was not done; announced. */
  fault?: string | undefined;
  /** Where signing out begins. */
  signOutUrl?: string | undefined;
}

/** The first page of the account. */
export interface AccountPage {
  shell: AccountShell;
  name?: string | undefined;
  /** Absent: the organizations know different ones, or none. */
  email?: string | undefined;
  emailVerified: boolean;
  /** Where the name is changed; absent: it is not changed here. */
  nameUrl?: string | undefined;
  /** Where to read that mail to the address comes back, and what to do; absent: it does not. */
  returnedUrl?: string | undefined;
  organizations: readonly AccountOrganization[];
}

/**
 * What applications may. A form for each agreement posts the fields `tenant`, `client` and `decision` = `allow`
 * or `revoke`; one for each application `grant` and `decision` = `end`.
 */
export interface AccountApplicationsPage {
  shell: AccountShell;
  form: AccountForm;
  agreements: readonly AccountAgreement[];
  /** Agreements that ended and are not on offer. */
  ended: readonly Required<Omit<AccountAgreement, "since">>[];
  applications: readonly AccountApplication[];
  /** Stands in the place of agreements where there are none: what applications may do by the organizations' policies. */
  withoutAgreements: string;
}

/** Closing the account. Its form posts `typed`; and `confirm`, as each of {@link Confirm}. */
export interface AccountClosePage {
  shell: AccountShell;
  errors?: FormErrors | undefined;
  /** Absent: it cannot be closed here. */
  confirm?: Confirm | undefined;
  /** What stands against it, and where to ask. */
  against: readonly { text: string; url?: string | undefined }[];
}

/** What back ends did in the person's name. */
export interface AccountDonePage {
  shell: AccountShell;
  /** Since when it tells. */
  lead: string;
  /** By application; absent where what is shown is older. */
  sums?: readonly AccountActsSum[] | undefined;
  /** In the place of a list where nothing was done. */
  none?: string | undefined;
  acts: Timeline;
  pager?: Pager | undefined;
}

/** A page with one form, or, where there is nothing to decide here, with the reason. */
export interface AccountFormPage {
  shell: AccountShell;
  lines: readonly string[];
  /** Absent: nothing can be sent. */
  form?: AccountForm | undefined;
  /** The sign-in name that goes with a password, for programs that keep passwords. */
  username?: string | undefined;
  fields: readonly Field[];
  submitLabel: string;
  cancelUrl: string;
  /** Why the form that was just sent was refused. */
  errors?: FormErrors | undefined;
}

/** A person's address: proving it, and another one. The second form sends the field `email`. */
export interface AccountEmailPage {
  shell: AccountShell;
  /** Absent: there is none here. */
  email?: string | undefined;
  proven: boolean;
  /** Why there is nothing to be done here. */
  lines: readonly string[];
  /** Whether mail to it comes back. */
  returned: boolean;
  /** Asks for the link that proves the address; absent: nothing has to be. */
  proofForm?: AccountForm | undefined;
  /** Asks for another address; absent: it is not changed here. */
  changeForm?: AccountForm | undefined;
  /** What was typed, and what is wrong with it. */
  wanted?: string | undefined;
  wrong?: string | undefined;
}

/** A passkey of the person. */
export interface AccountPasskey {
  id: string;
  name: string;
  /** Since when, when last, and where it is. */
  told: string;
  /** Why it signs nobody in any more, and what to do. */
  stopped?: string | undefined;
  /** Another name that was refused, and what is wrong with it. */
  renamed?: string | undefined;
  wrong?: string | undefined;
}

/**
 * Passkeys. A form for each posts `passkey` with `act` = `rename` (and `name`) or `remove`; that of a new one what
 * {@link PasskeyForm} says.
 */
export interface AccountPasskeysPage {
  shell: AccountShell;
  form: AccountForm;
  passkeys: readonly AccountPasskey[];
  /** Adds one now. */
  add?: PasskeyForm | undefined;
  /** Leads through a fresh sign-in first. */
  begin?: AccountForm | undefined;
  /** Why none can be added. */
  whyNot?: string | undefined;
  /** Why none are shown: an application's word opened the session. */
  vouched?: readonly string[] | undefined;
}

/** A browser in which the person is signed in. */
export interface AccountSession {
  id: string;
  /** The one that asks. */
  isThis: boolean;
  /** Family and system, e.g. `Firefox, Windows`; absent: not known. */
  browser?: string | undefined;
  organizations: readonly string[];
  /** Moments, e.g. `2026-11-26 17:05 UTC`. */
  signedIn: string;
  seen: string;
}

/**
 * Where the person is signed in. A form for each other session posts `session` and `decision` = `end`; besides there are
 * `decision` = `end_others` and `everywhere`.
 */
export interface AccountSessionsPage {
  shell: AccountShell;
  form: AccountForm;
  sessions: readonly AccountSession[];
  signsOutEverywhere: boolean;
}

/** The second step. Its form posts `act` = `begin`, `remove` or `codes`; that of an app that is set up what {@link TotpSetUp} says. */
export interface AccountFactorsPage {
  shell: AccountShell;
  form: AccountForm;
  /** Since when there is an authenticator app, in words; absent: there is none. */
  since?: string | undefined;
  /** An app that is set up now: there is nothing else on the page then. */
  setUp?: TotpSetUp | undefined;
  /** How many recovery codes are left, in words; absent: there is nothing they could stand in for. */
  left?: string | undefined;
  /** Why nothing is set up here. */
  whyNot?: string | undefined;
  /** Why nothing is shown here: an application's word opened the session. */
  vouched?: readonly string[] | undefined;
}

/** Recovery codes, shown once. */
export interface AccountCodesPage {
  shell: AccountShell;
  /** A line each. */
  codes: string;
  /** Where to go on, once they are stored. */
  onUrl: string;
}

/** Taking one's data: an empty form, whose answer is a file. */
export interface AccountDataPage {
  shell: AccountShell;
  /** Absent: nothing can be sent, and `notHere` says why. */
  form?: AccountForm | undefined;
  /** Where the account is closed. */
  closeUrl: string;
  notHere: readonly string[];
  errors?: FormErrors | undefined;
}

/** The account's pages by the names of their templates. */
export interface AccountPages {
  account: AccountPage;
  account_email: AccountEmailPage;
  account_applications: AccountApplicationsPage;
  account_close: AccountClosePage;
  account_data: AccountDataPage;
  account_done: AccountDonePage;
  account_form: AccountFormPage;
  account_factors: AccountFactorsPage;
  account_codes: AccountCodesPage;
  account_passkeys: AccountPasskeysPage;
  account_sessions: AccountSessionsPage;
}
