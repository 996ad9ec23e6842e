// Owns the English of passkeys: the page of one's own, the form by which one is made or used, and what each refusal means to a
// person.

/** Passkeys. */
export const passkeys = {
  title: "Passkeys",
  yours: "Your passkeys",
  none: "You have none yet.",
  stopped: "stopped",
  change: "Change",
  name: "Name",
  nameHint: "By which you know it, e.g. Work laptop.",
  optionalName: "Name (optional)",
  rename: "Rename",
  removing:
    "Removing it signs you out everywhere, here too. Delete it on your device as well: it opens nothing any more.",
  remove: "Remove",
  addTitle: "Add a passkey",
  about:
    "A passkey signs you in with your fingerprint, your face or the PIN of your device, without a password. It works on this service alone, so no copied page can steal it.",
  add: "Add a passkey",
  signInFirst: "You sign in once more first.",
  added: (day: string) => `Added ${day}`,
  neverUsed: "never used",
  lastUsed: (day: string) => `last used ${day}`,
  synced: "kept by a password manager, on several devices",
  onOneDevice: "on one device",
  stoppedSince: (day: string) =>
    `Since ${day} it signs nobody in: there may be a copy of it. Remove it, and add a new one.`,
  vouched: [
    "An application signed you in here, for one of your organizations. Your passkeys are for all of them.",
    "To see or change them, sign out and sign in here yourself.",
  ],
  ofOrganization: "You sign in at your organization: passkeys are added there, where it has any.",
  notHere: "Browsers have no passkeys at this address.",
  asManyAsFit: (most: number) => `You have ${most}, and no more fit. Remove one that you no longer use.`,
  wasAdded: (name: string) => `The passkey ${name} was added. Next time, sign in with it.`,
  wasFirst: (name: string) =>
    `The passkey ${name} was added. Next time, sign in with it. Wherever else you were signed in, you are signed out.`,
  wasRenamed: (name: string) => `The passkey is called ${name} now.`,
  wasRemoved: (name: string) => `The passkey ${name} was removed, and you were signed out everywhere.`,
  nameNotTaken:
    "This name cannot be taken: it is missing, longer than 60 characters, or has characters that are not seen.",
  noneMade: "No passkey was added. Try again: the device asks for your fingerprint, your face or a PIN.",
  hasOne: "This device, or its password manager, has a passkey of your account already.",
  cannotMake:
    "This browser cannot make passkeys here. Use a current browser that runs scripts, on a device with a screen lock.",
  onTheWayTitle: "Add a passkey to go on",
  onTheWayLead: "Your organization asks for a passkey, and you have none yet.",
  cannotMakeOnTheWay:
    "This browser cannot make passkeys here. Sign in with a current browser that runs scripts, on a device with a screen lock; if you have none, ask your organization's administrator.",
  use: "Use a passkey",
  stepHeading: "Your passkey",
  stepLead: "Use a passkey of yours to go on.",
  stepFirst: "Your organization asks for a passkey. A code opens only what asks for none.",
  stepAlone: "Your organization asks for a passkey. A code does not do here.",
  copied:
    "There may be a copy of your passkey, so it signs nobody in any more. Use a recovery code; if you have none, ask your organization's administrator to take your second factors away, then set a new one up.",
  lost: "Is no device with a passkey of yours at hand? Ask your organization's administrator.",
  noneUsed: "No passkey was used. Try again, or sign in another way.",
  cannotUse: "To sign in with a passkey, use a current browser that runs scripts.",
};

const again = "Show the page again and use the passkey there.";

/** What a refused passkey means to a person, by its code. */
export const passkeyFaults = {
  passkey_unreadable: {
    title: "What the passkey answered could not be read",
    why: "What your browser sent is not what a passkey says.",
    todo: "Try again in a current browser, without extensions that change pages.",
  },
  passkey_challenge_unknown: {
    title: "This passkey answered another question",
    why: "What it signed was not asked on this page.",
    todo: again,
  },
  passkey_challenge_expired: {
    title: "That took too long",
    why: "The page was open for more than five minutes before the passkey was used.",
    todo: "Use the passkey again now: the page has been made new.",
  },
  passkey_challenge_used: {
    title: "That was sent before",
    why: "The passkey's answer counts once, and it has been used.",
    todo: again,
  },
  passkey_other_browser: {
    title: "This belongs to another page",
    why: "The passkey answered a page of another browser, or of another sign-in.",
    todo: again,
  },
  passkey_other_purpose: {
    title: "This answer is for something else",
    why: "It was made to add a passkey where one was to sign in, or the other way round.",
    todo: again,
  },
  passkey_foreign_origin: {
    title: "The passkey was used on a page that is not ours",
    why: "Somebody may have copied this page to get at your account. Nothing was opened.",
    todo: "Close the page, go to the application by the address you know, and tell your help desk.",
  },
  passkey_foreign_site: {
    title: "This passkey is for another service",
    why: "It says that it belongs to another address.",
    todo: "Choose the passkey that you made for this service.",
  },
  passkey_not_verified: {
    title: "Your device did not make sure that it is you",
    why: "It asked for neither fingerprint, nor face, nor PIN.",
    todo: "Set up a screen lock or a PIN on the device, then try again.",
  },
  passkey_altered: {
    title: "The answer of this passkey is not right",
    why: "It is not signed by the passkey, or was changed on its way.",
    todo: again,
  },
  passkey_unsupported: {
    title: "This kind of passkey is not taken here",
    todo: "Use the passkey of a phone, a computer, a password manager, or a security key (FIDO2).",
  },
  passkey_unknown: {
    title: "This passkey is not known here",
    why: "It was removed from its account, or the account is gone.",
    todo: "Sign in another way, and delete the passkey on your device.",
  },
  passkey_of_another: {
    title: "This passkey belongs to another account",
    todo: "Choose the passkey of the account that you are signing in to.",
  },
  passkey_cloned: {
    title: "There may be a copy of this passkey",
    why: "It counted backwards, as only a second copy does. It signs nobody in any more, and you were signed out everywhere.",
    todo: "Sign in another way, remove this passkey on your account's page, and add a new one. If you did not copy it yourself, tell your help desk.",
  },
  passkey_exists: { title: "This passkey has been added before", todo: "Use it, or add another." },
  passkey_limit: {
    title: "You have as many passkeys as fit",
    todo: "Remove one that you no longer use.",
  },
  passkey_needed: {
    title: "You need this passkey",
    why: "It is the last thing you have to sign in with, or your organization asks for one.",
    todo: "Add another passkey, or an authenticator app, before you remove this one.",
  },
  passkey_not_found: { title: "There is no such passkey", todo: "The list shows what there is now." },
};
