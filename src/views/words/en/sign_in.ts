// Owns the English of the pages of a sign-in: who one is, for which organization, and what an application gets.

/** Signing in. */
export const signIn = {
  title: "Sign in",
  failedTitle: "Sign-in failed",
  lead: ({
    application,
    organization,
  }: {
    application?: string | undefined;
    organization?: string | undefined;
  }) =>
    [
      application === undefined ? "with your account" : `to continue to ${application}`,
      ...(organization === undefined ? [] : [`at ${organization}`]),
    ].join(" "),
  email: "E-mail address",
  password: "Password",
  submit: "Sign in",
  stay: "Stay signed in on this device",
  stayHint: "Not on a device that others use too.",
  forgot: "Forgot your password?",
};
