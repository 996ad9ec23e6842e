// Owns the German of the pages on which a person looks after their own account.
import type {
  account as englishAccount,
  applications as englishApplications,
  day as englishDay,
  nameForm as englishNameForm,
  notHere as englishNotHere,
  overview as englishOverview,
  passwordForm as englishPasswordForm,
  presence as englishPresence,
} from "../en/account.ts";

/** The account as a whole. */
export const account: typeof englishAccount = {
  title: "Ihr Konto",
  tabs: {
    account: "Übersicht",
    password: "Passwort",
    email: "E-Mail-Adresse",
    applications: "Anwendungen",
    done: "Für Sie getan",
    passkeys: "Passkeys",
    factors: "Zweiter Schritt",
    sessions: "Anmeldungen",
    data: "Ihre Daten",
  },
  back: "Zurück zu Ihrem Konto",
  nothingChanged: "Es wurde nichts geändert",
  again:
    "Sie mussten sich zuerst anmelden, deshalb wurde noch nichts geändert. Bitte senden Sie es noch einmal.",
  otherPerson:
    "Als diese Seite geöffnet wurde, war jemand anderes angemeldet; deshalb wurde nichts geändert. Dies ist Ihr eigenes Konto.",
};

/** Who the person is, and where they belong. */
export const overview: typeof englishOverview = {
  you: "Sie",
  name: "Name",
  email: "E-Mail",
  verified: "bestätigt",
  notVerified: "nicht bestätigt",
  mailReturned: "E-Mails an diese Adresse kommen zurück. Was Sie tun können",
  changeName: "Namen ändern",
  sayName: "Namen angeben",
  organizations: "Ihre Organisationen",
  none: "Sie gehören noch zu keiner.",
};

/** Changing one's name. */
export const nameForm: typeof englishNameForm = {
  title: "Ihr Name",
  told: "Anwendungen und Ihre Organisationen erfahren ihn.",
  label: "Name",
  submit: "Speichern",
  changed: "Ihr Name ist geändert.",
  same: "Ihr Name bleibt, wie er ist.",
};

/** Changing one's password. */
export const passwordForm: typeof englishPasswordForm = {
  title: "Passwort",
  lead: "Mit einem neuen Passwort werden Sie überall abgemeldet, nur hier nicht.",
  current: "Jetziges Passwort",
  password: "Neues Passwort",
  submit: "Passwort ändern",
  changed: "Ihr Passwort ist geändert. Wo Sie sonst angemeldet waren, sind Sie es nicht mehr.",
  none: [
    "Sie haben hier kein Passwort: Sie melden sich über eine Anwendung oder auf andere Weise an.",
    "Auf dieser Seite gibt es nichts zu ändern.",
  ],
};

/** Where something is changed that is not changed here: what comes from an application, and what one signed in for by it. */
export const notHere: typeof englishNotHere = {
  name: {
    external: [
      "Ihr Name kommt von der Anwendung, über die Sie sich anmelden, und wird dort geändert.",
      "Finden Sie dort keine Stelle dafür, fragen Sie die, die diese Anwendung betreuen.",
    ],
    vouched: [
      "Eine Anwendung hat Sie hier für eine Ihrer Organisationen angemeldet. Ihr Name gilt für alle.",
      "Um ihn zu ändern, melden Sie sich ab und melden Sie sich hier selbst an.",
    ],
  },
  password: {
    external: [
      "Ihr Passwort kommt von der Anwendung, über die Sie sich anmelden, und wird dort geändert.",
      "Finden Sie dort keine Stelle dafür, fragen Sie die, die diese Anwendung betreuen.",
    ],
    vouched: [
      "Eine Anwendung hat Sie hier für eine Ihrer Organisationen angemeldet. Ihr Passwort gilt für alle.",
      "Um es zu ändern, melden Sie sich ab und melden Sie sich hier selbst an.",
    ],
  },
};

/** When applications may act for somebody, by the organization's policy. */
export const presence: typeof englishPresence = {
  session: "Anwendungen dürfen nur in Ihrem Namen handeln, solange Sie angemeldet sind.",
  within: (hours) =>
    `Anwendungen dürfen bis zu ${hours} ${hours === 1 ? "Stunde" : "Stunden"} nach Ihrer letzten Anmeldung in Ihrem Namen handeln.`,
  offline:
    "Anwendungen dürfen in Ihrem Namen handeln, während Sie nicht da sind, wenn Sie es unter „Anwendungen“ erlauben.",
  never: "Anwendungen dürfen nie in Ihrem Namen handeln, während Sie nicht da sind.",
};

/** What a person gave to applications. */
export const applications: typeof englishApplications = {
  title: "Anwendungen",
  agreements: "In Ihrem Namen handeln, während Sie nicht da sind",
  at: ({ application, organization }) => `${application} bei ${organization}`,
  allowedSince: (since) => `Erlaubt seit ${since}`,
  notAllowed: "Nicht erlaubt",
  endedOn: (am) => `Beendet am ${am}`,
  endedTitle: "Nicht mehr erlaubt",
  allow: "Erlauben",
  takeBack: "Zurücknehmen",
  whatItMay: ({ application, organization }) => `was ${application} bei ${organization} darf`,
  letIn: "Anwendungen, die Sie zugelassen haben",
  letInNone: "Sie haben keiner Anwendung eines anderen Anbieters etwas erlaubt.",
  sinceItMay: (since) => `Seit ${since}. Sie darf:`,
  policySays: "Es gilt, was Ihre Organisationen festlegen; Ihre Zustimmung brauchen sie dafür nicht.",
  noneAsked: "Keine Anwendung darf das, und keine hat darum gebeten.",
  noneCanAsk: "Keine Anwendung darf das, und keine kann darum bitten.",
  nothing: "Es wurde nichts geändert: Das steht nicht mehr zur Wahl. Die Liste unten zeigt, was jetzt gilt.",
  ended: "Die Anwendung hat nichts mehr von Ihnen. Sie fragt Sie beim nächsten Mal neu.",
  mayNow: ({ application, organization }) =>
    `${application ?? "Die Anwendung"} darf nun${
      organization === undefined ? "" : ` bei ${organization}`
    } in Ihrem Namen handeln, während Sie nicht da sind.`,
  mayNoLonger: ({ application, organization }) =>
    `${application ?? "Die Anwendung"} darf${
      organization === undefined ? "" : ` bei ${organization}`
    } nicht mehr in Ihrem Namen handeln, während Sie nicht da sind.`,
};

/** A day, in the time of the world. */
export const day: typeof englishDay = (ms) =>
  new Intl.DateTimeFormat("de", { dateStyle: "long", timeZone: "UTC" }).format(ms);
