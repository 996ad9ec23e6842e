// Owns how the portal tells an organization's administrator of a trial and of errors: what is theirs to mend, with what to do
// in their own consoles; and of everything else no more than that it is the service's. What is not listed is the service's. Pure.
import { faultWords } from "../views/fault_words.ts";
import { wordsIn } from "../views/words/languages.ts";

const again = "Run setup.sh of the pack again: it says what it found and makes what is missing.";

/** What an administrator of an organization can mend, by code: what it is, and what to do. */
const theirs: Readonly<Record<string, { what: string; fix: string }>> = {
  presence_required: {
    what: "Your presence policy does not let an application act for this person now.",
    fix: "Let the person sign in, or choose yourself; the policy stands under Presence.",
  },
  not_a_member: {
    what: "The person is no member of your organization.",
    fix: "Add them, under People.",
  },
  email_domain_not_verified: {
    what: "The person's address lies in no domain your organization has proven.",
    fix: "Prove the domain, under Domains.",
  },
  email_not_verified: {
    what: "The person's address is not confirmed yet.",
    fix: "Let the person sign in at the application, or ask the people who run the service to confirm it.",
  },
  account_disabled: {
    what: "The person's account is switched off.",
    fix: "Ask the people who run the service why.",
  },
  wrong_idc_region: {
    what: "Your IAM Identity Center lives in another region than the details say.",
    fix: "Open IAM Identity Center in the AWS console: the region stands in the address. Enter the details anew with it.",
  },
  idc_application_unknown: {
    what: "IAM Identity Center does not know the application that the details name.",
    fix: `Copy the ARN again from the Amazon Q Business console: Data accessors, the accessor, “Information for data accessor”. If the data accessor was deleted, make it anew. ${again}`,
  },
  grant_not_configured: {
    what: "The data accessor does not take tokens of this service.",
    fix: `In the Amazon Q Business console open the data accessor: its authentication must be the trusted token issuer you made for this service, with the audience you were given. ${again}`,
  },
  token_rejected: {
    what: "IAM Identity Center does not take the token, or does not know the person.",
    fix: `Look in this order: is there a user of exactly this e-mail address in IAM Identity Center; is the trusted token issuer's URL, without a slash at its end, the one you were given; does it map email to emails.value; is the audience of the data accessor the one you were given. ${again}`,
  },
  user_not_assigned: {
    what: "IAM Identity Center knows the person, and does not let them use the application.",
    fix: `Assign the person, or a group they are in, to the Amazon Q Business application, and give them a subscription there. ${again}`,
  },
  exchange_invalid: {
    what: "IAM Identity Center found the request invalid: mostly the ARN of the details.",
    fix: "Copy the ARN again from “Information for data accessor”, whole.",
  },
  kms_denied: {
    what: "The key that encrypts your data does not let the service in.",
    fix: "Allow the service's role in the key policy, as AWS describes it for IAM Identity Center and Amazon Q Business with a key of your own.",
  },
  search_denied: {
    what: "Amazon Q Business denies the search.",
    fix: `Look in the Amazon Q Business console: the data accessor must exist, its External Id be the one that the pack names, and the person have an active subscription. ${again}`,
  },
  license_inactive: {
    what: "The Amazon Q Business subscription is not active.",
    fix: "Activate it in the Amazon Q Business console.",
  },
  search_target_not_found: {
    what: "Amazon Q Business does not know the application or the retriever of the details.",
    fix: `Copy the application's id, the retriever's id and the region again from “Information for data accessor”. ${again}`,
  },
  slow_down: {
    what: "Your IAM Identity Center takes no more exchanges this second.",
    fix: "Try again in a moment.",
  },
  too_many_requests: { what: "AWS limits these calls just now.", fix: "Try again in a moment." },
  aws_unavailable: { what: "AWS has a fault of its own just now.", fix: "Try again later." },
  set_up_denied: {
    what: "AWS does not let whoever ran the command do this in your account.",
    fix: "Run it as an administrator of the AWS account that holds your IAM Identity Center. If you are one, a policy of your AWS organization denies it.",
  },
  set_up_credentials: {
    what: "Your sign-in at AWS has ended, or AWS does not know the key it was made with.",
    fix: "Sign in to the AWS console again, open AWS CloudShell there, and run the same command once more.",
  },
  set_up_exists_already: {
    what: "What the command makes exists already.",
    fix: `Nothing is wrong if it is the same. ${again}`,
  },
  set_up_quota: {
    what: "There are as many of them as AWS allows: 10 trusted token issuers, or 10 data accessors.",
    fix: "Delete one that nobody uses any more, in the AWS console.",
  },
  set_up_not_found: {
    what: "AWS does not know what the command names in that region.",
    fix: `Look which region IAM Identity Center and the Amazon Q Business application live in: it stands in the address of the AWS console. ${again}`,
  },
  set_up_issuer_invalid: {
    what: "AWS does not take the trusted token issuer's URL, or its mapping.",
    fix: "Enter the URL exactly as the pack names it, and map email to emails.value.",
  },
  set_up_external_id_invalid: {
    what: "AWS does not take the External Id.",
    fix: "Enter it exactly as it is shown under Data accessors here.",
  },
  set_up_name_invalid: {
    what: "AWS does not take the name.",
    fix: "Choose a name of letters, digits, - and _, without spaces.",
  },
  set_up_invalid: {
    what: "AWS does not take one of the values you entered.",
    fix: `The message names the field. Enter it as the pack names it. ${again}`,
  },
  token_already_redeemed: {
    what: "AWS has seen this token before.",
    fix: "Try again: each trial makes a new one.",
  },
};

/** What everything else is told as. */
const services = {
  what: "This part is the service's own, not yours.",
  fix: "Tell the people who run the service when it was: they find it in their activity.",
};

/** The codes that the details of the data accessor may be the cause of: beside them the portal shows what was entered. */
const ofDetails: ReadonlySet<string> = new Set([
  "wrong_idc_region",
  "idc_application_unknown",
  "exchange_invalid",
  "search_denied",
  "search_target_not_found",
]);

/** Whether what was entered of the data accessor may be the cause. */
export const isOfDetails = (code: string): boolean => ofDetails.has(code);

/**
 * What an administrator of an organization is told of a code that somebody copied: their own, or one that pages show to people,
 * in the pages' words; of everything else that it is the service's.
 */
export function copiedWords(code: string): { what: string; fix: string } {
  if (isTheirs(code)) return failureWords(code);
  const { known, title, why, todo } = faultWords(code, wordsIn("en"));
  return known ? { what: `${title}.`, fix: why === undefined ? todo : `${why} ${todo}` } : services;
}

/** Whether an administrator of an organization can mend what a code names. */
export const isTheirs = (code: string | undefined): boolean => Object.hasOwn(theirs, code ?? "");

/** What an administrator of an organization is told of a failure. */
export function failureWords(code: string | undefined): { what: string; fix: string } {
  return (code === undefined || !isTheirs(code) ? undefined : theirs[code]) ?? services;
}

/** The steps of a trial, in their order, by the names of the doctor's checks. */
export const trialSteps: readonly (readonly [check: string, words: string])[] = [
  ["tenant.accessor", "The details of the data accessor are entered"],
  ["tenant.client", "An application serves your organization"],
  ["tenant.token", "A token is made for the person"],
  ["tenant.tag", "AWS lets the service in for your organization"],
  ["tenant.exchange", "Your IAM Identity Center takes the token and knows the person"],
  ["tenant.context", "AWS gives the service the person's identity"],
  ["tenant.search", "Your index is searched as the person"],
];
