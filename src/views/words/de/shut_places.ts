// Owns the German of an organization that is shut to somebody who belongs to it: why, by the code of the refusal, and what
// opens it.
import type { shutPlaces as englishShutPlaces, waysIn as englishWaysIn } from "../en/shut_places.ts";

/** Why, where one's organizations are listed. */
export const shutPlaces: typeof englishShutPlaces = {
  factor_required: "Sie verlangt einen zweiten Schritt, und diese Anmeldung hatte keinen.",
  passkey_required: "Sie verlangt einen Passkey, und diese Anmeldung geschah ohne einen.",
  tenant_not_vouched: "Ihre Anmeldung für sie ist vorbei.",
  login_method_not_allowed: "Sie melden sich woanders für sie an: Beginnen Sie in ihrer Anwendung.",
  email_domain_not_verified:
    "Sie hat noch nicht nachgewiesen, dass ihr die Domain Ihrer E-Mail-Adresse gehört. Bis dahin können Sie sich bei ihren Anwendungen nicht anmelden. Ihre Administration kann das abschließen.",
  email_not_verified:
    "Ihre E-Mail-Adresse ist nicht bestätigt. Bis dahin können Sie sich bei ihren Anwendungen nicht anmelden.",
  other: "Sie können sich gerade nicht für sie anmelden.",
};

/** What opens it. */
export const waysIn: typeof englishWaysIn = {
  sign_in: "Noch einmal anmelden",
  add_passkey: "Ihrem Konto einen Passkey hinzufügen",
  prove_domain: "Sie betreuen sie: Domain nachweisen",
  prove_address: "Adresse bestätigen",
};
