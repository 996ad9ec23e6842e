// Owns the German of passkeys: the page of one's own, the form by which one is made or used, and what each refusal means to a
// person.
import type { passkeys as english, passkeyFaults as englishFaults } from "../en/passkeys.ts";

/** Passkeys. */
export const passkeys: typeof english = {
  title: "Passkeys",
  yours: "Ihre Passkeys",
  none: "Sie haben noch keinen.",
  stopped: "gesperrt",
  change: "Ändern",
  name: "Name",
  nameHint: "Woran Sie ihn erkennen, zum Beispiel: Laptop im Büro.",
  optionalName: "Name (freiwillig)",
  rename: "Umbenennen",
  removing:
    "Wenn Sie ihn entfernen, werden Sie überall abgemeldet, auch hier. Löschen Sie ihn danach auch auf Ihrem Gerät: Er öffnet nichts mehr.",
  remove: "Entfernen",
  addTitle: "Passkey hinzufügen",
  about:
    "Mit einem Passkey melden Sie sich mit Fingerabdruck, Gesicht oder der PIN Ihres Geräts an, ohne Passwort. Er gilt nur für diesen Dienst; keine nachgemachte Seite kann ihn stehlen.",
  add: "Passkey hinzufügen",
  signInFirst: "Zuvor melden Sie sich noch einmal an.",
  added: (day) => `Hinzugefügt am ${day}`,
  neverUsed: "noch nie benutzt",
  lastUsed: (day) => `zuletzt benutzt am ${day}`,
  synced: "von einem Passwort-Manager verwahrt, auf mehreren Geräten",
  onOneDevice: "auf einem Gerät",
  stoppedSince: (day) =>
    `Seit ${day} meldet er niemanden mehr an: Es gibt möglicherweise eine Kopie davon. Entfernen Sie ihn und fügen Sie einen neuen hinzu.`,
  vouched: [
    "Eine Anwendung hat Sie hier für eine Ihrer Organisationen angemeldet. Ihre Passkeys gelten für alle.",
    "Um sie zu sehen oder zu ändern, melden Sie sich ab und melden Sie sich hier selbst an.",
  ],
  ofOrganization:
    "Sie melden sich bei Ihrer Organisation an: Passkeys werden dort hinzugefügt, falls es sie dort gibt.",
  notHere: "An dieser Adresse bieten Browser keine Passkeys an.",
  asManyAsFit: (most) =>
    `Sie haben ${most}, mehr sind nicht möglich. Entfernen Sie einen, den Sie nicht mehr benutzen.`,
  wasAdded: (name) => `Der Passkey ${name} wurde hinzugefügt. Melden Sie sich beim nächsten Mal damit an.`,
  wasFirst: (name) =>
    `Der Passkey ${name} wurde hinzugefügt. Melden Sie sich beim nächsten Mal damit an. Überall sonst, wo Sie angemeldet waren, sind Sie jetzt abgemeldet.`,
  wasRenamed: (name) => `Der Passkey heißt jetzt ${name}.`,
  wasRemoved: (name) => `Der Passkey ${name} wurde entfernt, und Sie wurden überall abgemeldet.`,
  nameNotTaken:
    "Dieser Name ist nicht möglich: Er fehlt, ist länger als 60 Zeichen oder enthält unsichtbare Zeichen.",
  noneMade:
    "Es wurde kein Passkey hinzugefügt. Versuchen Sie es noch einmal: Das Gerät fragt nach Fingerabdruck, Gesicht oder PIN.",
  hasOne: "Dieses Gerät oder sein Passwort-Manager hat bereits einen Passkey für Ihr Konto.",
  cannotMake:
    "Dieser Browser kann hier keine Passkeys erstellen. Nehmen Sie einen aktuellen Browser mit JavaScript, auf einem Gerät mit Bildschirmsperre.",
  onTheWayTitle: "Passkey hinzufügen, um fortzufahren",
  onTheWayLead: "Ihre Organisation verlangt einen Passkey, und Sie haben noch keinen.",
  cannotMakeOnTheWay:
    "Dieser Browser kann hier keine Passkeys erstellen. Melden Sie sich mit einem aktuellen Browser mit JavaScript an, auf einem Gerät mit Bildschirmsperre; haben Sie keines, fragen Sie die Administration Ihrer Organisation.",
  use: "Passkey benutzen",
  stepHeading: "Ihr Passkey",
  stepLead: "Benutzen Sie einen Ihrer Passkeys, um fortzufahren.",
  stepFirst: "Ihre Organisation verlangt einen Passkey. Ein Code öffnet nur, was keinen verlangt.",
  stepAlone: "Ihre Organisation verlangt einen Passkey. Ein Code genügt hier nicht.",
  copied:
    "Von Ihrem Passkey gibt es vielleicht eine Kopie, deshalb meldet er niemanden mehr an. Nehmen Sie einen Wiederherstellungscode; haben Sie keinen, bitten Sie die Verwaltung Ihrer Organisation, Ihre zweiten Faktoren zu entfernen, und richten Sie dann einen neuen ein.",
  lost: "Haben Sie kein Gerät mit einem Ihrer Passkeys zur Hand? Fragen Sie die Administration Ihrer Organisation.",
  noneUsed: "Es wurde kein Passkey benutzt. Versuchen Sie es noch einmal, oder melden Sie sich anders an.",
  cannotUse: "Um sich mit einem Passkey anzumelden, nehmen Sie einen aktuellen Browser mit JavaScript.",
};

const again = "Rufen Sie die Seite neu auf, und benutzen Sie den Passkey dort.";

/** What a refused passkey means to a person, by its code. */
export const passkeyFaults: typeof englishFaults = {
  passkey_unreadable: {
    title: "Die Antwort des Passkeys war nicht lesbar",
    why: "Was Ihr Browser gesendet hat, ist nicht die Antwort eines Passkeys.",
    todo: "Versuchen Sie es in einem aktuellen Browser, ohne Erweiterungen, die Seiten verändern.",
  },
  passkey_challenge_unknown: {
    title: "Dieser Passkey hat auf eine andere Frage geantwortet",
    why: "Was er unterschrieben hat, wurde auf dieser Seite nicht gefragt.",
    todo: again,
  },
  passkey_challenge_expired: {
    title: "Das hat zu lange gedauert",
    why: "Die Seite war länger als fünf Minuten offen, bevor der Passkey benutzt wurde.",
    todo: "Benutzen Sie den Passkey jetzt noch einmal: Die Seite ist neu.",
  },
  passkey_challenge_used: {
    title: "Das wurde schon einmal gesendet",
    why: "Die Antwort eines Passkeys gilt einmal, und diese wurde schon benutzt.",
    todo: again,
  },
  passkey_other_browser: {
    title: "Das gehört zu einer anderen Seite",
    why: "Der Passkey hat einer Seite in einem anderen Browser oder einer anderen Anmeldung geantwortet.",
    todo: again,
  },
  passkey_other_purpose: {
    title: "Diese Antwort des Passkeys ist für etwas anderes",
    why: "Sie sollte einen Passkey hinzufügen, wo einer zum Anmelden verlangt war, oder umgekehrt.",
    todo: again,
  },
  passkey_foreign_origin: {
    title: "Der Passkey wurde auf einer fremden Seite benutzt",
    why: "Vielleicht hat jemand diese Seite nachgemacht, um an Ihr Konto zu kommen. Es wurde nichts geöffnet.",
    todo: "Schließen Sie die Seite, gehen Sie über die Ihnen bekannte Adresse zur Anwendung, und verständigen Sie Ihren Helpdesk.",
  },
  passkey_foreign_site: {
    title: "Dieser Passkey ist für einen anderen Dienst",
    why: "Er gehört zu einer anderen Adresse.",
    todo: "Wählen Sie den Passkey, den Sie für diesen Dienst erstellt haben.",
  },
  passkey_not_verified: {
    title: "Ihr Gerät hat nicht geprüft, ob Sie es sind",
    why: "Es hat weder nach Fingerabdruck noch nach Gesicht oder PIN gefragt.",
    todo: "Richten Sie auf dem Gerät eine Bildschirmsperre oder PIN ein, und versuchen Sie es noch einmal.",
  },
  passkey_altered: {
    title: "Die Antwort des Passkeys stimmt nicht",
    why: "Sie ist nicht von diesem Passkey unterschrieben oder wurde unterwegs verändert.",
    todo: again,
  },
  passkey_unsupported: {
    title: "Diese Art von Passkey wird hier nicht angenommen",
    todo: "Nehmen Sie den Passkey eines Telefons, eines Computers, eines Passwort-Managers oder einen Sicherheitsschlüssel (FIDO2).",
  },
  passkey_unknown: {
    title: "Dieser Passkey ist hier nicht bekannt",
    why: "Er wurde aus seinem Konto entfernt, oder es gibt das Konto nicht mehr.",
    todo: "Melden Sie sich anders an, und löschen Sie den Passkey auf Ihrem Gerät.",
  },
  passkey_of_another: {
    title: "Dieser Passkey gehört zu einem anderen Konto",
    todo: "Wählen Sie den Passkey des Kontos, mit dem Sie sich anmelden.",
  },
  passkey_cloned: {
    title: "Von diesem Passkey gibt es möglicherweise eine Kopie",
    why: "Er hat rückwärts gezählt, wie es nur eine zweite Kopie tut. Er meldet niemanden mehr an, und Sie wurden überall abgemeldet.",
    todo: "Melden Sie sich anders an, entfernen Sie diesen Passkey auf der Seite Ihres Kontos, und fügen Sie einen neuen hinzu. Wenn Sie ihn nicht selbst kopiert haben, verständigen Sie Ihren Helpdesk.",
  },
  passkey_exists: {
    title: "Dieser Passkey wurde schon hinzugefügt",
    todo: "Benutzen Sie ihn, oder fügen Sie einen anderen hinzu.",
  },
  passkey_limit: {
    title: "Mehr Passkeys sind nicht möglich",
    todo: "Entfernen Sie einen, den Sie nicht mehr benutzen.",
  },
  passkey_needed: {
    title: "Sie brauchen diesen Passkey",
    why: "Er ist das Letzte, womit Sie sich anmelden können, oder Ihre Organisation verlangt einen.",
    todo: "Fügen Sie einen anderen Passkey oder eine Authenticator-App hinzu, bevor Sie diesen entfernen.",
  },
  passkey_not_found: {
    title: "Diesen Passkey gibt es nicht",
    todo: "Die Liste zeigt, was es jetzt gibt.",
  },
};
