// Owns the German of what every page for persons has around it.
import type { frame as english } from "../en/frame.ts";

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
