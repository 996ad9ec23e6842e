// From an error that somebody pasted to its likely causes and what to do: the same rows that give the exchange's own
// errors their fix. A pasted text may not say which call failed, or with which status; every reading that is possible is
// explained, the likeliest first. Pure: nothing is kept, sent or logged.

import type { ExchangeErrorCode } from "../error_codes.ts";
import { otherCodes } from "../error_codes.ts";
import { explainFailure } from "../failures/explain_failure.ts";
import { failureCatalogue } from "../failures/failure_catalogue.ts";
import type { FailureContext } from "../failures/failure_row.ts";
import { dropSecrets, type SecretKind } from "./dropped_secrets.ts";
import { type DecodedStep, knownOperations } from "./known_operations.ts";
import { explainOwnCode } from "./own_codes.ts";
import { type ErrorText, failureOf, readErrorText } from "./read_error_text.ts";
import { type SetUpCode, setUpFailures } from "./set_up_failures.ts";
import { isErrorName, toldWords } from "./told_words.ts";

/** One explanation of an error. */
export interface ErrorExplanation {
  readonly code: ExchangeErrorCode | SetUpCode;
  /** Which call it would be of; undefined where it is of none. */
  readonly step: DecodedStep | undefined;
  /** One sentence without AWS's words. */
  readonly title: string;
  /** Likely causes, the likeliest first. */
  readonly causes: readonly string[];
  readonly fix: string;
}

/** What a pasted text turned out to be. */
export interface DecodedError {
  /** What was recognised; a member is absent where the text does not say. */
  readonly recognised: {
    readonly name?: string;
    readonly operation?: string;
    readonly httpStatusCode?: number;
    readonly requestId?: string;
    /** AWS's own words as far as they are known to be harmless, with gaps for the rest; at most 300 characters. */
    readonly words?: string;
  };
  /** The likeliest first; none: nothing was recognised. */
  readonly explanations: readonly ErrorExplanation[];
  /** Kinds of secrets that were in the text. They were dropped first; whoever pasted it should know. */
  readonly dropped: readonly SecretKind[];
  /** Whether the text was longer than what is read of it. */
  readonly cut: boolean;
}

/** As much of a text is read: an error with its stack, not a log. */
export const mostErrorCharacters = 65_536;

const anyStep: readonly DecodedStep[] = [
  "create-token-with-iam",
  "search-relevant-content",
  "assume-role-with-tag",
  "assume-role-with-context",
];

/**
 * Explains an error from its text.
 *
 * @param pasted console text, command line output, an SDK's object, a stack, XML, or an error of this package
 * @param context what is known of the connection; makes causes and fix concrete
 */
export function decodeError(pasted: string, context: FailureContext = {}): DecodedError {
  const { text, dropped } = dropSecrets(pasted.slice(0, mostErrorCharacters));
  const read = readErrorText(text);
  const { httpStatusCode, requestId } = read;
  const name = read.name !== undefined && isErrorName(read.name) ? read.name : undefined;
  const operation = knownOperations.some((one) => one.name === read.operation) ? read.operation : undefined;
  const words = toldWords(read.words).slice(0, 300);
  return {
    recognised: {
      ...(name === undefined ? {} : { name }),
      ...(operation === undefined ? {} : { operation }),
      ...(httpStatusCode === undefined ? {} : { httpStatusCode }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(words === "" ? {} : { words }),
    },
    explanations: explain(read, context),
    dropped,
    cut: pasted.length > mostErrorCharacters,
  };
}

/** Explains a code of this package, or of a set-up that failed; undefined if there is none of this name. */
export function explainCode(code: string, context: FailureContext = {}): ErrorExplanation | undefined {
  const own = explainOwnCode(code);
  if (own !== undefined) return own;
  const ofSetUp = setUpFailures.find((one) => one.code === code);
  if (ofSetUp !== undefined) {
    const { title, causes, fix } = ofSetUp;
    return { code: ofSetUp.code, step: "set-up", title, causes, fix };
  }
  const row = failureCatalogue.find((one) => one.code === code);
  if (row === undefined) return undefined;
  const unsaid = failureOf(readErrorText(""), undefined);
  const [step] = row.steps;
  return {
    code: row.code,
    step: row.steps.length === 1 ? step : undefined,
    title: row.title,
    causes: row.causes(context, unsaid),
    fix: row.fix(context, unsaid),
  };
}

function explain(read: ErrorText, context: FailureContext): ErrorExplanation[] {
  const own = read.ownWords.filter(isOwnCode).flatMap((code) => explainCode(code, context) ?? []);
  const recognised = read.name !== undefined || read.oauthError !== undefined || read.words !== "";
  const found = recognised
    ? readings(read)
        .flatMap((one) => explainReading(read, one, context))
        .filter(({ code }) => !isOfAnotherCall(read) || ofEveryCall.has(code))
    : [];
  // The row that says "not further known" says nothing where another one knows, or where no error was named at all.
  const known = found.filter(({ code }) => code !== "aws_error");
  const unnamed = read.name === undefined && read.oauthError === undefined;
  const ranked = [...own, ...(known.length > 0 || own.length > 0 || unnamed ? known : found)];
  return ranked.filter(({ code }, at) => ranked.findIndex((other) => other.code === code) === at);
}

const isOwnCode = (word: string): boolean =>
  Object.hasOwn(otherCodes, word) ||
  [...failureCatalogue, ...setUpFailures].some(({ code }) => code === word);

// What is named and is no call of this flow fails like every call, or in its own way, of which nothing is known here.
const isOfAnotherCall = (read: ErrorText): boolean =>
  read.operation !== undefined &&
  read.steps.length === 0 &&
  !knownOperations.some(({ name }) => name === read.operation);

const ofEveryCall: ReadonlySet<string> = new Set(
  failureCatalogue
    .filter(({ steps }) => anyStep.every((step) => steps.some((one) => one === step)))
    .map(({ code }) => code),
).add("too_many_requests");

/** One possible meaning of what the text leaves open. */
interface Reading {
  readonly step: DecodedStep;
  readonly httpStatusCode: number | undefined;
}

function readings(read: ErrorText): Reading[] {
  return possibleSteps(read).flatMap((step) =>
    statusesFor(read, step).map((httpStatusCode) => ({ step, httpStatusCode })),
  );
}

function possibleSteps(read: ErrorText): readonly DecodedStep[] {
  // No step of the exchange has these.
  if (/^(?:Conflict|ServiceQuota|IdempotentParameter)/.test(read.name ?? "")) return ["set-up"];
  const byWords = read.operation === undefined ? stepsByWords(read) : [];
  if (byWords.length > 0) return byWords;
  return read.steps.length > 0 ? read.steps : stepsByName(read);
}

// The members that AWS's words name are of one operation's input only.
function stepsByWords({ words }: ErrorText): readonly DecodedStep[] {
  if (/service call|identity-aware|attributeFilter|queryText|contentSource|maxResults/i.test(words))
    return ["search-relevant-content"];
  if (/redeemed/i.test(words)) return ["create-token-with-iam"];
  if (/DurationSeconds|roleSessionName|providedContexts/i.test(words)) return assumeRole;
  return /oidcJwt|externalId|actionConfigurations|at 'principal'|displayName|at 'name'/i.test(words)
    ? ["set-up"]
    : [];
}

/** Where no operation is named, some names are of one service only, and some have each service's own spelling. */
function stepsByName({ name = "", oauthError, httpStatusCode }: ErrorText): readonly DecodedStep[] {
  if (name === "LicenseNotFoundException") return ["search-relevant-content"];
  if (
    oauthError !== undefined ||
    /^(?:Invalid(?:Grant|Client|Scope|Request|RequestRegion)|SlowDown|UnauthorizedClient|UnsupportedGrantType)Exception$/.test(
      name,
    )
  )
    return ["create-token-with-iam"];
  if (stsNames.includes(name)) return [...assumeRole, "create-token-with-iam"];
  if (name === "ExpiredTokenException" && httpStatusCode === 400)
    return ["assume-role-with-context", "create-token-with-iam"];
  if (name === "ResourceNotFoundException" || name === "ValidationException")
    return ["search-relevant-content", "set-up"];
  // Q Business has a status of its own for it; the others say 400.
  if (httpStatusCode === 429 || name === "ExpiredTokenException")
    return ["search-relevant-content", "create-token-with-iam", "assume-role-with-tag", "set-up"];
  return name === "UnrecognizedClientException" ? [...anyStep, "set-up"] : anyStep;
}

const assumeRole: readonly DecodedStep[] = ["assume-role-with-tag", "assume-role-with-context"];

// The JSON services say AccessDeniedException, ExpiredTokenException, UnrecognizedClientException, ValidationException.
const stsNames = [
  "AccessDenied",
  "ExpiredToken",
  "InvalidClientTokenId",
  "RegionDisabledException",
  "ValidationError",
  "MalformedPolicyDocument",
  "PackedPolicyTooLarge",
];

// The same name is another failure with another status: the service's own refusal has 400, one by policy or signature 403.
function statusesFor(
  { httpStatusCode, words, name }: ErrorText,
  step: DecodedStep,
): readonly (number | undefined)[] {
  if (httpStatusCode !== undefined) return [httpStatusCode];
  if (/is not authorized to perform/i.test(words)) return [403];
  if (/InternalServer|InternalFailure|ServiceUnavailable/.test(name ?? "")) return [500];
  if (step === "search-relevant-content") return [403, 400];
  // CreateTokenWithIAM's own refusals have no words in most SDKs; a policy's always have.
  if (step === "create-token-with-iam") return [400, 403];
  return [403, 400];
}

function explainReading(read: ErrorText, reading: Reading, context: FailureContext): ErrorExplanation[] {
  const { step, httpStatusCode } = reading;
  const failure = failureOf(read, httpStatusCode);
  if (step === "set-up") {
    const row = setUpFailures.find(({ matches }) => matches(failure, read.operation));
    // What no row of setting up knows may be what every call has; a row of the search's own says nothing of it.
    return row === undefined
      ? explainReading(read, { step: "search-relevant-content", httpStatusCode }, context)
          .slice(0, 1)
          .filter(({ code }) => ofEveryCall.has(code))
      : [{ code: row.code, step, title: row.title, causes: row.causes, fix: row.fix }];
  }
  const { code, title, causes, fix } = explainFailure(step, failure, {
    ...context,
    ...(read.grant === undefined ? {} : { grant: read.grant }),
  });
  const hidden = read.words === "" && read.reason === undefined ? (behind[code] ?? []) : [];
  const others = hidden.flatMap((other) => explainCode(other, context) ?? []);
  return [{ code, step, title, causes, fix }, ...others.map((other) => ({ ...other, step }))];
}

// What only AWS's words or a reason tell apart, and some SDKs print neither.
const behind: Readonly<Partial<Record<string, readonly ExchangeErrorCode[]>>> = {
  token_rejected: ["token_already_redeemed"],
  user_not_assigned: ["kms_denied"],
  exchange_invalid: ["kms_denied"],
};
