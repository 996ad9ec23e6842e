// Owns reading an error of AWS out of the text somebody copied: from the console, the command line, an SDK's object, a
// stack of Java or Python, an XML answer, CloudTrail, or this package's own message. What it looks like depends on where
// it came from; what it says is the same few facts. Pure. Nothing is judged here.

import type { AwsFailure } from "../failures/aws_failure.ts";
import {
  type DecodedStep,
  knownOperations,
  serviceSteps,
  spellingsOf,
  stepNames,
} from "./known_operations.ts";

/** What a text says of a failed call; a member is undefined where it says nothing. */
export interface ErrorText {
  /** AWS's name of the error, `InvalidGrantException`, or the network's, `ENOTFOUND`. */
  readonly name: string | undefined;
  readonly httpStatusCode: number | undefined;
  /** AWS's own words. */
  readonly words: string;
  readonly oauthError: string | undefined;
  readonly reason: string | undefined;
  readonly region: string | undefined;
  readonly requestId: string | undefined;
  readonly operation: string | undefined;
  /** The steps it may be about, the likeliest first; none: the text does not say. */
  readonly steps: readonly DecodedStep[];
  readonly grant: "refresh_token" | "authorization_code" | undefined;
  readonly noAnswer: boolean;
  /** Words in the form of an error's code, which may be this package's own or the provider's. */
  readonly ownWords: readonly string[];
}

// How each source writes an error's name. The first that is there counts.
const namePatterns: readonly RegExp[] = [
  /An error occurred \(([\w.]{3,80})\)/,
  /\bapi error ([A-Za-z]\w{2,80}):/,
  /\bError Code:\s{0,3}([A-Za-z]\w{2,80})/,
  /\berror code ([A-Z]\w{2,80})/,
  /<Code>([A-Za-z]\w{2,80})<\/Code>/,
  /\bx-amzn-errortype['"]?\s{0,3}[:=]\s{0,3}['"]?([A-Za-z]\w{2,80})/i,
  /"__type"\s{0,3}:\s{0,3}"(?:[\w.]{1,80}#)?([A-Za-z]\w{2,80})/,
  /"errorCode"\s{0,3}:\s{0,3}"([A-Za-z]\w{2,80})"/,
  /\bAWS said ([A-Z]\w{2,80})/,
  /\bunhandled error \(([A-Z]\w{2,80})\)/,
  /['"]?\b[Cc]ode['"]?\s{0,3}[:=]\s{0,3}['"]([A-Z]\w{2,80})['"]/,
  /"name"\s{0,3}:\s{0,3}"([A-Z]\w{2,80}(?:Exception|Error|Denied))"/,
  /\b([A-Z]\w{2,80}) \((?:client|server)\):/,
];

// Names that stand by themselves: before a colon, at the end of a class, in brackets.
const bareName =
  /\b((?:AccessDenied|ExpiredToken|InvalidGrant|InvalidClient|InvalidRequest|InvalidRequestRegion|InvalidScope|UnauthorizedClient|UnsupportedGrantType|SlowDown|LicenseNotFound|ResourceNotFound|ServiceQuotaExceeded|Conflict|Validation|Throttling|TooManyRequests|InternalServer|UnrecognizedClient|RegionDisabled|PackedPolicyTooLarge|InvalidSignature)Exception|AccessDenied|ExpiredToken|InvalidClientTokenId|SignatureDoesNotMatch|IncompleteSignature|RequestExpired|RequestTimeTooSkewed|RequestInTheFuture|MissingAuthenticationToken|OptInRequired|MalformedPolicyDocument|PackedPolicyTooLarge|ValidationError|Throttling|InternalFailure|ServiceUnavailable|CredentialsProviderError|ProviderError|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|TimeoutError|IdempotentParameterMismatch)\b/;

// A name nobody here knows, beside what only an answer of AWS has.
const anyException = /\b([A-Z][A-Za-z]{2,60}Exception)\b(?=[^\0]{0,2000}?(?:\$metadata|Request ID))/;

// What a failure without an answer, or without credentials, is called where no AWS name stands in the text.
const saidOtherwise: readonly (readonly [RegExp, string])[] = [
  [/[Nn]ot authorized to perform:? [\w-]{2,40}:/, "AccessDenied"],
  [
    /Unable to locate credentials|Could not load credentials from any providers|NoCredentialsError|Unable to load (?:AWS )?credentials/i,
    "CredentialsProviderError",
  ],
  [
    /Could not connect to the endpoint URL|EndpointConnectionError|UnknownHostException|no such host|getaddrinfo|Name or service not known/i,
    "ENOTFOUND",
  ],
  [
    /ERR_HTTP2_ERROR|Connect timeout|Read timed out|connection (?:was )?(?:reset|refused|closed)/i,
    "ECONNRESET",
  ],
];

const networkNames = ["ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN", "TimeoutError"];

const oauthErrors =
  "invalid_request|invalid_client|invalid_grant|unauthorized_client|unsupported_grant_type|invalid_scope|slow_down|access_denied|expired_token|server_error";

// AWS's words, as each source frames them; the last ones are found wherever they stand.
const wordPatterns: readonly RegExp[] = [
  /error_description['"]?\s{0,3}[:=]\s{0,3}['"]([^'"\n]{1,1000})/,
  /when calling the \w{1,80} operation(?: \([^)]{1,80}\))?:[ \t]{0,3}([^\n]{1,1000})/,
  /\bapi error \w{1,80}: ([^\n]{1,1000})/,
  /<Message>([^<]{1,1000})<\/Message>/i,
  /"errorMessage"\s{0,3}:\s{0,3}"([^"\n]{1,1000})"/,
  /\bAWS said \w{1,80}: ([^\n]{1,1000}?)\. Likely cause/,
  /(User: \S{1,300} is not authorized to perform: [^\n"'<]{1,600})/,
  /(is not authorized to perform: [^\n"'<]{1,600})/,
  /(Not authorized to perform:? [\w:-]{3,80})/,
  /(User is not authorized for this service call)/i,
  /(identity-aware credentials must be passed[^\n"']{0,200})/i,
  /(JWT is already redeemed)/i,
  /(DurationSeconds[^\n"'<]{0,200})/,
  /(The security token included in the request is (?:expired|invalid))/i,
  /\b(KMS key\b[^\n"'<]{0,200})/i,
  /"[Mm]essage"\s{0,3}:\s{0,3}"([^"\n]{1,1000})"/,
  /\b\w{3,60}(?:Exception|Error): ([^\n]{1,1000})/,
];

/** What SDKs write where they have no words. */
const noWords =
  /^(?:UnknownError|Unknown error|Service returned error code \w+.*|null|None|\(Code: \w+\)|An error occurred \(\w+\) when calling the \w+ operation:?|Error unmarshalling response back from AWS.*)?$/;

const idForm = "[0-9A-Za-z][0-9A-Za-z-]{7,63}";
const requestIdPatterns: readonly RegExp[] = [
  new RegExp(`\\b(?:aws_?|x-amzn-|x-)?request[ _-]?id['"]?\\s{0,3}[:=]\\s{0,3}['"]?(${idForm})`, "i"),
  new RegExp(`<RequestId>(${idForm})</RequestId>`),
];

/**
 * Reads what a text says of a failure.
 *
 * @param text without secrets (`dropSecrets`), and bounded
 */
export function readErrorText(text: string): ErrorText {
  const named = firstOf(namePatterns, text) ?? bareName.exec(text)?.[1] ?? anyException.exec(text)?.[1];
  const name = named?.replace(/^.*\./, "") ?? saidOtherwise.find(([pattern]) => pattern.test(text))?.[1];
  const operation = operationIn(text);
  const words = wordsIn(text);
  return {
    name,
    httpStatusCode: statusIn(text),
    words,
    oauthError: new RegExp(`\\b(${oauthErrors})\\b`).exec(text)?.[1],
    reason:
      /\breason['"]?\s{0,3}[:=]\s{0,3}['"]?(KMS_\w{1,60})/.exec(text)?.[1] ??
      /\b(KMS_\w{1,60})\b/.exec(text)?.[1],
    region: /\bregion['"]?\s{0,3}[:=]\s{0,3}['"]?([a-z]{2}(?:-[a-z]{2,12}){1,2}-\d)/i.exec(text)?.[1],
    requestId: firstOf(requestIdPatterns, text),
    operation: operation?.name,
    steps: stepsIn(text, operation?.steps),
    grant: grantIn(text, words),
    noAnswer: name !== undefined && networkNames.includes(name),
    ownWords: [...new Set(text.match(/\b[a-z]{2,20}(?:_[a-z]{2,20}){1,6}\b/g) ?? [])].slice(0, 200),
  };
}

/** The facts as an SDK would have given them, for one reading of the status. */
export function failureOf(read: ErrorText, httpStatusCode: number | undefined): AwsFailure {
  const { name = "Unknown", words, oauthError, reason, region, requestId, noAnswer } = read;
  return { name, httpStatusCode, text: words, oauthError, reason, region, requestId, noAnswer };
}

function firstOf(patterns: readonly RegExp[], text: string): string | undefined {
  for (const pattern of patterns) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

function wordsIn(text: string): string {
  for (const pattern of wordPatterns) {
    const found = pattern
      .exec(text)?.[1]
      ?.trim()
      .replace(/ \(Service: .*$/, "");
    if (found !== undefined && !noWords.test(found)) return found;
  }
  return "";
}

function statusIn(text: string): number | undefined {
  const found =
    /\b(?:http ?)?status ?code['"]?\s{0,3}[:=]\s{0,3}['"]?(\d{3})\b/i.exec(text)?.[1] ??
    /\bHTTP(?:\/[\d.]{1,3})? (\d{3})\b/.exec(text)?.[1] ??
    /\b(4\d\d|5\d\d) (?:Forbidden|Bad Request|Unauthorized|Not Found|Too Many Requests|Internal Server Error|Service Unavailable)\b/.exec(
      text,
    )?.[1] ??
    /"(?:status|statusCode)"\s{0,3}:\s{0,3}(\d{3})\b/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

// Where several stand in a text, as in a script's source beside its error, the one the error itself names counts.
function operationIn(text: string) {
  const said =
    /when calling the (\w{1,80}) operation/.exec(text)?.[1] ??
    /\boperation error [\w ]{1,40}: (\w{1,80}),/.exec(text)?.[1] ??
    /\bError executing "(\w{1,80})"/.exec(text)?.[1] ??
    /"eventName"\s{0,3}:\s{0,3}"(\w{1,80})"/.exec(text)?.[1];
  if (said !== undefined)
    return knownOperations.find(({ name }) => name === said) ?? { name: said, steps: [] };
  return knownOperations.find((operation) => spellingsOf(operation).test(text));
}

function stepsIn(text: string, ofOperation: readonly DecodedStep[] | undefined): readonly DecodedStep[] {
  const own = stepNames.find((step) => text.includes(step));
  if (own !== undefined) return [own];
  const ofService = serviceSteps.find(([pattern]) => pattern.test(text))?.[1];
  // An operation that is not known here is of setting up where its service is of that, and of no step of the exchange.
  if (ofOperation?.length === 0) return ofService?.includes("set-up") ? ["set-up"] : [];
  // An action that was denied says more than the operation in which it was.
  if (
    ofService !== undefined &&
    (ofOperation === undefined || ofOperation.includes(ofService[0] ?? "set-up"))
  )
    return ofService;
  return ofOperation ?? ofService ?? [];
}

function grantIn(text: string, words: string): ErrorText["grant"] {
  if (/refresh[ _]token/i.test(words) || /grant[-_]?type['"]?[\s:=]{1,6}['"]?refresh_token/i.test(text))
    return "refresh_token";
  if (
    /authorization[ _]code/i.test(words) ||
    /grant[-_]?type['"]?[\s:=]{1,6}['"]?authorization_code/i.test(text)
  )
    return "authorization_code";
  return undefined;
}
