// Owns how the console tells what the doctor found: each check with its rules, why it matters and what to do; where the doctor
// names a command, the page that does the same. Pure.
import type { Finding } from "../onboarding/doctor/finding.ts";
import type { Check } from "../views/console_pages.ts";

const keys = "See the page Signing keys: it says what each key is doing, and what may be done next.";
const applications = "See the application on the page Applications";

/** What to do, by the name of the check, where the doctor says it by a command. */
const onPages: Readonly<Record<string, string>> = {
  secrets: "Put the former secret back behind the new one, then seal the keys anew on the command line.",
  factor_secrets:
    "Keep the former secret behind the new one, or put it back, and seal the keys anew on the command line. If it is lost: people sign in with a recovery code, or their second factors are taken away on their page.",
  key_rotation: keys,
  keys: `${keys} Find out what served this document.`,
  signing_key: `${keys} Make sure the address leads to this installation and no cache outlives max-age.`,
  aws_client: `${applications}: it must have the client id that is registered with AWS, be enabled, and sign with RS256.`,
  domain_policy:
    "Turn TTI_REQUIRE_VERIFIED_DOMAIN on, and have each customer's domains proven, on the organization's page.",
  tenant_domains:
    "Claim the domain on the organization's page, set the DNS record that it shows, and have it looked at.",
  login_page:
    "Set TTI_LOGIN_URL, or let its people sign in here: on the organization's page, where they sign in.",
  sign_in_attacks:
    "See of what and from where on the page Activity, by the types sign_in.attacked and attack.noticed.",
  logouts:
    "See the application on the page Applications: it is told at the address for logouts that stands there. Which logouts, and why, is read on the command line.",
  outbox: "See which and why on the page Mail; what was given up can be tried again there.",
  shared_addresses: "Keep one of these accounts: look for the address on the page People.",
  "aws.context": "A real exchange shows it: try a data accessor below.",
  "aws.exchange": "A real exchange shows it: try a data accessor below.",
  "tenant.token": "See the person's page and the organization's: they say what is missing.",
  "tenant.accessor":
    "See which data accessors the organization has on its page, or enter what the customer sent.",
  "tenant.client": `${applications} of your back end: say there that it acts for the organization.`,
};

const isCommand = (text: string | undefined): boolean => text !== undefined && /\btti [a-z]/.test(text);

/** One finding as a row of a page. */
export function shownFinding({ check, outcome, message, cause, fix, rules }: ShownFinding): Check {
  const numbers = rules.length === 0 ? "" : ` (${rules.join(", ")})`;
  const seen = isCommand(message) ? message.replace(/[;,.]? ?\btti [a-z].*$/, "") : message;
  if (outcome === "passed" || outcome === "information") {
    return { state: "ok", text: `${check}: ${seen}${numbers}` };
  }
  const page = onPages[check];
  return {
    state: outcome === "failed" ? "bad" : "warn",
    text: `${check}: ${seen}${numbers}`,
    why: cause,
    fix: isCommand(fix) ? (page ?? "The people who run the command line see what to do there.") : fix,
  };
}

/** A finding as an operation answers it. */
export type ShownFinding = Omit<Finding, "rules" | "cause" | "fix"> & {
  rules: readonly string[];
  cause?: string | undefined;
  fix?: string | undefined;
};
