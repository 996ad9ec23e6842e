// Owns the German of a person's e-mail address: proving it, and changing it.
import type { address as english } from "../en/address.ts";

/** A person's address. */
export const address: typeof english = {
  confirmTitle: "Neue Adresse bestätigen",
  confirmHeading: "Adresse ändern?",
  confirmLead: ({ from, to }) => `Von ${from} zu ${to}.`,
  confirmWhat:
    "Danach melden Sie sich mit der neuen Adresse und Ihrem bisherigen Passwort an. Sie werden überall sonst abgemeldet, und beide Adressen erfahren davon.",
  confirmNot: "Wenn Sie das nicht wollten, schließen Sie diese Seite: Es ändert sich nichts.",
  confirm: "Ja, ändern",
  changed: "Ihre Adresse ist geändert",
  changedTo: (email) => `Ab jetzt melden Sie sich mit ${email} und Ihrem bisherigen Passwort an.`,
  signedOut: "Wo Sie sonst angemeldet waren, sind Sie es nicht mehr. Beide Adressen haben davon erfahren.",
  signInFirst: "Melden Sie sich zuerst an",
  signInFirstWhy:
    "Die Adresse wird dort geändert, wo die Person angemeldet ist, der das Konto gehört. Es wurde nichts geändert.",
  signInFirstTodo:
    "Melden Sie sich in diesem Browser in Ihrem Konto an und öffnen Sie den Link aus der E-Mail noch einmal: Er gilt weiter. Wenn Sie keine andere Adresse wollten, tun Sie nichts.",
  taken: "Diese Adresse hat inzwischen ein Konto",
  takenWhy:
    "Seit Sie darum gebeten haben, hat jemand anderes diese Adresse hier bekommen. Es wurde nichts geändert.",
  takenTodo:
    "Sie melden sich an wie bisher. Wenn auch jenes Konto Ihnen gehört, bitten Sie die Betreiber des Dienstes, beide zusammenzulegen.",
  loses: ({ to, organizations }) =>
    `Mit ${to} können Sie sich bei ${organizations} nicht anmelden, bis dort die Domain nachgewiesen ist.`,
  opensNone: ({ to, organizations }) =>
    `Mit ${to} könnten Sie sich nicht mehr anmelden: Bei ${organizations} ist die Domain nicht nachgewiesen. Bitten Sie die Administration dort, das zuerst zu tun. Es wurde nichts geändert.`,
  opensNoneTitle: "Diese Adresse würde Sie aussperren",
  opensNoneWhy: (organizations) =>
    `Bei ${organizations} ist die Domain der neuen Adresse nicht nachgewiesen, deshalb wurde nichts geändert.`,
  opensNoneTodo:
    "Bitten Sie die Administration dort, die Domain nachzuweisen, und öffnen Sie dann den Link noch einmal.",
  title: "E-Mail-Adresse",
  now: "Sie melden sich an mit",
  proven: "bestätigt",
  notProven: "nicht bestätigt",
  proveLead:
    "Noch hat niemand bestätigt, dass diese Adresse Ihnen gehört. Bis dahin erfahren Anwendungen sie nicht, und ein vergessenes Passwort kann nicht per E-Mail ersetzt werden.",
  returned:
    "E-Mails an diese Adresse kommen zurück: Dort erhält sie niemand. Nachrichten über Ihr Konto und ein neues Passwort würden Sie nicht erreichen.",
  returnedLead:
    "Wenn die Adresse stimmt und wieder funktioniert, verwenden Sie den Link, der dorthin geschickt wird. Sonst ändern Sie sie.",
  prove: "Link zusenden",
  proveSent: (email) =>
    `Eine E-Mail mit einem Link ist unterwegs an ${email}. Öffnen Sie ihn und bestätigen Sie; er gilt einen Tag. Nichts da? Sehen Sie im Ordner für unerwünschte E-Mails nach.`,
  proveDone: "Ihre Adresse ist schon bestätigt.",
  wanted: "Neue E-Mail-Adresse",
  wantedHint:
    "Dorthin geht ein Link. Bis Sie ihn verwenden, ändert sich nichts; die bisherige Adresse erfährt davon.",
  change: "Adresse ändern",
  sent: (email) =>
    `Wenn Sie diese Adresse bekommen können, ist eine E-Mail mit einem Link unterwegs an ${email}; er gilt einen Tag und einmal. Bis Sie ihn verwenden, melden Sie sich an wie bisher.`,
  wantedWrong:
    "Das ist keine E-Mail-Adresse, oder keine, die hier angenommen wird. Schreiben Sie sie wie erika@example.com.",
  wantedSame: "Das ist die Adresse, die Sie haben. Geben Sie die gewünschte ein.",
  tooOften: (minutes) =>
    `Darum wurde vorerst oft genug gebeten; die früheren E-Mails liegen vielleicht im Ordner für unerwünschte E-Mails. Sonst warten Sie ${minutes === 1 ? "eine Minute" : `${minutes} Minuten`}.`,
  external: "Ihre Adresse kommt aus der Anwendung, über die Sie sich anmelden, und wird dort geändert.",
  externalTodo: "Wenn Sie dort keine Stelle dafür finden, fragen Sie die Betreiber der Anwendung.",
  administrator:
    "Sie verwalten diesen Dienst. Ihre Adresse ändert jemand, der ihn in voller Verantwortung verwaltet.",
  noMail:
    "Dieser Dienst verschickt keine E-Mails, deshalb kann hier keine Adresse bestätigt werden. Fragen Sie die Betreiber.",
  handoff:
    "Eine Anwendung hat Sie hier angemeldet, für eine Ihrer Organisationen. Ihre Adresse gilt für alle.",
  handoffTodo: "Um sie zu ändern, melden Sie sich ab und hier selbst wieder an.",
};
