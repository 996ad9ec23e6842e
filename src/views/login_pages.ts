// Owns the models of the pages of a login: the address, what opens the account, the second step.
import type { ApplicationLinks, FormModel, PageFrame, WayOn } from "./page_frame.ts";
import type { PasskeyForm } from "./parts.ts";

/** What every page of a login has. Cancelling posts to `cancelAction`. */
interface LoginStep extends PageFrame, ApplicationLinks {
  form: FormModel;
  /** Why the last attempt failed, in words; announced to assistive technology. */
  error?: string | undefined;
  /** What the person can do about it elsewhere. */
  errorWay?: WayOn | undefined;
  /** What the person tries to reach. */
  clientName?: string | undefined;
  /** Set when the relying party named the tenant. */
  tenantName?: string | undefined;
  /** Where the "Cancel" form posts; absent: no such button. */
  cancelAction?: string | undefined;
  /** By which a passkey is used; absent: there is none. */
  passkey?: PasskeyForm | undefined;
  /** Where a new password is asked for; absent: no mail is sent here. */
  forgotUrl?: string | undefined;
}

/** The login's first page: field `email`, and unseen `password` for what keeps passwords. */
interface LoginPage extends LoginStep {
  /** Pre-filled address, from the last attempt or `login_hint`. */
  email?: string | undefined;
}

/** Its second page: fields `email`, which stands already, and `password`. */
interface PasswordPage extends LoginStep {
  email: string;
  /** Where another address is typed. */
  otherUrl: string;
  /** Whether it is the password that is wrong. A wait, or an account that is switched off, is not. */
  wrongPassword: boolean;
}

/** The second factor: field `code`, and `use`, which says of what. */
interface FactorPage extends LoginStep {
  /** Absent: nothing is typed, for a passkey is all there is. */
  use?: "totp" | "recovery_code" | undefined;
  /** Whether a passkey comes first, because an organization asks for one, or alone, because nothing else opens it. */
  passkeyAsked?: "first" | "alone" | undefined;
  /** Whether all there is are passkeys that may have been copied, which prove nothing. */
  copied?: boolean | undefined;
  /** Where the other of the two is used, where the person has it. */
  otherFactorUrl?: string | undefined;
  /** Where somebody else signs in. */
  otherUrl: string;
  accountEmail?: string | undefined;
}

/** An authenticator app that is set up: fields `offer`, `code`. */
export interface TotpSetUp {
  form: FormModel;
  /** The offered secret, sealed, as the form carries it. */
  offer: string;
  /** The same as text, in groups of four, to be typed. */
  secret: string;
  /** As an address that the app reads from the picture: `data:image/gif`. */
  picture: string;
  /** The same address, as a link for an app on the device that shows the page: `otpauth:`. */
  appUrl: string;
  /** What the form carries besides. */
  use: string;
  error?: string | undefined;
}

/** The second factor that is set up while signing in. */
interface FactorSetUpPage extends LoginStep {
  setUp: TotpSetUp;
}

/** A passkey that is added while signing in, because an organization requires one. */
interface PasskeySetUpPage extends LoginStep {
  passkey: PasskeyForm;
  accountEmail?: string | undefined;
  /** Where somebody else signs in. */
  otherUrl: string;
}

/** Recovery codes, shown once: field `use`. */
interface RecoveryCodesPage extends LoginStep {
  /** Absent: they were shown already. */
  codes?: string | undefined;
}

/** The pages of a login by name. */
export interface LoginPages {
  login: LoginPage;
  password: PasswordPage;
  factor: FactorPage;
  factor_set_up: FactorSetUpPage;
  passkey_set_up: PasskeySetUpPage;
  recovery_codes: RecoveryCodesPage;
}
