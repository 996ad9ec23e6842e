// Owns what a person reads when something fails: what happened, why, and what to do, by the code. Organization,
// sign in, application: the words of people. What only a developer can use stands below it, in small print.

/** A fault in a person's words. */
export interface FaultWords {
  /** What happened, as the page's title. */
  title: string;
  /** Why, where a person can know. */
  why?: string;
  /** What to do. */
  todo: string;
}

/** Words as looked up. */
export interface FoundWords extends FaultWords {
  /** False where a code has no words of its own. */
  known: boolean;
}

const startAgain = "Go back to the application and start again.";
const overWords: FaultWords = {
  title: "This sign-in is over",
  why: "It was finished already, took too long, or was begun in another browser.",
  todo: "Go back to the application and sign in from there.",
};
const laterWords: FaultWords = {
  title: "We cannot answer right now",
  why: "Something this service needs does not respond.",
  todo: "Try again in a minute.",
};
const brokenWords: FaultWords = {
  title: "Something broke on our side",
  todo: "Try again in a minute. If it stays, tell your help desk the request id below.",
};
const askTheApplication =
  "Tell the people who run the application; what they need to know stands below. Nothing you did is wrong.";

/** What is told to people who need have no account here: none is offered to them. */
export const withoutAccount: readonly string[] = [
  "onboarding_link_over",
  "onboarding_link_used",
  "onboarding_no_cookie",
];

const words: Readonly<Record<string, FaultWords>> = {
  sign_in_expired: overWords,
  login_challenge_not_found: overWords,
  not_a_member: {
    title: "Your account has no access here",
    why: "It does not belong to the organization this sign-in is for.",
    todo: "Sign in with another account, or ask your organization's administrator to add this one.",
  },
  email_domain_not_verified: {
    title: "Your e-mail address cannot be used yet",
    why: "Your organization has not yet proven that it owns the address's domain.",
    todo: "Ask your organization's administrator to finish that.",
  },
  email_not_verified: {
    title: "Your e-mail address is not confirmed",
    todo: "Ask your organization's administrator to confirm it.",
  },
  tenant_not_vouched: {
    title: "This sign-in does not open that organization",
    todo: "Sign in again, for that organization.",
  },
  onboarding_link_over: {
    title: "This link is over",
    why: "It is too old, was followed by a newer one or ended by the people who sent it, was begun in another browser, or was not copied whole.",
    todo: "Open it once more from the message it came in, the newest one, in the browser in which you began. Otherwise ask the people who sent it for another: what was done is kept.",
  },
  onboarding_link_used: {
    title: "This link was used in another browser",
    why: "A link counts for the first browser that begins with it.",
    todo: "Go on in that browser. If it is gone, or it was not you, ask the people who sent the link for another: it ends this one, and what was done is kept.",
  },
  onboarding_no_cookie: {
    title: "This browser keeps no cookies",
    why: "Without one it could not go on from page to page. The link was not used.",
    todo: "Allow cookies for this address, then open the link again.",
  },
  link_over: {
    title: "This link counts no more",
    why: "It was used, is too old, was not copied whole, or something has ended it since: a new password, for one.",
    todo: "Ask for another: on the sign-in page, or from whoever invited you.",
  },
  account_disabled: {
    title: "This account is switched off",
    todo: "Ask your organization's administrator.",
  },
  tenant_disabled: {
    title: "This organization is switched off",
    todo: "Ask the people who run the application.",
  },
  login_method_not_allowed: {
    title: "Your organization signs in elsewhere",
    todo: "Go back to the application and choose your organization there.",
  },
  unauthenticated: {
    title: "You are not signed in",
    why: "Your session has ended, or the sign-in was not completed.",
    todo: "Sign in again.",
  },
  forbidden: {
    title: "This form was not accepted",
    why: "It was sent from another page than ours.",
    todo: startAgain,
  },
  too_many_attempts: {
    title: "Too many attempts",
    why: "There were many failed sign-ins in a short time.",
    todo: "Wait a little, then try again.",
  },
  not_found: {
    title: "There is no such page",
    todo: "Check the address, or go back to the application you came from.",
  },
  invalid_input: {
    title: "This request could not be read",
    todo: startAgain,
  },
  invalid_request: {
    title: "The application asked in a way we cannot answer",
    todo: `${startAgain} If that does not help, tell the people who run it what stands below.`,
  },
  invalid_client: {
    title: "This application is not known here",
    todo: askTheApplication,
  },
  invalid_redirect_uri: {
    title: "The application gave a wrong way back",
    why: "It asked to send you to an address that it has not registered, so you stay here.",
    todo: askTheApplication,
  },
  access_denied: {
    title: "The sign-in was cancelled",
    todo: "Go back to the application to start again.",
  },
  unavailable: laterWords,
  temporarily_unavailable: laterWords,
  signing_unavailable: laterWords,
  internal_error: brokenWords,
  server_error: brokenWords,
};

/** The words for a code; what has none is said in general, and the small print holds the rest. */
export function faultWords(code: string): FoundWords {
  const found = Object.hasOwn(words, code) ? words[code] : undefined;
  if (found !== undefined) return { ...found, known: true };
  return {
    known: false,
    title: "This could not be done",
    todo: `${startAgain} If that does not help, tell your help desk what stands below.`,
  };
}

/** What a page of the sign-in says of a fault where that differs from the error page of the same code. */
const signInWords: Readonly<Record<string, string>> = {
  invalid_credentials:
    "This e-mail address and password do not belong together. Check both, or ask your administrator for a new password.",
  account_disabled: "This account is disabled. Ask your organization's administrator.",
  email_domain_not_verified:
    "Your organization has not yet proven that it owns the domain of your e-mail address. Ask your administrator to finish that, then sign in again.",
  email_not_verified:
    "Your e-mail address has not been confirmed. Ask your administrator to confirm it, then sign in again.",
};

/**
 * Why a sign-in failed, for the pages of the sign-in: what is so, and what a person can do.
 * @param waitSeconds how long to wait, where that helps
 */
export function signInFault(code: string, waitSeconds?: number): string {
  if (waitSeconds !== undefined) {
    const wait = `${waitSeconds} ${waitSeconds === 1 ? "second" : "seconds"}`;
    return `${faultWords(code).title}. Wait ${wait}, then try again.`;
  }
  if (Object.hasOwn(signInWords, code)) return signInWords[code] ?? "";
  const { title, why, todo } = faultWords(code);
  return [`${title}.`, why, todo].filter((one) => one !== undefined).join(" ");
}
