// From ids to Q Business resources, as far as the caller's account and region reach, and the tags they share.

import type { OperationContext } from "../../operation/operation.ts";
import type { Tag } from "../../state/iam_entities.ts";
import type {
  QApplication,
  QDataAccessor,
  QDataSource,
  QIndex,
  QRetriever,
} from "../../state/qbusiness_entities.ts";
import { type ResourceType, refuseMissing } from "./refuse.ts";

/** Input of every operation below an application. */
export type ApplicationInput = { applicationId: string };

/** Input of every operation below an index. */
export type IndexInput = ApplicationInput & { indexId: string };

/** A tag as Q Business writes it: as the world keeps it. */
export type TagsInput = { tags?: Tag[] };

/** @throws AwsError ResourceNotFoundException, also for applications of other accounts and regions */
export function getApplication(
  context: OperationContext,
  { applicationId: id }: ApplicationInput,
): QApplication {
  const application = context.world.qApplications.get(id);
  if (application?.accountId === context.accountId && application.region === context.region)
    return application;
  const elsewhere = application
    ? `it belongs to account ${application.accountId} in ${application.region}`
    : "there is none of that id";
  throw refuseMissing(
    { type: "APPLICATION", id },
    {
      rule: application ? "application.place" : "resource.exists",
      why: `Account ${context.accountId} has no application ${id} in ${context.region}: ${elsewhere}.`,
      fix: "Use the id ListApplications gives, with credentials of its account and its region.",
    },
  );
}

/** @throws AwsError ResourceNotFoundException */
export function getIndex(context: OperationContext, input: IndexInput): QIndex {
  getApplication(context, input);
  return getChild(context.world.indices, "INDEX", input.indexId, input.applicationId);
}

/** @throws AwsError ResourceNotFoundException */
export function getRetriever(
  context: OperationContext,
  input: ApplicationInput & { retrieverId: string },
): QRetriever {
  getApplication(context, input);
  return getChild(context.world.retrievers, "RETRIEVER", input.retrieverId, input.applicationId);
}

/** @throws AwsError ResourceNotFoundException */
export function getDataSource(
  context: OperationContext,
  input: IndexInput & { dataSourceId: string },
): QDataSource {
  const { indexId } = getIndex(context, input);
  const dataSource = getChild(
    context.world.dataSources,
    "DATA_SOURCE",
    input.dataSourceId,
    input.applicationId,
  );
  if (dataSource.indexId === indexId) return dataSource;
  throw missing("DATA_SOURCE", input.dataSourceId, `index ${indexId}`);
}

/** @throws AwsError ResourceNotFoundException */
export function getDataAccessor(
  context: OperationContext,
  input: ApplicationInput & { dataAccessorId: string },
): QDataAccessor {
  getApplication(context, input);
  return getChild(context.world.dataAccessors, "DATA_ACCESSOR", input.dataAccessorId, input.applicationId);
}

/** The resources of a collection that belong to an application. */
export function childrenOf<Child extends ApplicationInput>(
  collection: ReadonlyMap<string, Child>,
  applicationId: string,
): Child[] {
  return [...collection.values()].filter((child) => child.applicationId === applicationId);
}

/** What policies name: the application's ARN. */
export function applicationResource({ applicationId }: ApplicationInput, context: OperationContext): string {
  return applicationArn(applicationId, context);
}

/** `arn:aws:qbusiness:<region>:<account>:application/<id>` */
export function applicationArn(applicationId: string, { region, accountId }: OperationContext): string {
  return `arn:aws:qbusiness:${region}:${accountId}:application/${applicationId}`;
}

/** The creation and change of a resource, as timestamps. */
export function timesOf({ createdAtMs, updatedAtMs }: { createdAtMs: number; updatedAtMs: number }) {
  return { createdAt: new Date(createdAtMs), updatedAt: new Date(updatedAtMs) };
}

function getChild<Child extends ApplicationInput>(
  collection: ReadonlyMap<string, Child>,
  type: ResourceType,
  id: string,
  applicationId: string,
): Child {
  const child = collection.get(id);
  if (child?.applicationId === applicationId) return child;
  throw missing(type, id, `application ${applicationId}`);
}

function missing(type: ResourceType, id: string, where: string) {
  const told = {
    rule: "resource.exists",
    why: `The ${where} has no ${type.toLowerCase()} ${id}.`,
    fix: "Use an id a list operation gives.",
  };
  return refuseMissing({ type, id }, told);
}
