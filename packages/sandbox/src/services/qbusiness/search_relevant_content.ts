// qbusiness SearchRelevantContent: what the user behind an identity-enhanced session may see, and no more.
import type { AwsError } from "../../ground/errors.ts";
import { family, type Operation, type OperationContext } from "../../operation/operation.ts";
import type { RateLimiter } from "../../operation/rate_limit.ts";
import { type FaultyField, SearchValidationError } from "../../search/search_error.ts";
import { describeExplanation } from "../../search/visibility.ts";
import type { QApplication, QRetriever } from "../../state/index.ts";
import { principalsOf } from "./principals.ts";
import { refuse, refuseMissing } from "./refuse.ts";
import { assertMaySearch, type SearchPermission } from "./search_relevant_content_access.ts";

/** Members of SearchRelevantContent's input. */
export type SearchRelevantContentInput = {
  applicationId: string;
  queryText: string;
  contentSource: { retriever?: { retrieverId: string } };
  attributeFilter?: unknown;
  maxResults?: number;
  nextToken?: string;
};

/** The operations of this family, bound to one sandbox's rate limiter. */
export function searchOperations(limiter: RateLimiter): readonly Operation[] {
  return family("qbusiness", {
    SearchRelevantContent: {
      // The application's own ARN, also when it is another account's.
      authorize: ({ applicationId }: SearchRelevantContentInput, { region, world, accountId }) =>
        world.qApplications.get(applicationId)?.applicationArn ??
        `arn:aws:qbusiness:${region}:${accountId}:application/${applicationId}`,
      run(input: SearchRelevantContentInput, context) {
        const application = getApplication(input.applicationId, context);
        const permission = assertMaySearch(application, context);
        const retriever = getRetriever(input, application, context);
        assertRate(limiter, application, context);
        assertQueryText(input.queryText, context);
        return search(input, retriever, permission, context);
      },
    },
  });
}

function search(
  input: SearchRelevantContentInput,
  retriever: QRetriever,
  { user, accessor }: SearchPermission,
  context: OperationContext,
) {
  const filters = (accessor?.actionConfigurations ?? [])
    .filter((each) => each.action === "qbusiness:SearchRelevantContent")
    .map((each) => each.filterConfiguration?.documentAttributeFilter)
    .filter((filter) => filter !== undefined);
  try {
    const { explanation, ...result } = context.search.search({
      applicationId: input.applicationId,
      indexId: retriever.indexId,
      queryText: input.queryText,
      ...principalsOf(context, user, retriever),
      ...(input.attributeFilter === undefined ? {} : { attributeFilter: input.attributeFilter }),
      filters,
      maxResults: input.maxResults ?? context.rules.getNumber("search.defaultMaxResults"),
      nextToken: input.nextToken,
    });
    context.passed("search.documents", describeExplanation(result.relevantContent.length, explanation));
    return result;
  } catch (error) {
    if (!(error instanceof SearchValidationError)) throw error;
    throw invalid(error.fields);
  }
}

function getApplication(applicationId: string, context: OperationContext): QApplication {
  const application = context.world.qApplications.get(applicationId);
  if (application !== undefined && application.region === context.region) {
    context.passed("search.application", `${application.displayName} lives in ${application.region}`);
    return application;
  }
  const why =
    application === undefined
      ? `there is no Q Business application ${applicationId}`
      : `the request was signed for ${context.region}, but the application lives in ${application.region}`;
  const fix = "Use the application id and region the customer handed over.";
  const subject = { type: "APPLICATION", id: applicationId } as const;
  throw refuseMissing(subject, { rule: "search.application", why, fix });
}

function getRetriever(
  input: SearchRelevantContentInput,
  application: QApplication,
  context: OperationContext,
): QRetriever {
  const retrieverId = input.contentSource.retriever?.retrieverId;
  if (retrieverId === undefined) {
    throw invalid([{ name: "contentSource", message: "contentSource must name a retriever" }]);
  }
  const retriever = context.world.retrievers.get(retrieverId);
  if (retriever?.applicationId === application.applicationId) {
    context.passed("search.retriever", `retriever ${retriever.displayName}`);
    return retriever;
  }
  const why = `the application has no retriever ${retrieverId}`;
  const fix = "Use the retriever id the customer handed over.";
  throw refuseMissing({ type: "RETRIEVER", id: retrieverId }, { rule: "search.retriever", why, fix });
}

function assertRate(limiter: RateLimiter, application: QApplication, context: OperationContext): void {
  const rule = "search.callsPerSecond";
  const limit = context.rules.getNumber(rule);
  if (limiter.take(`${rule}|${application.applicationId}`, limit)) return;
  throw refuse("ThrottlingException", "Rate exceeded", {
    rule,
    why: `more than ${limit} searches within a second`,
    fix: "Back off and retry; ask for a higher quota.",
  });
}

function assertQueryText(queryText: string, context: OperationContext): void {
  const longest = context.rules.getNumber("search.maxQueryTextLength");
  const length = [...queryText].length;
  if (length <= longest) return;
  throw invalid([
    {
      name: "queryText",
      message: `queryText has ${length} characters; at most ${longest} are taken`,
      limit: "search.maxQueryTextLength",
    },
  ]);
}

/** What the model cannot hold, in the shape of its field validation. */
export function invalid(faults: readonly FaultyField[]): AwsError {
  const text = faults.map((field) => `${field.name}: ${field.message}`).join("; ");
  const fix = `Correct ${faults.map((field) => field.name).join(", ")}.`;
  const fields = faults.map(({ name, message }) => ({ name, message }));
  const rule = faults.find(({ limit }) => limit !== undefined)?.limit ?? "input.constraint";
  return refuse(
    "ValidationException",
    text,
    { rule, why: text, fix },
    { reason: "FIELD_VALIDATION_FAILED", fields },
  );
}
