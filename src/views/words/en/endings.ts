// Owns the English of signing out, of what one comes back to, and of the front page.

/** Signing out. */
export const signOut = {
  title: "Sign out",
  heading: "Sign out?",
  lead: ({ application, email }: { application?: string | undefined; email?: string | undefined }) =>
    `${application === undefined ? "" : `You left ${application}. `}Do you also want to sign out here${
      email === undefined ? "" : `, ${email}`
    }?`,
  yes: "Yes, sign me out",
  no: "No, stay signed in",
};

/** Signed out. */
export const signedOut = {
  title: "Signed out",
  heading: "You are signed out",
  lead: (application?: string) =>
    `Your sign-out${application === undefined ? "" : ` from ${application}`} is complete. You may close this window.`,
  back: "Go back",
  again: "Sign in again",
};

/** Asked whether to sign out, one said no. */
export const stayed = {
  title: "Still signed in",
  heading: "You are still signed in",
  lead: ({ application, email }: { application?: string | undefined; email?: string | undefined }) =>
    `${application === undefined ? "Your sign-in here stands" : `You left ${application}, and your sign-in here stands`}${
      email === undefined ? "" : `, as ${email}`
    }. Whoever uses this browser can go on as you.`,
  afterAll: "Sign out after all",
};

/** The front page. */
export const welcome = {
  title: "Sign-in service",
  heading: "This is where you sign in",
  lead: (service?: string) =>
    `Applications send you here to sign in${
      service === undefined ? "" : ` with ${service}`
    }. To use one, open that application; it brings you here by itself.`,
};
