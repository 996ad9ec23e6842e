// Owns the English of the pages on which a person looks after their own account.

/** The account as a whole. */
export const account = {
  title: "Your account",
  /** By the pages' names. */
  tabs: {
    account: "Overview",
    password: "Password",
    email: "E-mail address",
    applications: "Applications",
    done: "Done for you",
    passkeys: "Passkeys",
    factors: "Second step",
    sessions: "Sign-ins",
    data: "Your data",
  },
  back: "Back to your account",
  /** Above what was wrong with a form. */
  nothingChanged: "Nothing was changed",
  again: "You had to sign in first, so nothing was changed yet. Please send it once more.",
  otherPerson:
    "Somebody else was signed in when that page was opened, so nothing was changed. This is your own account.",
};

/** Who the person is, and where they belong. */
export const overview = {
  you: "You",
  name: "Name",
  email: "E-mail",
  verified: "verified",
  notVerified: "not verified",
  mailReturned: "Mail to this address comes back. See what to do",
  changeName: "Change your name",
  sayName: "Say your name",
  organizations: "Your organizations",
  none: "You belong to none yet.",
};

/** Changing one's name. */
export const nameForm = {
  title: "Your name",
  told: "Applications and your organizations are told it.",
  label: "Name",
  submit: "Save",
  changed: "Your name is changed.",
  same: "Your name stays as it is.",
};

/** Changing one's password. */
export const passwordForm = {
  title: "Password",
  lead: "With a new one you are signed out everywhere but here.",
  current: "Current password",
  password: "New password",
  submit: "Change the password",
  changed: "Your password is changed. Wherever else you were signed in, you are no more.",
  none: [
    "You have no password here: you sign in through an application, or in another way.",
    "There is nothing to change on this page.",
  ],
};

/** Where something is changed that is not changed here: what comes from an application, and what one signed in for by it. */
export const notHere = {
  name: {
    external: [
      "Your name comes from the application you sign in through, and is changed there.",
      "If you find no place for it, ask the people who run that application.",
    ],
    vouched: [
      "An application signed you in here, for one of your organizations. Your name is for all of them.",
      "To change it, sign out and sign in here yourself.",
    ],
  },
  password: {
    external: [
      "Your password comes from the application you sign in through, and is changed there.",
      "If you find no place for it, ask the people who run that application.",
    ],
    vouched: [
      "An application signed you in here, for one of your organizations. Your password is for all of them.",
      "To change it, sign out and sign in here yourself.",
    ],
  },
};

/** When applications may act for somebody, by the organization's policy. */
export const presence = {
  session: "Applications may act for you only while you are signed in.",
  within: (hours: number) =>
    `Applications may act for you up to ${hours} ${hours === 1 ? "hour" : "hours"} after your last sign-in.`,
  offline: "Applications may act for you while you are away, if you allow it under Applications.",
  never: "Applications may never act for you while you are away.",
};

/** What a person gave to applications. */
export const applications = {
  title: "Applications",
  agreements: "Acting for you while you are away",
  /** An application at an organization. */
  at: ({ application, organization }: { application: string; organization: string }) =>
    `${application} at ${organization}`,
  allowedSince: (day: string) => `Allowed since ${day}`,
  notAllowed: "Not allowed",
  /** Of an agreement that is given no longer. */
  endedOn: (day: string) => `Ended on ${day}`,
  /** Above those that ended. */
  endedTitle: "No longer allowed",
  allow: "Allow",
  takeBack: "Take back",
  /** Read aloud after "Take back". */
  whatItMay: ({ application, organization }: { application: string; organization: string }) =>
    `what ${application} may at ${organization}`,
  letIn: "Applications you let in",
  letInNone: "You let no application of another vendor have anything.",
  sinceItMay: (day: string) => `Since ${day}. It may:`,
  policySays: "It is as your organizations say; they ask for no agreement of yours.",
  noneAsked: "No application may, and none has asked.",
  noneCanAsk: "No application may, and none can ask.",
  nothing: "Nothing was changed: this is no longer on offer. The list below is as it is now.",
  ended: "The application has nothing of yours any more. It asks you anew.",
  mayNow: ({
    application,
    organization,
  }: {
    application?: string | undefined;
    organization?: string | undefined;
  }) =>
    `${application ?? "The application"} may now act for you${
      organization === undefined ? "" : ` at ${organization}`
    } while you are away.`,
  mayNoLonger: ({
    application,
    organization,
  }: {
    application?: string | undefined;
    organization?: string | undefined;
  }) =>
    `${application ?? "The application"} may no longer act for you${
      organization === undefined ? "" : ` at ${organization}`
    } while you are away.`,
};

/** A day, in the time of the world. */
export const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
