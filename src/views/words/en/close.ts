// Owns the English of closing one's own account.

/** Closing the account. */
export const close = {
  title: "Close your account",
  /** On the page that leads there. */
  lead: "Ends everything you have here, for good.",
  toPage: "See what that means",
  what: (account: string) => `The account ${account} will be closed and erased.`,
  consequences: [
    "You are signed out everywhere, and can sign in here no more.",
    "You leave all your organizations. What they keep of you elsewhere, they keep.",
    "Applications lose what they hold of you, and what you allowed them ends.",
    "Password, passkeys, second step and recovery codes are erased, and so are your name and address. Records of what happened keep a number in their place.",
    "A mail to your address tells that it is done.",
  ],
  undo: "This cannot be undone. If you are invited again, you begin anew with nothing of this.",
  typed: (account: string) => `Type ${account} to confirm`,
  submit: "Close the account for good",
  againstTitle: "Your account cannot be closed here",
  /** Leads to whom to write to. */
  ask: "Ask for help",
  against: {
    external:
      "Your account comes from the application you sign in through. The people who run that application can close it.",
    vouched:
      "An application signed you in here, for one of your organizations. To close your account, sign out and sign in here yourself.",
    administers: "You administer this service. Somebody else who does must take that from you first.",
    organization: (name: string) =>
      `${name} does not let its people close their accounts. Ask the people who look after it there.`,
    last_admin: (name: string) =>
      `Nobody else administers ${name}. Make somebody else its administrator first, or ask the people who run this service.`,
    elsewhere:
      "Another organization you belong to does not let you, or needs you. Ask the people who run this service.",
  },
  closedTitle: "Your account is closed",
  closed: ["Your account is closed, and what was kept of you is erased.", "You can close this page."],
};
