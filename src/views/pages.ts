// Owns what every page needs in order to be drawn, and the names of the form fields it sends back.
// Models hold plain values: a page decides nothing and looks nothing up. Strings may hold anything a user typed.
import type { AccountPages } from "./account_pages.ts";
import type { ConsolePage } from "./console_pages.ts";
import type { DemoPages } from "./demo_pages.ts";
import type { LoginPages } from "./login_pages.ts";
import type { ApplicationLinks, FormModel, PageFrame, WayOn } from "./page_frame.ts";
import type { PortalPages } from "./portal_pages.ts";

/** Asking for a new password by mail: fields `email`, `from`. */
export interface ForgotPage extends PageFrame {
  form: FormModel;
  email?: string | undefined;
  error?: string | undefined;
  /** The sign-in one came from, and its id. */
  signInUrl?: string | undefined;
  from?: string | undefined;
}

/** A password by a mailed link: fields `token`, `password`; `email` is for programs that keep passwords. */
export interface NewPasswordPage extends PageFrame {
  form: FormModel;
  token: string;
  email: string;
  /** Whether it is the first. */
  invited: boolean;
  error?: string | undefined;
}

/** The question whether an address is one's own: field `token`. */
export interface ProveAddressPage extends PageFrame {
  form: FormModel;
  token: string;
  email: string;
}

/** The question whether an account is to have a new address: field `token`. */
export interface NewAddressPage extends PageFrame {
  /** Absent: with the new one the person could sign in nowhere. */
  form?: FormModel | undefined;
  token: string;
  email: string;
  newEmail: string;
  /** Organizations, by name, that the new one does not open. */
  lost: readonly string[];
}

/** What was done, and where to go on. */
export interface DonePage extends PageFrame {
  title: string;
  lines: readonly string[];
  ways: readonly WayOn[];
}

/** One membership the person may choose. */
export interface TenantChoice {
  id: string;
  name: string;
  /** A second line, such as the domain or the role. */
  detail?: string | undefined;
}

/** Tenant choice: one button for each membership, field `tenant` = the chosen id. */
export interface TenantChoicePage extends PageFrame, ApplicationLinks {
  form: FormModel;
  tenants: readonly TenantChoice[];
  accountEmail?: string | undefined;
  clientName?: string | undefined;
  error?: string | undefined;
  cancelAction?: string | undefined;
}

/** Consent, for third-party clients only: field `decision` = `allow` or `deny`. */
export interface ConsentPage extends PageFrame, ApplicationLinks {
  form: FormModel;
  clientName: string;
  /** Host the answer is sent to, so that a look-alike name is noticed. */
  clientHost?: string | undefined;
  accountEmail?: string | undefined;
  tenantName?: string | undefined;
  /** Requested scopes; each is put in words by the template. */
  scopes: readonly string[];
  /** APIs it would call, and what their operator says of each scope. */
  resources: readonly { name: string; scopes: readonly string[] }[];
}

/** Where a device's code is typed (RFC 8628): fields `xsrf`, `user_code`. */
export interface DeviceCodePage extends PageFrame {
  action: string;
  /** oidc-provider's own anti-forgery secret; empty: the form is opened anew, with the code filled in. */
  xsrf: string;
  userCode?: string | undefined;
  error?: string | undefined;
}

/** The question whether one started it oneself: fields `xsrf`, `user_code`, and `confirm` or `abort` = `yes`. */
export interface DeviceConfirmPage extends PageFrame, ApplicationLinks {
  action: string;
  xsrf: string;
  clientName: string;
  /** As the device shows it. */
  userCode: string;
}

/** The end of it at this browser. */
export interface DeviceEndPage extends PageFrame {
  clientName?: string | undefined;
  denied?: boolean | undefined;
}

/** The question whether to sign out: fields `xsrf`, and `logout` = `yes` when the answer is yes. */
export interface LogoutPage extends PageFrame {
  action: string;
  /** oidc-provider's own anti-forgery secret (`ctx.oidc.session.state.secret`). */
  xsrf: string;
  clientName?: string | undefined;
  accountEmail?: string | undefined;
}

/** After signing out without a page to return to. */
export interface LoggedOutPage extends PageFrame {
  clientName?: string | undefined;
  returnUrl?: string | undefined;
  /** Where one signs in again, where that is not the application. */
  signInUrl?: string | undefined;
}

/** After the answer "No, stay signed in": the application was left, the sign-in here stands. */
export interface StayedPage extends PageFrame {
  accountEmail?: string | undefined;
  application?: ApplicationWay | undefined;
  accountUrl: string;
  signOutUrl: string;
}

/** The page at the root of the public port. */
export interface WelcomePage extends PageFrame {
  accountUrl: string;
}

/** An application and where it is. */
export interface ApplicationWay {
  name: string;
  url: string;
}

/** Any failure shown to a person: what happened, why, what to do, and a way on. */
export interface ErrorPage extends PageFrame {
  /** What happened: the page's title. */
  title: string;
  why?: string | undefined;
  todo: string;
  /** Where to go on, the best way first; never empty. */
  ways: readonly WayOn[];
  /** Small print: the stable code, e.g. `invalid_request`. */
  code: string;
  /** Small print, for the application's developer: what exactly was wrong. */
  detail?: string | undefined;
  /** Small print: found again in the log. */
  requestId?: string | undefined;
}

/** Every page by the name of its template. */
export interface Pages extends LoginPages, AccountPages, DemoPages, PortalPages {
  forgot: ForgotPage;
  new_password: NewPasswordPage;
  prove_address: ProveAddressPage;
  new_address: NewAddressPage;
  done: DonePage;
  tenant_choice: TenantChoicePage;
  consent: ConsentPage;
  logout: LogoutPage;
  logged_out: LoggedOutPage;
  device_code: DeviceCodePage;
  device_confirm: DeviceConfirmPage;
  device_end: DeviceEndPage;
  stayed: StayedPage;
  welcome: WelcomePage;
  error: ErrorPage;
  "console/page": ConsolePage;
}

/** The name of a page. */
export type PageName = keyof Pages;
