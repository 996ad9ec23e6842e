// Owns what of AWS's words is told back to whoever pasted them: only what is known to be harmless. Taking secrets out finds
// those that look like one or stand behind a name; a pass phrase looks like any sentence. So each word must be one that AWS's
// errors are made of, a name of this flow, an ARN, an action or a short number; whatever else stood there is left out. Pure.

import { mark } from "./dropped_secrets.ts";
import { knownOperations } from "./known_operations.ts";

/** Stands where something was left out. */
const gap = "…";

// What AWS's errors about these calls are written with. A word that is missing here costs a gap in what is told, and nothing of
// the explanation, which is found before.
const sentenceWords = `
a able about access account accounts action actions after again all allowed already also an and another any api application
applications are argument arn as assigned assignment at attribute attributes audience authentication authorization authorize
authorized authorizer aws bad based be because been before being belong belongs between body boundary but by call called
caller calling can cannot change changed characters check claim claims client code condition configuration configured conflict
constraint contact contains context control could create created credential credentials customer date decrypt default delete
deleted denied deny denies detected did different disabled does duration during each empty enable enabled endpoint entity error
errors exceed exceeded exceeds exist existing exists expected expiration expired explicit explicitly fail failed failure field
fields following for format forbidden found from given grant group had has have header http https iam id identifier identity
identity-aware identity-based if implicit in includes included incorrect index input instance insufficient internal invalid is issued issuer
it its jwt key keys kms later least length less license limit limits list long longer malformed management many matches
match maximum may member message method minimum missing more most must name names near need needs new no none not null
number of on once one only operation or organization organizations other out owner parameter parameters pass passed pattern
perform permission permissions permissionsboundary permitted please policies policy principal process profile provide provided
provider query quota rate reached redeemed refresh refused region regular expression rejected request requested requests require
required requires reset resource resource-based resources response retry retriever role roles root same satisfy scope scopes
search security see sender server service services session set should sign signature signed signing size slow some specified
state status still string subject subscription such support supported sure tag tags temporary than that the there these this
throttled throttling time timed timestamp to token tokens too trust trusted try type unable unauthorized unavailable under
unexpected unknown unrecognized unsupported until up url use used user users using valid validate validation value values verify
version via was web were when where which while who will with within without wrong you your
`;

// Members of the calls' inputs and answers, which validation names.
const memberNames = `
accessToken actionConfigurations applicationArn applicationId assertion attributeFilter attributeName authenticationDetail
authorizationMode claimAttributePath clientId clientToken codeVerifier contentSource contextAssertion dataAccessorId displayName
DurationSeconds externalId ExternalId externalIds filterConfiguration grantType identityStoreAttributePath IdentityStoreArn
idcTrustedTokenIssuerArn InstanceArn issuerUrl jwksRetrievalOption maxResults MaxResults nextToken oidcJwt
oidcJwtConfiguration OidcJwtConfiguration Policy PolicyArns principal ProvidedContexts providedContexts ProviderArn queryText
redirectUri refreshToken requestedTokenType retrieverId roleArn RoleArn roleSessionName RoleSessionName SourceIdentity
subjectToken subjectTokenType Tags TransitiveTagKeys TrustedTokenIssuerConfiguration TrustedTokenIssuerType UserId
`;

const known: ReadonlySet<string> = new Set(
  [...sentenceWords.split(/\s+/), ...memberNames.split(/\s+/), ...knownOperations.map(({ name }) => name)]
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase()),
);

const harmless: readonly RegExp[] = [
  /^\d{1,3}$/,
  /^arn:aws[a-z-]{0,20}:[a-z0-9-]{0,40}:[a-z0-9-]{0,30}:(?:\d{12}|aws)?:[\w+=,.@/:*-]{1,300}$/,
  /^(?:sts|sso|sso-oauth|sso-directory|identitystore|qbusiness|kms|iam|organizations):(?:[A-Z][A-Za-z]{2,60}|\*)$/,
];

/**
 * What may be told of a sentence.
 *
 * @param words without secrets (`dropSecrets`), and bounded
 * @returns the same with gaps for what nobody here knows
 */
export function toldWords(words: string): string {
  const told = words.split(/\s+/).map((word) => {
    // Without the name and the quotes around it, whoever wrote them.
    if (word.includes(mark)) return mark;
    const [, before = "", core = "", after = ""] = /^([("'[]{0,3})(.*?)([)"'\],.:;]{0,5})$/.exec(word) ?? [];
    return core === "" || isKnown(core) ? word : `${before}${gap}${after}`;
  });
  return told
    .filter((word, at) => word !== gap || told[at - 1] !== gap)
    .join(" ")
    .trim();
}

const isKnown = (core: string): boolean =>
  harmless.some((form) => form.test(core)) ||
  core.split(/[./]/).every((part) => known.has(part.toLowerCase()) && part !== "");

/** Whether something is the name of an error, by its form: whatever stands where a name does is told by nobody. */
export const isErrorName = (name: string): boolean =>
  /^[A-Z][A-Za-z]{2,60}(?:Exception|Error|Denied|Failure|Fault|Throttling|Mismatch)$/.test(name) ||
  isCommonName(name);

// Of the protocols and the network, which end in anything.
const isCommonName = (name: string): boolean =>
  /^(?:ExpiredToken|InvalidClientTokenId|SignatureDoesNotMatch|IncompleteSignature|RequestExpired|RequestTimeTooSkewed|RequestInTheFuture|MissingAuthenticationToken|OptInRequired|MalformedPolicyDocument|PackedPolicyTooLarge|Throttling|ServiceUnavailable|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN)$/.test(
    name,
  );
