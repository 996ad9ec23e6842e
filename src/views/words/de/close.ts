// Owns the German of closing one's own account.
import type { close as englishClose } from "../en/close.ts";

/** Closing the account. */
export const close: typeof englishClose = {
  title: "Konto schließen",
  lead: "Beendet alles, was Sie hier haben, endgültig.",
  toPage: "Ansehen, was das heißt",
  what: (account) => `Das Konto ${account} wird geschlossen und gelöscht.`,
  consequences: [
    "Sie werden überall abgemeldet und können sich hier nicht mehr anmelden.",
    "Sie verlassen alle Ihre Organisationen. Was diese anderswo von Ihnen haben, behalten sie.",
    "Anwendungen verlieren, was sie von Ihnen haben; was Sie ihnen erlaubt haben, endet.",
    "Passwort, Passkeys, zweiter Schritt und Wiederherstellungscodes werden gelöscht, ebenso Ihr Name und Ihre Adresse. In den Aufzeichnungen dessen, was geschah, steht an ihrer Stelle eine Nummer.",
    "Eine E-Mail an Ihre Adresse sagt Ihnen, dass es geschehen ist.",
  ],
  undo: "Das lässt sich nicht rückgängig machen. Werden Sie wieder eingeladen, beginnen Sie neu, ohne etwas hiervon.",
  typed: (account) => `Geben Sie zur Bestätigung ${account} ein`,
  submit: "Konto endgültig schließen",
  againstTitle: "Ihr Konto lässt sich hier nicht schließen",
  ask: "Um Hilfe bitten",
  against: {
    external:
      "Ihr Konto kommt von der Anwendung, über die Sie sich anmelden. Schließen können es die, die diese Anwendung betreuen.",
    vouched:
      "Eine Anwendung hat Sie hier für eine Ihrer Organisationen angemeldet. Um Ihr Konto zu schließen, melden Sie sich ab und melden Sie sich hier selbst an.",
    administers: "Sie verwalten diesen Dienst. Jemand anderes, der das tut, muss es Ihnen zuerst abnehmen.",
    organization: (name) =>
      `${name} erlaubt nicht, dass Menschen dort ihr Konto selbst schließen. Fragen Sie die, die es dort betreuen.`,
    last_admin: (name) =>
      `Niemand sonst verwaltet ${name}. Lassen Sie zuerst jemand anderen die Verwaltung übernehmen, oder fragen Sie die, die diesen Dienst betreiben.`,
    elsewhere:
      "Eine weitere Organisation, zu der Sie gehören, erlaubt es nicht oder braucht Sie. Fragen Sie die, die diesen Dienst betreiben.",
  },
  closedTitle: "Ihr Konto ist geschlossen",
  closed: [
    "Ihr Konto ist geschlossen, und was von Ihnen aufbewahrt war, ist gelöscht.",
    "Sie können diese Seite schließen.",
  ],
};
