// Owns the English of what every page for persons has around it.

/** Around every page. */
export const frame = {
  /** In place of a name where nobody chose one. */
  service: "Sign-in service",
  skip: "Skip to content",
  help: "Help",
  signOut: "Sign out",
  cancel: "Cancel",
  back: "Back",
  /** Before the organization whose pages these are. */
  forOrganization: "for",
  privacyPolicy: "Privacy policy",
  termsOfService: "Terms of service",
  /** Begins the title of a page that tells what was wrong. */
  errorTitle: (title: string) => `Error: ${title}`,
  /** Before the stable code of a refusal. */
  code: "Code",
  /** Read aloud for where a page lies below others. */
  breadcrumb: "Breadcrumb",
  /** What more may be done. */
  more: "More",
};

/** Ways on from a page that ends. */
export const ways = {
  anotherAccount: "Sign in with another account",
  backTo: (application: string) => `Go back to ${application}`,
  goTo: (application: string) => `Go to ${application}`,
  account: "Your account",
  signInToAccount: "Sign in to your account",
  proveAddress: "Confirm your address",
  backToSignIn: "Back to signing in",
};

/** In the parts that pages are put together from. */
export const parts = {
  /** Of a list: the page before, and the one after. */
  previous: "Previous",
  next: "Next",
  search: "Search",
  showAll: "Show all",
  /** Beside a text that is to be copied. */
  selectsAll: "(one click selects all)",
  /** Above what nobody can show again. */
  once: "Shown this once.",
  stored: "I have stored it",
  /** Beside the field of a password: shows what was typed, and hides it. */
  showPassword: "Show password",
  hidePassword: "Hide password",
};
