// qbusiness SearchRelevantContent: what the user behind an identity-enhanced session may see, and no more.
import { AwsError } from "../../ground/errors.ts";
import type { Operation, OperationContext } from "../../operation/operation.ts";
import type { RateLimiter } from "../../operation/rate_limit.ts";
import { SearchValidationError } from "../../search/search_error.ts";
import { describeExplanation } from "../../search/visibility.ts";
import { type QApplication, type QRetriever, storeKey } from "../../state/index.ts";
import { groupIdsOf } from "../sso_oidc/application_access.ts";
import { primaryEmailOf } from "../sso_oidc/user_match.ts";
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

/** @returns the operation, bound to one sandbox's rate limiter */
export function searchRelevantContent(limiter: RateLimiter): Operation {
  return {
    service: "qbusiness",
    operation: "SearchRelevantContent",
    // Checked for the application's own ARN: the handler would find it only after the gateway asked.
    resource: (input, { region, world, accountId }) =>
      world.qApplications.get(String(input["applicationId"]))?.applicationArn ??
      `arn:aws:qbusiness:${region}:${accountId}:application/${String(input["applicationId"])}`,
    handler(input: SearchRelevantContentInput, context) {
      const application = getApplication(input.applicationId, context);
      const permission = assertMaySearch(application, context);
      const retriever = getRetriever(input, application, context);
      assertRate(limiter, application, context);
      assertQueryText(input.queryText, context);
      return search(input, retriever, permission, context);
    },
  };
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
      user: { userId: user.userId, email: primaryEmailOf(user), userName: user.userName },
      groups: groupNamesOf(user, context),
      ...(input.attributeFilter === undefined ? {} : { attributeFilter: input.attributeFilter }),
      filters,
      maxResults: input.maxResults ?? context.rules.getNumber("search.defaultMaxResults"),
      nextToken: input.nextToken,
    });
    context.check("search.documents", true, describeExplanation(result.relevantContent.length, explanation));
    return result;
  } catch (error) {
    if (!(error instanceof SearchValidationError)) throw error;
    throw invalid(
      error.fields.map(({ name, message }) => ({ name, message })),
      context,
    );
  }
}

/** Ids and names of the user's groups: access lists may use either. */
function groupNamesOf(
  user: { userId: string; identityStoreId: string },
  context: OperationContext,
): string[] {
  const member = context.world.users.get(storeKey(user.identityStoreId, user.userId));
  if (member === undefined) return [];
  return groupIdsOf(member, context).flatMap((groupId) => {
    const group = context.world.groups.get(storeKey(user.identityStoreId, groupId));
    return group === undefined ? [] : [group.groupId, group.displayName];
  });
}

function getApplication(applicationId: string, context: OperationContext): QApplication {
  const application = context.world.qApplications.get(applicationId);
  if (application !== undefined && application.region === context.region) {
    context.check("search.application", true, `${application.displayName} lives in ${application.region}`);
    return application;
  }
  const why =
    application === undefined
      ? `there is no Q Business application ${applicationId}`
      : `the request was signed for ${context.region}, but the application lives in ${application.region}`;
  throw notFound(
    "search.application",
    "APPLICATION",
    applicationId,
    why,
    "Use the application id and region the customer handed over.",
    context,
  );
}

function getRetriever(
  input: SearchRelevantContentInput,
  application: QApplication,
  context: OperationContext,
): QRetriever {
  const retrieverId = input.contentSource.retriever?.retrieverId;
  if (retrieverId === undefined) {
    throw invalid([{ name: "contentSource", message: "contentSource must name a retriever" }], context);
  }
  const retriever = context.world.retrievers.get(retrieverId);
  if (retriever?.applicationId === application.applicationId) {
    context.check("search.retriever", true, `retriever ${retriever.displayName}`);
    return retriever;
  }
  const why = `the application has no retriever ${retrieverId}`;
  throw notFound(
    "search.retriever",
    "RETRIEVER",
    retrieverId,
    why,
    "Use the retriever id the customer handed over.",
    context,
  );
}

function assertRate(limiter: RateLimiter, application: QApplication, context: OperationContext): void {
  const rule = "search.callsPerSecond";
  const limit = context.rules.getNumber(rule);
  if (limiter.take(`${rule}|${application.applicationId}`, limit)) return;
  const why = `more than ${limit} searches within a second`;
  const fix = "Back off and retry; ask for a higher quota.";
  context.check(rule, false, why, fix);
  throw new AwsError({
    code: "ThrottlingException",
    status: 429,
    message: "Rate exceeded",
    rule,
    reason: `${why}.`,
    fix,
  });
}

function assertQueryText(queryText: string, context: OperationContext): void {
  const longest = context.rules.getNumber("search.maxQueryTextLength");
  const length = [...queryText].length;
  if (length <= longest) return;
  throw invalid(
    [{ name: "queryText", message: `queryText has ${length} characters; at most ${longest} are taken` }],
    context,
  );
}

function notFound(
  rule: string,
  resourceType: string,
  resourceId: string,
  why: string,
  fix: string,
  context: OperationContext,
): AwsError {
  context.check(rule, false, why, fix);
  return new AwsError({
    code: "ResourceNotFoundException",
    status: 404,
    message: `The ${resourceType.toLowerCase()} ${resourceId} was not found.`,
    members: { resourceId, resourceType },
    rule,
    reason: `${why}.`,
    fix,
  });
}

function invalid(fields: { name: string; message: string }[], context: OperationContext): AwsError {
  const text = fields.map((field) => `${field.name}: ${field.message}`).join("; ");
  context.check("input.constraint", false, text);
  return new AwsError({
    code: "ValidationException",
    status: 400,
    message: text,
    members: { reason: "FIELD_VALIDATION_FAILED", fields },
    rule: "input.constraint",
    reason: `${text}.`,
    fix: `Correct ${fields.map((field) => field.name).join(", ")}.`,
  });
}
