// Owns the German of the pages of a sign-in: who one is, for which organization, and what an application gets.
import type { signIn as english } from "../en/sign_in.ts";

/** Signing in. */
export const signIn: typeof english = {
  title: "Anmelden",
  failedTitle: "Anmeldung fehlgeschlagen",
  lead: ({ application, organization }) =>
    [
      application === undefined ? "mit Ihrem Konto" : `um mit ${application} fortzufahren`,
      ...(organization === undefined ? [] : [`(${organization})`]),
    ].join(" "),
  email: "E-Mail-Adresse",
  password: "Passwort",
  submit: "Anmelden",
  stay: "Auf diesem Gerät angemeldet bleiben",
  stayHint: "Nicht auf einem Gerät, das auch andere benutzen.",
  forgot: "Passwort vergessen?",
};
