// Owns docs/guides/troubleshooting.md: what a person sees, and what to do about it. Only the symptoms are written here; what
// each means comes from the decoder, from the catalogue of errors, from the pages' own words and from the doctor's rules.
import {
  decodeError,
  type ErrorExplanation,
  explainCode,
  failureCatalogue,
  setUpFailures,
} from "tti-exchange";
import { errorCatalogue } from "../src/errors.ts";
import { profileRules } from "../src/onboarding/doctor/profile.ts";
import { faultWords } from "../src/views/fault_words.ts";
import { exampleFailureContext } from "./example_failure.ts";

const denied = (action: string): string =>
  `An error occurred (AccessDenied) when calling the AssumeRole operation: User: … is not authorized to perform: ${action} on resource: …`;
const occurred = (name: string, operation: string, words = ""): string =>
  `An error occurred (${name}) when calling the ${operation} operation: ${words}`.trimEnd();

/** What AWS's tools and SDKs print, by the call; each is given to the decoder as it stands. */
const printed: Readonly<Record<string, readonly string[]>> = {
  "AssumeRole, before and after the exchange": [
    denied("sts:AssumeRole"),
    denied("sts:TagSession"),
    denied("sts:SetContext"),
    occurred("ExpiredToken", "AssumeRole", "The security token included in the request is expired"),
    "operation error STS: AssumeRole, https response error StatusCode: 400, ExpiredTokenException: ",
    occurred("InvalidClientTokenId", "AssumeRole", "The security token included in the request is invalid."),
    occurred("RegionDisabledException", "AssumeRole"),
    occurred(
      "ValidationError",
      "AssumeRole",
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    ),
    occurred("ValidationError", "AssumeRole"),
    occurred("SignatureDoesNotMatch", "AssumeRole"),
    "Unable to locate credentials",
    'Could not connect to the endpoint URL: "https://oidc.….amazonaws.com/token"',
  ],
  "CreateTokenWithIAM, the exchange": [
    occurred("InvalidGrantException", "CreateTokenWithIAM"),
    "JWT is already redeemed",
    occurred("AccessDeniedException", "CreateTokenWithIAM"),
    "operation error SSO OIDC: CreateTokenWithIAM, https response error StatusCode: 403, AccessDeniedException: … is not authorized to perform: sso-oauth:CreateTokenWithIAM",
    occurred("InvalidClientException", "CreateTokenWithIAM"),
    occurred("UnauthorizedClientException", "CreateTokenWithIAM"),
    occurred("InvalidRequestRegionException", "CreateTokenWithIAM"),
    occurred("InvalidRequestException", "CreateTokenWithIAM"),
    occurred("SlowDownException", "CreateTokenWithIAM"),
    "operation error SSO OIDC: CreateTokenWithIAM, https response error StatusCode: 403, UnrecognizedClientException: ",
    occurred("InvalidGrantException", "CreateTokenWithIAM", "Invalid refresh token provided"),
    occurred("InvalidGrantException", "CreateTokenWithIAM", "Invalid authorization code"),
    occurred("AccessDeniedException", "CreateTokenWithIAM", "KMS_ACCESS_DENIED"),
    occurred("InternalServerException", "CreateTokenWithIAM"),
  ],
  "SearchRelevantContent, the search": [
    occurred(
      "AccessDeniedException",
      "SearchRelevantContent",
      "User is not authorized for this service call.",
    ),
    occurred("ResourceNotFoundException", "SearchRelevantContent"),
    occurred("ValidationException", "SearchRelevantContent"),
    occurred("LicenseNotFoundException", "SearchRelevantContent"),
    occurred("ExpiredTokenException", "SearchRelevantContent"),
    occurred("ThrottlingException", "SearchRelevantContent"),
  ],
  "The customer's set-up": [
    occurred("AccessDeniedException", "CreateTrustedTokenIssuer"),
    occurred("ConflictException", "CreateTrustedTokenIssuer"),
    occurred("ServiceQuotaExceededException", "CreateTrustedTokenIssuer"),
    occurred("ResourceNotFoundException", "CreateDataAccessor"),
    occurred(
      "ValidationException",
      "CreateTrustedTokenIssuer",
      "… 'trustedTokenIssuerConfiguration.oidcJwtConfiguration.issuerUrl' failed to satisfy constraint",
    ),
    occurred("ValidationException", "CreateDataAccessor", "… externalIds … failed to satisfy constraint"),
    occurred("ValidationException", "CreateTrustedTokenIssuer", "… at 'name' failed to satisfy constraint"),
    occurred("ValidationException", "AssociatePermission"),
  ],
};

/** What people read at the sign-in, by the code behind it. */
const atSignIn = [
  "email_domain_not_verified",
  "email_not_verified",
  "not_a_member",
  "tenant_not_vouched",
  "account_disabled",
  "tenant_disabled",
  "login_method_not_allowed",
  "sign_in_expired",
  "too_many_attempts",
  "signing_unavailable",
] as const;

/** What fails without an error that says why, by the doctor's checks that tell. */
const silent: readonly {
  readonly see: string;
  readonly checks: readonly string[];
  readonly else?: string;
}[] = [
  {
    see: "It worked for every customer, and stops for all of them at once",
    checks: ["tls", "keys", "discovery", "signing_key", "clock", "store"],
  },
  {
    see: "It fails for minutes or hours after a key was changed, then works again",
    checks: ["rotation_lead", "caching", "key_rotation"],
  },
  {
    see: "The very first exchange of a new installation is refused, for whoever it is",
    checks: ["issuer", "addresses", "aws_client", "algorithms", "sizes"],
  },
  {
    see: "The issuer answers you, and AWS cannot fetch it",
    checks: ["addresses", "host", "readiness"],
    else: "run the doctor from outside your network",
  },
  {
    see: "The provider does not start, or signs nothing",
    checks: ["settings", "secrets", "store"],
  },
  {
    see: "Nobody of one customer can sign in",
    checks: [
      "tenant.state",
      "tenant.domains",
      "tenant.people",
      "tenant_domains",
      "domain_policy",
      "login_page",
    ],
  },
  {
    see: "Two people of one customer find the same documents",
    checks: ["shared_addresses", "tenant.addresses"],
    else: "at AWS they are one person",
  },
  {
    see: "A back end is told `presence_required`",
    checks: ["presence", "tenant.presence"],
    else: "the customer agreed to no more: [minting.md](../minting.md)",
  },
  {
    see: "It works on a developer's machine and not in production",
    checks: ["aws.identity", "aws.role", "aws.tag", "aws.context", "aws.exchange"],
    else: "`tti doctor --aws`, there",
  },
  {
    see: "One customer is refused, others are not; or one person of a customer",
    checks: [
      "tenant.accessors",
      "tenant.accessor",
      "tenant.client",
      "tenant.token",
      "tenant.tag",
      "tenant.exchange",
      "tenant.context",
      "tenant.search",
    ],
    else: "`tti doctor --tenant ID --user USER`, as that person",
  },
  {
    see: "A search answers with nothing",
    checks: ["tenant.search"],
    else: "no error: the person may see none of the documents, the data accessor is limited to other data sources, or the index is empty",
  },
];

/** Every check that the page sends somebody to. */
export const checksShown: ReadonlySet<string> = new Set(silent.flatMap(({ checks }) => checks));

/** Codes of the decoder that no printed text leads to: what it says of an error that it does not know. */
export const unprinted: readonly string[] = ["aws_error"];

const explained = (text: string): readonly ErrorExplanation[] =>
  decodeError(text, exampleFailureContext).explanations;

/** Every code that some symptom of the page leads to. */
export function codesShown(): ReadonlySet<string> {
  return new Set(
    Object.values(printed)
      .flatMap((texts) => texts.flatMap(explained))
      .map(({ code }) => code),
  );
}

/** Every code that the decoder knows of AWS. */
export const codesKnown: readonly string[] = [...failureCatalogue, ...setUpFailures].map(({ code }) => code);

// The texts as they are printed are long; what tells them apart is the name, the call and the words.
function seen(text: string): string {
  const [, name = "", operation = "", words = ""] =
    /\((\w+)\) when calling the (\w+) operation: ?(.*)$/.exec(text) ?? [];
  if (name === "") return `\`${text.trim()}\``;
  const action = /is not authorized to perform: ([\w:-]+)/.exec(words)?.[1];
  return [`\`${name}\` (${operation})`, action ?? words].filter((part) => part !== "").join(": ");
}

function printedRows(texts: readonly string[]): string {
  const rows = texts.flatMap((text) =>
    explained(text).map(
      ({ code, title, causes, fix }, index) =>
        `| ${index === 0 ? seen(text) : "the same, if it is not that"} | ${title} (\`${code}\`) | ${causes[0]} | ${fix} |`,
    ),
  );
  return `| you see | it means | likeliest | do |\n|---|---|---|---|\n${rows.join("\n")}`;
}

function signInRows(): string {
  const rows = atSignIn.map((code) => {
    const { meaning, fix } = errorCatalogue[code];
    return `| ${faultWords(code).title} | ${meaning} (\`${code}\`) | ${fix} |`;
  });
  return `| the person reads | it means | do |\n|---|---|---|\n${rows.join("\n")}`;
}

function silentRows(): string {
  const rows = silent.map(({ see, checks, else: more }) => {
    const told = checks.map((check) => {
      const numbers = profileRules.filter((rule) => rule.checks.includes(check)).map(({ number }) => number);
      return `\`${check}\`${numbers.length === 0 ? "" : ` (${numbers.join(", ")})`}`;
    });
    return `| ${see} | ${told.join(", ")} | ${more ?? ""} |`;
  });
  return `| you see | the doctor's checks that tell | |\n|---|---|---|\n${rows.join("\n")}`;
}

const proof = "*Proof: [every code and check is here](../../test/docs/troubleshooting.test.ts)*";

/** The page. */
export function troubleshootingPage(): string {
  return `# Troubleshooting by what you see

<!-- Written from scripts/troubleshooting_page.ts, the decoder, src/errors.ts and the doctor's rules by \`npm run docs\`. Do not edit. -->

Two commands know more than this page, because they see your case. Give the first an error as it was printed, whole, with its
stack if it has one; secrets in it are dropped, and it is kept nowhere. The second looks at the installation, and at the issuer
from outside.

\`\`\`sh
npx --no tti doctor --error "InvalidGrantException calling CreateTokenWithIAM"
\`\`\`

\`\`\`sh
npx --no tti doctor
npx --no tti token --tenant acme --user ada@acme.com --client-key back-end.json | npx --no tti doctor --token -
npx --no tti doctor --aws --tenant acme --user ada@acme.com --client-key back-end.json
\`\`\`

In the console they are the pages *Explain an error* and *Doctor* ([console.md](../console.md#the-doctor)); a customer's administrator has
both at the portal, for their own organization ([portal.md](../portal.md#checks)). Over HTTP: \`POST /v1/error-explanations\`.

## At the sign-in

${signInRows()}

Every code of the provider: [errors.md](../errors.md). What a token endpoint answers:
[connecting-an-application.md](../connecting-an-application.md#when-it-is-refused).

${proof}

## AWS refuses

One cause stands here, the likeliest. All of them, in order, and what the client does by itself:
[exchange-failures.md](../../packages/exchange/docs/exchange-failures.md). A fault of the customer's set-up shows itself at
\`CreateTokenWithIAM\` or at the search, rarely where it was made.

${Object.entries(printed)
  .map(([title, texts]) => `### ${title}\n\n${printedRows(texts)}\n\n${proof}`)
  .join("\n\n")}

An error that is none of these: ${explainCode("aws_error")?.fix}

## Nothing says why

\`tti doctor\` names each of these checks, with what it saw, why that matters and what to do. The numbers are the rules of
[tti-profile.md](../tti-profile.md).

${silentRows()}

${proof}
`;
}
