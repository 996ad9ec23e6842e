// Owns the German of what went wrong: what happened, why, and what to do, by the stable code.
import type {
  errorPage as englishErrorPage,
  faults as englishFaults,
  otherFault as englishOtherFault,
  refusals as englishRefusals,
  signInFaults as englishSignInFaults,
  waitThenTry as englishWaitThenTry,
} from "../en/faults.ts";
import { passkeyFaults } from "./passkeys.ts";
import { passwordFaults, passwordLength, told } from "./passwords.ts";

const startAgain = "Gehen Sie zurück zur Anwendung und beginnen Sie von vorn.";
const over = {
  title: "Diese Anmeldung ist vorbei",
  why: "Sie wurde schon abgeschlossen, hat zu lange gedauert oder wurde in einem anderen Browser begonnen.",
  todo: "Gehen Sie zurück zur Anwendung und melden Sie sich von dort aus an.",
};
const later = {
  title: "Wir können gerade nicht antworten",
  why: "Etwas, das dieser Dienst braucht, antwortet nicht.",
  todo: "Versuchen Sie es in einer Minute noch einmal.",
};
const broken = {
  title: "Bei uns ist etwas schiefgegangen",
  todo: "Versuchen Sie es in einer Minute noch einmal. Wenn es so bleibt, nennen Sie Ihrer Hilfestelle die Anfragenummer, die unten steht.",
};
const askTheApplication =
  "Sagen Sie denen Bescheid, die die Anwendung betreuen; was sie wissen müssen, steht unten. Sie selbst haben nichts falsch gemacht.";

/** By code. */
export const faults: typeof englishFaults = {
  ...passkeyFaults,
  sign_in_expired: over,
  login_challenge_not_found: over,
  not_a_member: {
    title: "Ihr Konto hat hier keinen Zugang",
    why: "Es gehört nicht zu der Organisation, für die diese Anmeldung gilt.",
    todo: "Melden Sie sich mit einem anderen Konto an, oder bitten Sie die Administration Ihrer Organisation, dieses hinzuzufügen.",
  },
  email_domain_not_verified: {
    title: "Ihre E-Mail-Adresse kann noch nicht verwendet werden",
    why: "Ihre Organisation hat noch nicht nachgewiesen, dass ihr die Domain der Adresse gehört.",
    todo: "Bitten Sie die Administration Ihrer Organisation, das abzuschließen.",
  },
  email_not_verified: {
    title: "Ihre E-Mail-Adresse ist nicht bestätigt",
    todo: "Bestätigen Sie sie auf der Seite Ihres Kontos: Dort wird Ihnen ein Link geschickt. Oder bitten Sie die Administration Ihrer Organisation, sie zu bestätigen.",
  },
  factor_required: {
    title: "Ihre Organisation verlangt einen zweiten Schritt",
    why: "Diese Anmeldung hatte keinen.",
    todo: "Melden Sie sich noch einmal an: Sie werden dabei danach gefragt oder richten ihn ein.",
  },
  passkey_required: {
    title: "Ihre Organisation verlangt einen Passkey",
    why: "Diese Anmeldung geschah ohne einen, und ein Code genügt nicht.",
    todo: "Melden Sie sich noch einmal mit Ihrem Passkey an. Wenn Sie keinen haben, fügen Sie Ihrem Konto zuerst einen hinzu.",
  },
  factor_unreadable: {
    title: "Ihre Authenticator-App kann gerade nicht geprüft werden",
    why: "Der Fehler liegt bei uns, nicht an Ihrem Code.",
    todo: "Gehen Sie zurück und verwenden Sie einen Wiederherstellungscode. Wenn Sie keinen haben, bitten Sie die Administration Ihrer Organisation, Ihre zweiten Faktoren zu entfernen, und richten Sie dann einen neuen ein.",
  },
  tenant_not_vouched: {
    title: "Diese Anmeldung gilt nicht für diese Organisation",
    todo: "Melden Sie sich noch einmal für diese Organisation an.",
  },
  onboarding_link_over: {
    title: "Dieser Link gilt nicht mehr",
    why: "Er ist zu alt, wurde durch einen neueren ersetzt, von den Absendern beendet, in einem anderen Browser begonnen oder nicht vollständig kopiert.",
    todo: "Öffnen Sie ihn noch einmal aus der neuesten Nachricht, in dem Browser, in dem Sie begonnen haben. Sonst bitten Sie die Absender um einen neuen: Was schon getan ist, bleibt erhalten.",
  },
  onboarding_link_used: {
    title: "Dieser Link wurde in einem anderen Browser benutzt",
    why: "Ein Link gilt für den ersten Browser, der mit ihm beginnt.",
    todo: "Machen Sie in jenem Browser weiter. Gibt es ihn nicht mehr, oder waren das nicht Sie, bitten Sie die Absender um einen neuen Link: Er beendet diesen, und was schon getan ist, bleibt erhalten.",
  },
  onboarding_no_cookie: {
    title: "Dieser Browser behält keine Cookies",
    why: "Ohne ein Cookie geht es nicht von Seite zu Seite weiter. Der Link wurde nicht verbraucht.",
    todo: "Erlauben Sie Cookies für diese Adresse und öffnen Sie den Link dann noch einmal.",
  },
  factor_needed: {
    title: "Sie brauchen diese Authenticator-App",
    why: "Sie ist Ihr letzter zweiter Schritt, und Ihre Organisation verlangt einen.",
    todo: "Fügen Sie einen Passkey hinzu, bevor Sie sie entfernen, oder ziehen Sie auf eine andere App um.",
  },
  factor_exists: {
    title: "Sie haben schon eine Authenticator-App",
    todo: "Rufen Sie die Seite neu auf, und ziehen Sie dort auf eine andere App um.",
  },
  link_over: {
    title: "Dieser Link gilt nicht mehr",
    why: "Er wurde benutzt, ist zu alt, wurde nicht vollständig kopiert, oder etwas hat ihn beendet: ein neues Passwort zum Beispiel.",
    todo: "Fordern Sie einen neuen an: auf der Anmeldeseite oder bei denen, die Sie eingeladen haben.",
  },
  invalid_credentials: {
    title: "E-Mail-Adresse oder Passwort ist falsch",
    why: "Die beiden gehören nicht zusammen.",
    todo: "Prüfen Sie beides, oder bitten Sie Ihre Administration um ein neues Passwort.",
  },
  account_disabled: {
    title: "Dieses Konto ist gesperrt",
    todo: "Wenden Sie sich an die Administration Ihrer Organisation.",
  },
  account_exists: {
    title: "Diese Adresse ist vergeben",
    why: "Ein anderes Konto meldet sich schon mit ihr an.",
    todo: "Geben Sie eine andere Adresse an, oder melden Sie sich mit jenem Konto an.",
  },
  tenant_disabled: {
    title: "Diese Organisation ist gesperrt",
    todo: "Wenden Sie sich an die, die die Anwendung betreuen.",
  },
  login_method_not_allowed: {
    title: "Ihre Organisation meldet sich an anderer Stelle an",
    todo: "Gehen Sie zurück zur Anwendung und wählen Sie dort Ihre Organisation.",
  },
  unauthenticated: {
    title: "Sie sind nicht angemeldet",
    why: "Ihre Anmeldung ist abgelaufen oder wurde nicht abgeschlossen.",
    todo: "Melden Sie sich noch einmal an.",
  },
  forbidden: {
    title: "Dieses Formular wurde nicht angenommen",
    why: "Es wurde von einer Seite gesendet, die nicht unsere ist.",
    todo: startAgain,
  },
  too_many_attempts: {
    title: "Zu viele Versuche",
    why: "In kurzer Zeit sind viele Anmeldungen fehlgeschlagen.",
    todo: "Warten Sie ein wenig und versuchen Sie es dann noch einmal.",
  },
  not_found: {
    title: "Diese Seite gibt es nicht",
    todo: "Prüfen Sie die Adresse, oder gehen Sie zurück zu der Anwendung, von der Sie kommen.",
  },
  invalid_input: {
    title: "Diese Anfrage war nicht lesbar",
    todo: startAgain,
  },
  invalid_request: {
    title: "Die Anwendung hat etwas angefragt, das wir nicht beantworten können",
    todo: `${startAgain} Hilft das nicht, sagen Sie denen, die sie betreuen, was unten steht.`,
  },
  invalid_client: {
    title: "Diese Anwendung ist hier nicht bekannt",
    todo: askTheApplication,
  },
  invalid_redirect_uri: {
    title: "Die Anwendung hat einen falschen Rückweg genannt",
    why: "Sie wollte Sie an eine Adresse schicken, die sie nicht angemeldet hat. Deshalb bleiben Sie hier.",
    todo: askTheApplication,
  },
  access_denied: {
    title: "Die Anmeldung wurde abgebrochen",
    todo: "Um neu zu beginnen, gehen Sie zurück zur Anwendung.",
  },
  unavailable: later,
  overloaded: {
    title: "Gerade ist hier sehr viel los",
    why: "Sie haben nichts falsch gemacht, und es wurde Ihnen nichts angerechnet.",
    todo: "Versuchen Sie es gleich noch einmal.",
  },
  too_many_requests: {
    title: "Das wurde zu oft angefragt",
    todo: "Warten Sie ein wenig, und versuchen Sie es dann noch einmal.",
  },
  temporarily_unavailable: later,
  signing_unavailable: later,
  internal_error: broken,
  server_error: broken,
};

/** For a code that has no words of its own. */
export const otherFault: typeof englishOtherFault = {
  title: "Das war nicht möglich",
  todo: `${startAgain} Hilft das nicht, sagen Sie Ihrer Hilfestelle, was unten steht.`,
};

/** What a page of the sign-in says of a fault where that differs from the error page of the same code. */
export const signInFaults: typeof englishSignInFaults = {
  sign_in_expired:
    "Das hat zu lange gedauert oder wurde in einem anderen Tab beendet. Melden Sie sich noch einmal an.",
  invalid_input: "Das ist keine E-Mail-Adresse. Geben Sie Ihre ein, zum Beispiel erika@example.com.",
  factor_code_wrong: "Dieser Code stimmt nicht. Geben Sie den ein, der jetzt gezeigt wird.",
  factor_code_used: "Dieser Code wurde schon verwendet. Warten Sie auf den nächsten und geben Sie den ein.",
  passkey_required:
    "Ihre Organisation verlangt einen Passkey, und ein Code genügt nicht. Wenn Sie keinen haben, fügen Sie Ihrem Konto einen hinzu und melden Sie sich dann noch einmal an.",
  invalid_credentials:
    "Diese E-Mail-Adresse und dieses Passwort gehören nicht zusammen. Prüfen Sie beides, oder bitten Sie Ihre Administration um ein neues Passwort.",
  account_disabled: "Dieses Konto ist gesperrt. Wenden Sie sich an die Administration Ihrer Organisation.",
  email_domain_not_verified:
    "Ihre Organisation hat noch nicht nachgewiesen, dass ihr die Domain Ihrer E-Mail-Adresse gehört. Bitten Sie Ihre Administration, das abzuschließen, und melden Sie sich dann noch einmal an.",
  email_not_verified:
    "Ihre E-Mail-Adresse ist noch nicht bestätigt. Bestätigen Sie sie auf der Seite Ihres Kontos unter E-Mail-Adresse, oder bitten Sie Ihre Administration, sie zu bestätigen, und melden Sie sich dann noch einmal an.",
};

// Of more than two minutes nobody counts the seconds.
const inSeconds = (seconds: number): string =>
  seconds > 120
    ? `${Math.ceil(seconds / 60)} Minuten`
    : `${seconds} ${seconds === 1 ? "Sekunde" : "Sekunden"}`;

/** After what happened, where time mends it. */
export const waitThenTry: typeof englishWaitThenTry = (seconds) =>
  `Warten Sie ${inSeconds(seconds)} und versuchen Sie es dann noch einmal.`;

type RefusalValues = Parameters<typeof englishRefusals.password_length>[0];
const number = (values: RefusalValues, name: string): number => values[name] ?? 0;

/** Of a form whose field was refused, by the reason; the values are numbers of it. */
export const refusals: typeof englishRefusals = {
  address_form: () => "Das ist keine E-Mail-Adresse. Geben Sie eine an wie erika@example.com.",
  name_form: () =>
    "Dieser Name kann nicht gespeichert werden. Geben Sie 1 bis 200 Zeichen an, ohne unsichtbare.",
  reset_asked_often: (values) =>
    `Ein neues Passwort wurde zu oft angefordert. ${waitThenTry(number(values, "seconds"))}`,
  link_tried_often: (values) =>
    `Mit diesem Link wurden zu viele Passwörter versucht. Der Link gilt weiterhin: Warten Sie ${inSeconds(number(values, "seconds"))} und senden Sie dann noch einmal eines.`,
  not_changed_here: () =>
    "Das wird nicht hier geändert. Wenden Sie sich an die, die die Anwendung betreuen, über die Sie sich anmelden.",
  not_typed: () =>
    "Das ist nicht die Adresse Ihres Kontos. Geben Sie sie so ein, wie sie über dem Feld steht.",
  not_closed_here: () =>
    "Das Konto wurde nicht geschlossen: Es steht etwas dagegen, das diese Seite jetzt nennt.",
  current_password: () => "Das ist nicht Ihr jetziges Passwort. Geben Sie es noch einmal ein.",
  password_same: () => "Das neue Passwort ist das, das Sie schon haben. Wählen Sie ein anderes.",
  password_personal: () => told(passwordFaults.personal),
  password_common: () => told(passwordFaults.common),
  password_repeat: () => told(passwordFaults.repeat),
  password_sequence: () => told(passwordFaults.sequence),
  password_keyboard: () => told(passwordFaults.keyboard),
  password_date: () => told(passwordFaults.date),
  password_plain: () => told(passwordFaults.plain),
  password_text: () => told(passwordFaults.text),
  password_length: (values) =>
    told(
      passwordLength({
        length: number(values, "length"),
        least: number(values, "least"),
        most: number(values, "most"),
      }),
    ),
};

/** The small print of the error page. */
export const errorPage: typeof englishErrorPage = {
  code: "Code",
  requestId: "Anfragenummer",
  forDeveloper: "Für die Entwicklung der Anwendung",
};
