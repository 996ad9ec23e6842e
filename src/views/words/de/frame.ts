// Owns the German of what every page for persons has around it.
import type { frame as english, parts as englishParts, ways as englishWays } from "../en/frame.ts";

/** Around every page. */
export const frame: typeof english = {
  service: "Anmeldedienst",
  skip: "Zum Inhalt springen",
  help: "Hilfe",
  signOut: "Abmelden",
  cancel: "Abbrechen",
  back: "Zurück",
  forOrganization: "für",
  privacyPolicy: "Datenschutzerklärung",
  termsOfService: "Nutzungsbedingungen",
  errorTitle: (title) => `Fehler: ${title}`,
  code: "Code",
  breadcrumb: "Sie sind hier",
  more: "Mehr",
};

/** Ways on from a page that ends. */
export const ways: typeof englishWays = {
  anotherAccount: "Mit einem anderen Konto anmelden",
  backTo: (application) => `Zurück zu ${application}`,
  goTo: (application) => `Weiter zu ${application}`,
  account: "Ihr Konto",
  signInToAccount: "Bei Ihrem Konto anmelden",
  proveAddress: "Adresse bestätigen",
  backToSignIn: "Zurück zur Anmeldung",
};

/** In the parts that pages are put together from. */
export const parts: typeof englishParts = {
  previous: "Zurück",
  next: "Weiter",
  search: "Suchen",
  showAll: "Alle zeigen",
  selectsAll: "(ein Klick markiert alles)",
  once: "Nur dieses eine Mal zu sehen.",
  stored: "Ich habe es gespeichert",
  showPassword: "Passwort anzeigen",
  hidePassword: "Passwort verbergen",
};
