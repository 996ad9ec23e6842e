// Owns the English of second factors: proving one, setting one up, recovery codes.

/** Second factors. */
export const factors = {
  stepTitle: "Sign in: second step",
  codeHeading: "Your code",
  recoveryHeading: "Your recovery code",
  signingInAs: (address: string) => `You sign in as ${address}.`,
  codeLead: "Open your authenticator app and type the six digits that it shows.",
  recoveryLead: "Type one of the recovery codes that you stored. It counts once.",
  code: "Six-digit code",
  recoveryCode: "Recovery code",
  useRecovery: "Use a recovery code",
  useApp: "Use the authenticator app",
  setUpTitle: "Set up a second step",
  setUpLead: "More than a password is asked for here: a code from an app on your phone. You set it up once.",
  openApp: "Open an authenticator app on your phone. If you have none, install one from its store of apps.",
  readPicture: "Have it read this picture, or type the key below it.",
  typeCode: "Type the six digits that the app shows.",
  pictureText: "The key as a picture for the app. The same key stands below as text.",
  openHere: "On this phone already? Open the app here",
  key: "Key",
  confirm: "Confirm",
  codesTitle: "Your recovery codes",
  codesLead:
    "If you lose your phone, each of these codes signs you in once, with your password. Store them where you find them without it.",
  codesShown:
    "Your second step is set up. The recovery codes were shown already; you can make new ones in your account.",
  once: "Shown this once.",
  onceWhy: "Nobody can show them to you again.",
  goOn: "Go on",
  /** The page of one's own. */
  own: {
    title: "Second step",
    appTitle: "Authenticator app",
    about:
      "With an authenticator app on your phone, your password alone opens nothing: a code that the app shows goes with it.",
    none: "You have none yet.",
    since: (day: string) => `Set up on ${day}.`,
    setUp: "Set up an app",
    move: "Move to another app or phone",
    moving: "The new app takes the place of the one you have, and new recovery codes that of your old ones.",
    remove: "Remove the app",
    removing:
      "Without it, and without a passkey, your password alone signs you in, and your recovery codes are gone.",
    codesTitle: "Recovery codes",
    left: (codes: number) =>
      codes === 0 ? "None is left. Make new ones." : codes === 1 ? "One is left." : `${codes} are left.`,
    renew: "Make new codes",
    renewing: "Those you have count no more then.",
    stored: "They are stored",
    wasSetUp: "Your app is set up. From now on it is asked for when you sign in.",
    wasFirst:
      "Your app is set up. From now on it is asked for when you sign in. Wherever else you were signed in, you are signed out.",
    wereMade: "You have new recovery codes. The old ones count no more.",
    wasRemoved: "Your authenticator app was removed.",
    vouched: [
      "An application signed you in here, for one of your organizations. Your second step is for all of them.",
      "To see or change it, sign out and sign in here yourself.",
    ],
    ofOrganization: "You sign in at your organization: a second step is set up there, where it has any.",
  },
};
