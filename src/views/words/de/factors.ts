// Owns the German of second factors: proving one, setting one up, recovery codes.
import type { factors as english } from "../en/factors.ts";

/** Second factors. */
export const factors: typeof english = {
  stepTitle: "Anmelden: zweiter Schritt",
  codeHeading: "Ihr Code",
  recoveryHeading: "Ihr Wiederherstellungscode",
  signingInAs: (address) => `Sie melden sich als ${address} an.`,
  codeLead: "Öffnen Sie Ihre Authenticator-App und geben Sie die sechs Ziffern ein, die sie zeigt.",
  recoveryLead: "Geben Sie einen der Wiederherstellungscodes ein, die Sie aufbewahrt haben. Er gilt einmal.",
  code: "Sechsstelliger Code",
  recoveryCode: "Wiederherstellungscode",
  useRecovery: "Einen Wiederherstellungscode verwenden",
  useApp: "Die Authenticator-App verwenden",
  setUpTitle: "Einen zweiten Schritt einrichten",
  setUpLead:
    "Hier genügt ein Passwort allein nicht: Dazu kommt ein Code aus einer App auf Ihrem Telefon. Sie richten das einmal ein.",
  openApp:
    "Öffnen Sie eine Authenticator-App auf Ihrem Telefon. Wenn Sie keine haben, installieren Sie eine aus dem App-Verzeichnis Ihres Telefons.",
  readPicture: "Lassen Sie die App dieses Bild einlesen, oder geben Sie den Schlüssel darunter ein.",
  typeCode: "Geben Sie die sechs Ziffern ein, die die App zeigt.",
  pictureText: "Der Schlüssel als Bild für die App. Derselbe Schlüssel steht darunter als Text.",
  openHere: "Sie lesen das auf dem Telefon? Öffnen Sie die App hier",
  key: "Schlüssel",
  confirm: "Bestätigen",
  codesTitle: "Ihre Wiederherstellungscodes",
  codesLead:
    "Wenn Sie Ihr Telefon verlieren, meldet jeder dieser Codes Sie einmal an, zusammen mit Ihrem Passwort. Bewahren Sie sie dort auf, wo Sie sie ohne Telefon finden.",
  codesShown:
    "Ihr zweiter Schritt ist eingerichtet. Die Wiederherstellungscodes wurden schon gezeigt; neue können Sie in Ihrem Konto erstellen.",
  once: "Nur dieses eine Mal zu sehen.",
  onceWhy: "Niemand kann sie Ihnen noch einmal zeigen.",
  goOn: "Weiter",
  own: {
    title: "Zweiter Schritt",
    appTitle: "Authenticator-App",
    about:
      "Mit einer Authenticator-App auf Ihrem Telefon öffnet Ihr Passwort allein nichts mehr: Dazu gehört ein Code, den die App zeigt.",
    none: "Sie haben noch keine.",
    since: (day) => `Eingerichtet am ${day}.`,
    setUp: "App einrichten",
    move: "Auf eine andere App oder ein anderes Telefon umziehen",
    moving:
      "Die neue App tritt an die Stelle der bisherigen, und neue Wiederherstellungscodes an die Stelle der alten.",
    remove: "App entfernen",
    removing:
      "Ohne sie und ohne Passkey meldet Sie Ihr Passwort allein an, und Ihre Wiederherstellungscodes sind hinfällig.",
    codesTitle: "Wiederherstellungscodes",
    left: (codes) =>
      codes === 0
        ? "Keiner ist übrig. Erstellen Sie neue."
        : codes === 1
          ? "Einer ist übrig."
          : `${codes} sind übrig.`,
    renew: "Neue Codes erstellen",
    renewing: "Die bisherigen gelten dann nicht mehr.",
    stored: "Ich habe sie aufbewahrt",
    wasSetUp: "Ihre App ist eingerichtet. Ab jetzt werden Sie beim Anmelden danach gefragt.",
    wasFirst:
      "Ihre App ist eingerichtet. Ab jetzt werden Sie beim Anmelden danach gefragt. Überall sonst, wo Sie angemeldet waren, sind Sie jetzt abgemeldet.",
    wereMade: "Sie haben neue Wiederherstellungscodes. Die alten gelten nicht mehr.",
    wasRemoved: "Ihre Authenticator-App wurde entfernt.",
    vouched: [
      "Eine Anwendung hat Sie hier für eine Ihrer Organisationen angemeldet. Ihr zweiter Schritt gilt für alle.",
      "Um ihn zu sehen oder zu ändern, melden Sie sich ab und melden Sie sich hier selbst an.",
    ],
    ofOrganization:
      "Sie melden sich bei Ihrer Organisation an: Ein zweiter Schritt wird dort eingerichtet, falls es ihn dort gibt.",
  },
};
