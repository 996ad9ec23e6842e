// Owns the English of the pages behind mailed links: a new password, an invitation, a proof of address.

/** Asking for a new password. */
export const forgot = {
  title: "Choose a new password",
  heading: "Forgot your password?",
  lead: "Tell us the address you sign in with. We send a link to it by which you choose a new password.",
  email: "E-mail address",
  submit: "Send the link",
  sentTitle: "Look into your mailbox",
  sent: "If somebody signs in here with that address, a mail with a link is on its way to it. The link counts for one hour.",
  nothingThere:
    "Nothing there after a few minutes? Look into the folder for unwanted mail, and whether it is the address you sign in with. Who signs in at their organization has no password here.",
};

/** A new password, or the first. */
export const newPassword = {
  title: "Choose a password",
  invitedHeading: "Choose your password",
  heading: "Choose a new password",
  invitedLead: "With it you sign in here from now on.",
  lead: "Once it is set, the one before counts no more, and you are signed out everywhere.",
  email: "E-mail address",
  password: "New password",
  hint: "At least 10 characters, hard to guess: several words that have nothing to do with you.",
  submit: "Set the password",
  doneTitle: "Your password is set",
  done: "Sign in with it. Wherever you were signed in before, you are no more.",
  doneInvited: "Sign in with it, and with the address the invitation came to.",
};

/** Whether an address is one's own. */
export const proveAddress = {
  title: "Confirm your address",
  heading: "Is this your address?",
  lead: (email: string) => `${email} is the address of an account here. Confirm it if the account is yours.`,
  submit: "Yes, it is mine",
  doneTitle: "Your address is confirmed",
  done: "Applications that you sign in to are told it from now on.",
};
