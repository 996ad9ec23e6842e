// Owns the English of a person's e-mail address: proving it, and changing it.

/** A person's address. */
export const address = {
  confirmTitle: "Confirm your new address",
  confirmHeading: "Change your address?",
  confirmLead: ({ from, to }: { from: string; to: string }) => `From ${from} to ${to}.`,
  confirmWhat:
    "From then on you sign in with the new address, and the password you have. You are signed out everywhere else, and both addresses are told.",
  confirmNot: "If you did not ask for it, close this page: nothing changes.",
  confirm: "Yes, change it",
  changed: "Your address is changed",
  changedTo: (email: string) => `From now on you sign in with ${email}, and the password you have.`,
  signedOut: "Wherever else you were signed in, you are no more. Word of it went to both addresses.",
  signInFirst: "Sign in first",
  signInFirstWhy:
    "The address is changed where the person is signed in whose account it is. Nothing was changed.",
  signInFirstTodo:
    "Sign in to your account in this browser, then open the link from the mail once more: it still counts. If you asked for no other address, do nothing.",
  taken: "This address has an account by now",
  takenWhy: "Since you asked for it, somebody else came to have this address here, so nothing was changed.",
  takenTodo:
    "You sign in as before. If that account is yours as well, ask the people who run the service to put the two together.",
  loses: ({ to, organizations }: { to: string; organizations: string }) =>
    `With ${to} you cannot sign in to ${organizations} until its domain is proven there.`,
  opensNone: ({ to, organizations }: { to: string; organizations: string }) =>
    `With ${to} you could not sign in any more: its domain is not proven at ${organizations}. Ask the administrator there to prove it first. Nothing was changed.`,
  opensNoneTitle: "This address would shut you out",
  opensNoneWhy: (organizations: string) =>
    `The domain of the new address is not proven at ${organizations}, so nothing was changed.`,
  opensNoneTodo: "Ask the administrator there to prove the domain, then open the link once more.",
  title: "E-mail address",
  now: "You sign in with",
  proven: "confirmed",
  notProven: "not confirmed",
  proveLead:
    "Nobody has confirmed yet that this address is yours. Until then applications are not told it, and a forgotten password cannot be mailed to you.",
  returned:
    "Mail to this address comes back: nobody gets it there. You would miss news of your account, and a new password.",
  returnedLead:
    "If the address is right and works again, use the link that is sent there. Otherwise change it.",
  prove: "Send me the link",
  proveSent: (email: string) =>
    `A mail with a link is on its way to ${email}. Open it and confirm; it counts for a day. Nothing there? Look into the folder for unwanted mail.`,
  proveDone: "Your address is confirmed already.",
  wanted: "New e-mail address",
  wantedHint: "A link goes there. Until you use it, nothing changes; the address you have is told.",
  change: "Change the address",
  sent: (email: string) =>
    `If the address can be yours, a mail with a link is on its way to ${email}; it counts for a day, and once. Until you use it you sign in as before.`,
  wantedWrong: "This is no e-mail address, or none that is taken here. Write it like jane@example.com.",
  wantedSame: "This is the address you have. Type the one you want.",
  tooOften: (minutes: number) =>
    `That was asked for often enough for now; the mails before may lie in the folder for unwanted mail. Else wait ${minutes === 1 ? "a minute" : `${minutes} minutes`}.`,
  external: "Your address comes from the application you sign in through, and is changed there.",
  externalTodo: "If you find no place for it, ask the people who run that application.",
  administrator: "You administer this service. An owner changes the address of whoever does.",
  noMail: "This service sends no mail, so an address cannot be confirmed here. Ask the people who run it.",
  handoff:
    "An application signed you in here, for one of your organizations. Your address is for all of them.",
  handoffTodo: "To change it, sign out and sign in here yourself.",
};
