// Owns the German of signing out, of what one comes back to, and of the front page.
import type {
  signedOut as englishSignedOut,
  signOut as englishSignOut,
  stayed as englishStayed,
  welcome as englishWelcome,
} from "../en/endings.ts";

/** Signing out. */
export const signOut: typeof englishSignOut = {
  title: "Abmelden",
  heading: "Abmelden?",
  lead: ({ application, email }) =>
    `${application === undefined ? "" : `Sie haben ${application} verlassen. `}Möchten Sie sich auch hier abmelden${
      email === undefined ? "" : `, ${email}`
    }?`,
  yes: "Ja, abmelden",
  no: "Nein, angemeldet bleiben",
};

/** Signed out. */
export const signedOut: typeof englishSignedOut = {
  title: "Abgemeldet",
  heading: "Sie sind abgemeldet",
  lead: (application) =>
    `Ihre Abmeldung${application === undefined ? "" : ` von ${application}`} ist abgeschlossen. Sie können dieses Fenster schließen.`,
  back: "Zurück",
  again: "Noch einmal anmelden",
};

/** Asked whether to sign out, one said no. */
export const stayed: typeof englishStayed = {
  title: "Weiterhin angemeldet",
  heading: "Sie sind weiterhin angemeldet",
  lead: ({ application, email }) =>
    `${application === undefined ? "Ihre Anmeldung hier besteht weiter" : `Sie haben ${application} verlassen; Ihre Anmeldung hier besteht weiter`}${
      email === undefined ? "" : `, als ${email}`
    }. Wer diesen Browser benutzt, kann in Ihrem Namen weitermachen.`,
  afterAll: "Doch abmelden",
};

/** The front page. */
export const welcome: typeof englishWelcome = {
  title: "Anmeldedienst",
  heading: "Hier melden Sie sich an",
  lead: (service) =>
    `Anwendungen schicken Sie hierher, damit Sie sich anmelden${
      service === undefined ? "" : `: bei ${service}`
    }. Um eine zu benutzen, öffnen Sie diese Anwendung; sie bringt Sie von selbst hierher.`,
};
