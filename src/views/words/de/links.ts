// Owns the German of the pages behind mailed links: a new password, an invitation, a proof of address.
import type {
  forgot as englishForgot,
  newPassword as englishNewPassword,
  proveAddress as englishProveAddress,
} from "../en/links.ts";

/** Asking for a new password. */
export const forgot: typeof englishForgot = {
  title: "Neues Passwort wählen",
  heading: "Passwort vergessen?",
  lead: "Nennen Sie uns die Adresse, mit der Sie sich anmelden. Wir schicken einen Link dorthin, mit dem Sie ein neues Passwort wählen.",
  email: "E-Mail-Adresse",
  submit: "Link senden",
  sentTitle: "Sehen Sie in Ihr Postfach",
  sent: "Wenn sich hier jemand mit dieser Adresse anmeldet, ist eine E-Mail mit einem Link dorthin unterwegs. Der Link gilt eine Stunde.",
  nothingThere:
    "Nach einigen Minuten ist nichts da? Sehen Sie in den Ordner für unerwünschte E-Mails, und prüfen Sie, ob es die Adresse ist, mit der Sie sich anmelden. Wer sich bei seiner Organisation anmeldet, hat hier kein Passwort.",
};

/** A new password, or the first. */
export const newPassword: typeof englishNewPassword = {
  title: "Passwort wählen",
  invitedHeading: "Wählen Sie Ihr Passwort",
  heading: "Wählen Sie ein neues Passwort",
  invitedLead: "Damit melden Sie sich hier künftig an.",
  lead: "Sobald es gesetzt ist, gilt das bisherige nicht mehr, und Sie werden überall abgemeldet.",
  email: "E-Mail-Adresse",
  password: "Neues Passwort",
  hint: "Mindestens 10 Zeichen, schwer zu erraten: mehrere Wörter, die nichts mit Ihnen zu tun haben.",
  submit: "Passwort setzen",
  doneTitle: "Ihr Passwort ist gesetzt",
  done: "Melden Sie sich damit an. Wo Sie vorher angemeldet waren, sind Sie es nicht mehr.",
  doneInvited: "Melden Sie sich damit und mit der Adresse an, an die die Einladung ging.",
};

/** Whether an address is one's own. */
export const proveAddress: typeof englishProveAddress = {
  title: "Adresse bestätigen",
  heading: "Ist das Ihre Adresse?",
  lead: (email) =>
    `${email} ist die Adresse eines Kontos bei diesem Dienst. Bestätigen Sie sie, wenn das Konto Ihnen gehört.`,
  submit: "Ja, sie gehört mir",
  doneTitle: "Ihre Adresse ist bestätigt",
  done: "Anwendungen, bei denen Sie sich anmelden, erfahren sie von nun an.",
};
