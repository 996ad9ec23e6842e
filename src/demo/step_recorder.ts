// Owns what is known about the four calls of one search: it listens to the AWS SDK's own log and to the exchange
// library's events, and keeps of both only what a page may show. Tokens and secrets are shortened on arrival.
import {
  type AwsFailure,
  type ExchangeEvent,
  type ExchangeStep,
  externalIdTagKey,
  readAwsFailure,
} from "tti-exchange";
import type { DemoError, DemoField, DemoStep } from "../views/demo_pages.ts";
import { shorten } from "./shorten.ts";

/** The steps that are calls to AWS, in order. */
const callSteps = [
  "assume-role-with-tag",
  "create-token-with-iam",
  "assume-role-with-context",
  "search-relevant-content",
] as const satisfies readonly ExchangeStep[];

type CallStep = (typeof callSteps)[number];

const titles: Readonly<Record<CallStep, { operation: string; purpose: string }>> = {
  "assume-role-with-tag": {
    operation: "AssumeRole",
    purpose: "Become the vendor’s role, tagged with the customer’s tenant id.",
  },
  "create-token-with-iam": {
    operation: "CreateTokenWithIAM",
    purpose: "Trade the ID token for the customer’s own view of the user.",
  },
  "assume-role-with-context": {
    operation: "AssumeRole",
    purpose: "Become the role again, now with the user’s identity and the tag.",
  },
  "search-relevant-content": {
    operation: "SearchRelevantContent",
    purpose: "Search the customer’s index with what this user may see.",
  },
};

interface Call {
  requestUrl?: string | undefined;
  input: readonly DemoField[];
  output: readonly DemoField[];
  error?: DemoError;
}

/** What a recorder shows besides what it hears. */
export interface RecorderContext {
  idcRegion: string;
  qRegion: string;
  /** The vendor's own access key id, which signs the first and third call. */
  baseAccessKeyId?: string | undefined;
  /** The local AWS, whose page shows each request with its checks; absent: AWS itself. */
  sandboxUrl?: string | undefined;
}

/** Records one search. */
export class StepRecorder {
  readonly #context: RecorderContext;
  readonly #calls = new Map<CallStep, Call>();
  readonly #durations = new Map<string, number>();
  #idToken: string | undefined;
  #failure: AwsFailure | undefined;

  constructor(context: RecorderContext) {
    this.#context = context;
  }

  /** For `onEvent` of the exchange library. */
  readonly onEvent = (event: ExchangeEvent): void => {
    this.#durations.set(event.step, Math.max(1, Math.round(event.durationMs)));
  };

  /**
   * Takes in one entry of the AWS SDK's log (`info` after an answer, `error` after a failure).
   * @param entry what the SDK gives its logger: command name, input, and output or error
   */
  hear(entry: unknown): void {
    const { commandName, input, output, error, metadata } = record(entry);
    const sent = record(input);
    const step = stepOf(commandName, sent);
    if (step === undefined) return;
    this.#failure = error === undefined ? undefined : readAwsFailure(error);
    this.#calls.set(step, {
      requestUrl: this.#pageOf(record(metadata ?? record(error)["$metadata"])["requestId"]),
      input: this.#describeInput(step, sent),
      output: error === undefined ? describeOutput(step, record(output)) : [],
      ...(this.#failure === undefined ? {} : { error: describeError(this.#failure) }),
    });
  }

  #pageOf(requestId: unknown): string | undefined {
    const { sandboxUrl } = this.#context;
    if (sandboxUrl === undefined || typeof requestId !== "string") return undefined;
    return `${sandboxUrl}/requests/id/${encodeURIComponent(requestId)}`;
  }

  /** The call AWS refused last, if any. */
  get failure(): AwsFailure | undefined {
    return this.#failure;
  }

  /** The ID token step 2 will present; the SDK's log leaves it out. */
  presenting(idToken: string): void {
    this.#idToken = shorten(idToken);
  }

  /**
   * The four steps as the page shows them.
   * @param cached the first three steps of an earlier search, whose credentials this one used
   */
  steps(cached: readonly DemoStep[] | undefined): DemoStep[] {
    const exchanged = callSteps.some((step) => step !== "search-relevant-content" && this.#calls.has(step));
    return callSteps.map((step, index): DemoStep => {
      const call = this.#calls.get(step);
      if (call !== undefined) {
        const state = call.error === undefined ? "done" : "failed";
        return { ...titles[step], ...call, state, durationMs: this.#durations.get(step) };
      }
      const before = exchanged ? undefined : cached?.[index];
      if (before !== undefined && step !== "search-relevant-content") {
        return { ...before, state: "cached", durationMs: undefined };
      }
      return { ...titles[step], state: "skipped", input: [], output: [] };
    });
  }

  #describeInput(step: CallStep, sent: Readonly<Record<string, unknown>>): DemoField[] {
    const { idcRegion, qRegion, baseAccessKeyId } = this.#context;
    switch (step) {
      case "assume-role-with-tag":
        return [
          ...field(
            "Signed with",
            baseAccessKeyId && `${shorten(baseAccessKeyId, 4)}`,
            "the vendor’s own credentials",
          ),
          ...field("RoleArn", sent["RoleArn"]),
          ...field("RoleSessionName", sent["RoleSessionName"], "CloudTrail will show it"),
          ...field(`Tag ${externalIdTagKey}`, tagValue(sent), "the token’s tenant"),
        ];
      case "create-token-with-iam":
        return [
          ...field("Region", idcRegion, "of the customer’s Identity Center"),
          ...field("clientId", sent["clientId"], "the customer’s data accessor application"),
          ...field("grantType", sent["grantType"]),
          ...field("assertion", this.#idToken, "the ID token, used up by this call"),
        ];
      case "assume-role-with-context":
        return [
          ...field("RoleArn", sent["RoleArn"]),
          ...field("ContextAssertion", shortened(contextOf(sent)), "out of step 2"),
          ...field(`Tag ${externalIdTagKey}`, tagValue(sent), "the same tag again"),
        ];
      case "search-relevant-content":
        return [
          ...field("Region", qRegion, "of the customer’s Q Business application"),
          ...field("applicationId", sent["applicationId"]),
          ...field("retrieverId", record(record(sent["contentSource"])["retriever"])["retrieverId"]),
          ...field("queryText", sent["queryText"]),
        ];
    }
  }
}

function describeOutput(step: CallStep, output: Readonly<Record<string, unknown>>): DemoField[] {
  switch (step) {
    case "assume-role-with-tag":
    case "assume-role-with-context": {
      const credentials = record(output["Credentials"]);
      const carries = step === "assume-role-with-tag" ? "carries the tag" : "carries the tag and the user";
      return [
        ...field("AccessKeyId", shortened(credentials["AccessKeyId"], 4)),
        ...field("SessionToken", shortened(credentials["SessionToken"]), carries),
        ...field("Expiration", timeOf(credentials["Expiration"])),
      ];
    }
    case "create-token-with-iam":
      return [
        ...field(
          "identityContext",
          shortened(record(output["awsAdditionalDetails"])["identityContext"]),
          "the user, in AWS’s words",
        ),
        ...field("scope", Array.isArray(output["scope"]) ? output["scope"].join(" ") : undefined),
        ...field(
          "expiresIn",
          typeof output["expiresIn"] === "number" ? `${output["expiresIn"]} s` : undefined,
        ),
      ];
    case "search-relevant-content": {
      const found = output["relevantContent"];
      const count = Array.isArray(found) ? found.length : 0;
      return [
        ...field(
          "relevantContent",
          `${count} ${count === 1 ? "passage" : "passages"}`,
          "from documents that name this user",
        ),
        ...field("nextToken", output["nextToken"] === undefined ? undefined : "there is more"),
      ];
    }
  }
}

function describeError(failure: AwsFailure): DemoError {
  const status = failure.httpStatusCode === undefined ? "" : ` (HTTP ${failure.httpStatusCode})`;
  return { code: failure.name, message: `${failure.text || "AWS gave no text."}${status}` };
}

function stepOf(commandName: unknown, sent: Readonly<Record<string, unknown>>): CallStep | undefined {
  switch (commandName) {
    case "AssumeRoleCommand":
      return sent["ProvidedContexts"] === undefined ? "assume-role-with-tag" : "assume-role-with-context";
    case "CreateTokenWithIAMCommand":
      return "create-token-with-iam";
    case "SearchRelevantContentCommand":
      return "search-relevant-content";
    default:
      return undefined;
  }
}

function field(name: string, value: unknown, note?: string): DemoField[] {
  return typeof value === "string" && value !== "" ? [{ name, value, note }] : [];
}

function shortened(value: unknown, head?: number): string | undefined {
  return typeof value === "string" ? shorten(value, head) : undefined;
}

function tagValue(sent: Readonly<Record<string, unknown>>): unknown {
  const tags = sent["Tags"];
  return Array.isArray(tags)
    ? record(tags.find((tag) => record(tag)["Key"] === externalIdTagKey))["Value"]
    : undefined;
}

function contextOf(sent: Readonly<Record<string, unknown>>): unknown {
  const contexts = sent["ProvidedContexts"];
  return Array.isArray(contexts) ? record(contexts[0])["ContextAssertion"] : undefined;
}

function timeOf(value: unknown): string | undefined {
  return value instanceof Date
    ? value
        .toISOString()
        .replace("T", " ")
        .replace(/\.\d+Z/, " UTC")
    : undefined;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
