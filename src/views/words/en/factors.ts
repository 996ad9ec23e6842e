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
};
