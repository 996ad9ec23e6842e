// Owns the codes of refusals of passkeys; errors.ts has all others, and what a code is.

const again = "Show the page again and use the passkey there: each page asks anew.";

/** Part of the catalogue in errors.ts. */
export const passkeyErrorCodes = {
  passkey_unreadable: {
    status: 400,
    meaning: "What came in place of a passkey's answer is none, or is larger than any.",
    fix: "Use the passkey in a current browser, without extensions that change pages.",
  },
  passkey_challenge_unknown: {
    status: 400,
    meaning: "The passkey answered a question that was not asked here.",
    fix: again,
  },
  passkey_challenge_expired: {
    status: 400,
    meaning: "The question the passkey answered is older than five minutes.",
    fix: again,
  },
  passkey_challenge_used: {
    status: 409,
    meaning: "The question the passkey answered has been answered before; each is answered once.",
    fix: again,
  },
  passkey_other_browser: {
    status: 403,
    meaning: "The question the passkey answered was asked in another browser, or for another sign-in.",
    fix: again,
  },
  passkey_other_purpose: {
    status: 403,
    meaning: "The question the passkey answered was for something else: adding a passkey, or signing in.",
    fix: again,
  },
  passkey_foreign_origin: {
    status: 403,
    meaning: "The passkey was used on a page of another address than this service's.",
    fix: "Compare the address with the issuer's, letter by letter: somebody may have copied the page.",
  },
  passkey_foreign_site: {
    status: 403,
    meaning: "The passkey answered for another host than this service's.",
    fix: "Use the passkey that was made for this service; its host name is the issuer's.",
  },
  passkey_not_verified: {
    status: 403,
    meaning: "The device did not make sure who used the passkey, by fingerprint, face or PIN.",
    fix: "Set up a screen lock or a PIN on the device, then use the passkey again.",
  },
  passkey_altered: {
    status: 403,
    meaning: "The passkey's answer is not signed by its key, or was changed on its way.",
    fix: again,
  },
  passkey_unsupported: {
    status: 400,
    meaning: "The device made a key of a kind, or proved it in a way, that is not taken here.",
    fix: "Use a passkey of a phone, a computer, a password manager, or a FIDO2 security key.",
  },
  passkey_unknown: {
    status: 401,
    meaning: "No account here has this passkey: it was removed, or was made for somebody who is gone.",
    fix: "Sign in another way, and delete the passkey where it is kept.",
  },
  passkey_of_another: {
    status: 403,
    meaning: "The passkey belongs to another account than the one that is signing in.",
    fix: "Choose the passkey of this account.",
  },
  passkey_cloned: {
    status: 403,
    meaning: "The passkey counted backwards: somebody may have a copy of it. It signs nobody in any more.",
    fix: "Sign in another way, remove the passkey, and add a new one. Whoever runs the service finds `passkey.cloned` in the audit trail.",
  },
  passkey_exists: {
    status: 409,
    meaning: "The passkey has been added before.",
    fix: "Use it, or add another.",
  },
  passkey_limit: {
    status: 409,
    meaning: "The account has as many passkeys as it may have.",
    fix: "Remove one that is no longer used.",
  },
  passkey_needed: {
    status: 409,
    meaning: "It is the person's last second factor, and an organization of theirs requires one.",
    fix: "Add another first: a passkey, or an authenticator app.",
  },
  passkey_not_found: {
    status: 404,
    meaning: "The account has no passkey of this id.",
    fix: "List them with `tti passkey list --user`.",
  },
} as const;
