// Owns the English of an organization that is shut to somebody who belongs to it: why, by the code of the refusal, and what
// opens it.

/** Why, where one's organizations are listed. */
export const shutPlaces = {
  factor_required: "It asks for a second step, and this sign-in has none.",
  passkey_required: "It asks for a passkey, and this sign-in was made without one.",
  tenant_not_vouched: "Your sign-in for it is over.",
  login_method_not_allowed: "You sign in to it elsewhere: begin in its application.",
  email_domain_not_verified:
    "It has not yet proven the domain of your e-mail address. Until then you cannot sign in to its applications. Its administrator can finish that.",
  email_not_verified:
    "Your e-mail address is not confirmed. Until then you cannot sign in to its applications.",
  other: "You cannot sign in to it now.",
};

/** What opens it. */
export const waysIn = {
  sign_in: "Sign in once more",
  add_passkey: "Add a passkey to your account",
  prove_domain: "You administer it: prove the domain",
  prove_address: "Confirm your address",
};
