// Owns what a person sees when something fails, in the words and the order of the page on troubleshooting. What each
// symptom means is not written here: scripts/troubleshooting_page.ts asks the decoder, the catalogues and the doctor's rules.

const denied = (action: string): string =>
  `An error occurred (AccessDenied) when calling the AssumeRole operation: User: … is not authorized to perform: ${action} on resource: …`;
const occurred = (name: string, operation: string, words = ""): string =>
  `An error occurred (${name}) when calling the ${operation} operation: ${words}`.trimEnd();

/** What AWS's tools and SDKs print, by the call; each is given to the decoder as it stands. */
export const printed: Readonly<Record<string, readonly string[]>> = {
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
    occurred("ExpiredTokenException", "ListInstances"),
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
export const atSignIn = [
  "email_domain_not_verified",
  "email_not_verified",
  "not_a_member",
  "tenant_not_vouched",
  "factor_required",
  "passkey_required",
  "account_disabled",
  "tenant_disabled",
  "login_method_not_allowed",
  "sign_in_expired",
  "too_many_attempts",
  "signing_unavailable",
] as const;

/** What fails without an error that says why, by the doctor's checks that tell. */
export const silent: readonly {
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
    see: "Somebody seems to be guessing passwords",
    checks: ["sign_in_attacks"],
    else: "[operations.md](../operations.md#somebody-guesses-passwords) says what slows them down",
  },
  {
    see: "People do not get their mail",
    checks: ["mail_server", "outbox"],
    else: "[mail.md](../mail.md#the-outbox) says what becomes of a mail",
  },
  {
    see: "Everybody's code of the authenticator app is refused",
    checks: ["factor_secrets", "clock"],
    else: "[keys.md](../keys.md) says when a former secret may be dropped",
  },
  {
    see: "Somebody signed out, and an application goes on",
    checks: ["logouts"],
    else: "`tti session logouts` says what each application answered",
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
