// How step 4, SearchRelevantContent, fails. An empty result is no failure: the user may see none of the documents.

import type { ExchangeStep } from "../errors.ts";
import type { AwsFailure } from "./aws_failure.ts";
import { accessDenied, type FailureContext, type FailureRow, named } from "./failure_row.ts";

const step4: readonly ExchangeStep[] = ["search-relevant-content"];

export const searchFailures: readonly FailureRow[] = [
  {
    code: "credentials_expired",
    steps: step4,
    matches: named(
      "ExpiredTokenException",
      "ExpiredToken",
      "InvalidClientTokenId",
      "UnrecognizedClientException",
    ),
    title: "AWS no longer takes the session's credentials",
    causes: () => ["the session ended or was revoked", "this machine's clock is wrong"],
    fix: () =>
      "The client fetches new credentials once by itself; if this stays, check the clock and the role.",
    recovery: "new-credentials",
  },
  {
    code: "search_denied",
    steps: step4,
    matches: accessDenied,
    title: "Q Business denies the search",
    causes: deniedCauses,
    fix: () =>
      "The customer checks the data accessor's principal, External Id and users; the ISV checks the role's policy. A removed permission or data accessor: setup.sh of the customer's pack, run again, says what it found and makes what is missing.",
    recovery: "new-credentials",
  },
  {
    code: "license_inactive",
    steps: step4,
    matches: named("LicenseNotFoundException"),
    title: "the customer's Q Business subscription is not active",
    causes: () => ["the subscription was cancelled or never activated"],
    fix: () => "The customer activates the subscription in the Q Business console.",
    recovery: "none",
  },
  {
    code: "search_target_not_found",
    steps: step4,
    matches: named("ResourceNotFoundException"),
    title: "Q Business does not know the application or retriever",
    causes: ({ applicationId, qRegion }) => [
      `qRegion (${qRegion ?? "not set"}) is not the region of the Q Business application`,
      `applicationId (${applicationId ?? "not set"}) or retrieverId is wrong or deleted`,
    ],
    fix: () =>
      "Ask the customer for application id, retriever id and region again (Information for data accessor). A deleted data accessor: setup.sh of the customer's pack, run again, says what it found and makes what is missing.",
    recovery: "none",
  },
  {
    code: "search_invalid",
    steps: step4,
    matches: named("ValidationException"),
    title: "Q Business found the search invalid",
    causes: () => [
      "the attribute filter names an attribute or type the index does not have",
      "maxResults is not 1–100",
      "nextToken is too old",
    ],
    fix: () => "Read the text of the cause: it names the field.",
    recovery: "none",
  },
];

/** AWS has one text for users it does not serve; a denial by policy comes in others. What it is not comes after. */
function deniedCauses(context: FailureContext, failure: AwsFailure): readonly string[] {
  const { roleArn, tenantId, applicationId, token } = context;
  const byUser = [
    `${token?.email ?? "the user"} has no Q Business subscription in the customer's application, or is not among the data accessor's users`,
    "the session carries no identity context (plain role credentials)",
  ];
  const byPolicy = [
    `application ${applicationId ?? "(not set)"} has no resource policy statement for ${roleArn ?? "the role"} (associate-permission)`,
    `the statement's condition expects another qbusiness-dataaccessor:ExternalId than ${tenantId ?? "the tenant's"}`,
    "the customer's KMS key policy does not name the role",
    "the customer revoked the data accessor, or a policy on the ISV's side denies qbusiness:SearchRelevantContent",
  ];
  const aboutUser = /not authorized for this service call/i.test(failure.text);
  return aboutUser ? [...byUser, ...byPolicy] : [...byPolicy, ...byUser];
}
