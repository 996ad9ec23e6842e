// Owns the German of the pages of a sign-in: who one is, for which organization, what an application gets, and a device.
import type {
  chooseOrganization as englishChooseOrganization,
  consent as englishConsent,
  device as englishDevice,
  deviceFaults as englishDeviceFaults,
  otherScope as englishOtherScope,
  scopes as englishScopes,
  signIn as englishSignIn,
} from "../en/sign_in.ts";

/** Signing in. */
export const signIn: typeof englishSignIn = {
  title: "Anmelden",
  failedTitle: "Anmeldung fehlgeschlagen",
  lead: ({ application, organization }) =>
    [
      application === undefined ? "mit Ihrem Konto" : `um mit ${application} fortzufahren`,
      ...(organization === undefined ? [] : [`bei ${organization}`]),
    ].join(" "),
  email: "E-Mail-Adresse",
  password: "Passwort",
  submit: "Anmelden",
  next: "Weiter",
  passwordTitle: "Anmelden: Passwort",
  otherAddress: "Eine andere Adresse verwenden",
  stay: "Auf diesem Gerät angemeldet bleiben",
  stayHint: "Nicht auf einem Gerät, das auch andere benutzen.",
  wrongForgot:
    "Diese E-Mail-Adresse und dieses Passwort gehören nicht zusammen. Prüfen Sie beides, oder wählen Sie ein neues Passwort: Der Link steht unten.",
  forgot: "Passwort vergessen?",
};

/** Choosing an organization. */
export const chooseOrganization: typeof englishChooseOrganization = {
  title: "Organisation wählen",
  failedTitle: "Andere Organisation wählen",
  lead: ({ email, application }) =>
    `${email === undefined ? "" : `${email} gehört zu mehreren. `}Wo möchten Sie${
      application === undefined ? "" : ` mit ${application}`
    } arbeiten?`,
};

/** What an application of another vendor gets. */
export const consent: typeof englishConsent = {
  title: "Zugriff erlauben",
  heading: "Zugriff erlauben?",
  lead: ({ application, host }) => `${application}${host === undefined ? "" : ` (${host})`} möchte:`,
  signedInAs: ({ email, organization }) =>
    `Sie sind als ${email}${
      organization === undefined ? "" : ` bei ${organization}`
    } angemeldet. Das gilt in jedem Browser, bis Sie es zurücknehmen. Das können Sie jederzeit unter „Ihr Konto“.`,
  allow: "Erlauben",
  deny: "Ablehnen",
};

/** What each scope means to a person. */
export const scopes: typeof englishScopes = {
  openid:
    "wissen, dass Sie es sind, durch eine Kennung, die gleich bleibt, und bei welcher Organisation Sie angemeldet sind",
  email: "Ihre E-Mail-Adresse sehen",
  profile: "Ihren Namen sehen",
  roles: "Ihre Rolle in Ihrer Organisation sehen",
  offline_access: "diesen Zugriff bis zu 30 Tage behalten, auch während Sie nicht da sind",
};

/** For a scope that only its application knows. */
export const otherScope: typeof englishOtherScope = (scope) => `die Berechtigung „${scope}“ nutzen`;

/** Signing in on a device that has no keyboard. */
export const device: typeof englishDevice = {
  title: "Gerät verbinden",
  lead: "Geben Sie den Code ein, den Ihr Gerät anzeigt.",
  code: "Code",
  submit: "Weiter",
  confirmTitle: "Auf einem Gerät anmelden",
  confirmHeading: "Auf einem Gerät anmelden?",
  confirmLead: ({ application, code }) =>
    `Ein Gerät mit ${application} möchte in Ihrem Namen angemeldet werden. Es zeigt den Code ${code}.`,
  warning:
    "Machen Sie nur weiter, wenn Sie das selbst begonnen haben, auf einem Gerät vor Ihnen, das diesen Code zeigt. Hat Ihnen jemand den Code oder einen Link geschickt, wäre er in Ihrem Namen angemeldet: Brechen Sie ab.",
  cancelledTitle: "Abgebrochen",
  cancelled: "Auf dem Gerät wurde niemand angemeldet. Sie können diese Seite schließen.",
  connectedTitle: "Gerät verbunden",
  connected: (application) =>
    `Gehen Sie zurück zu Ihrem Gerät${application === undefined ? "" : `: ${application} macht dort weiter`}. Sie können diese Seite schließen.`,
};

/** Why a device's code was not taken. */
export const deviceFaults: typeof englishDeviceFaults = {
  none: "Geben Sie den Code ein, den Ihr Gerät anzeigt.",
  unknown: "Diesen Code gibt es nicht. Vergleichen Sie ihn mit dem, den Ihr Gerät anzeigt.",
  expired: "Dieser Code ist zu alt. Lassen Sie Ihr Gerät einen neuen anzeigen.",
  used: "Dieser Code wurde schon benutzt. Lassen Sie Ihr Gerät einen neuen anzeigen.",
  tooMany: (seconds) =>
    `Zu viele falsche Codes. Warten Sie ${seconds} ${seconds === 1 ? "Sekunde" : "Sekunden"}.`,
  unavailable:
    "Wir können gerade nicht antworten. Lassen Sie Ihr Gerät in einer Minute einen neuen Code anzeigen.",
  other:
    "Das war nicht abzuschließen. Lassen Sie Ihr Gerät einen neuen Code anzeigen und beginnen Sie von vorn.",
};
