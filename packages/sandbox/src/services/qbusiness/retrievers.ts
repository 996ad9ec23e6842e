// Retrievers of an application: CreateRetriever, GetRetriever, UpdateRetriever, DeleteRetriever, ListRetrievers.

import type { Json } from "../../ground/errors.ts";
import { family, type OperationContext } from "../../operation/operation.ts";
import type { QRetriever } from "../../state/qbusiness_entities.ts";
import { createByToken, type ListInput, list } from "./collections.ts";
import {
  type ApplicationInput,
  applicationResource,
  childrenOf,
  getApplication,
  getIndex,
  getRetriever,
  type TagsInput,
  timesOf,
} from "./lookup.ts";
import { refuseField } from "./refuse.ts";

type Configuration = { nativeIndexConfiguration?: { indexId: string }; kendraIndexConfiguration?: unknown };
type CreateInput = ApplicationInput &
  TagsInput & {
    type: QRetriever["type"];
    displayName: string;
    configuration: Configuration;
    roleArn?: string;
    clientToken?: string;
  };
type RetrieverInput = ApplicationInput & { retrieverId: string };
type UpdateInput = RetrieverInput & { configuration?: Configuration; displayName?: string; roleArn?: string };

/** The operations of this family. */
export const retrieverOperations = family("qbusiness", {
  CreateRetriever: {
    authorize: applicationResource,
    run(input: CreateInput, context) {
      getApplication(context, input);
      if (input.type !== "NATIVE_INDEX") throw refuseKendra("type");
      return createByToken(context, input, "RETRIEVER", () => addRetriever(input, context));
    },
  },

  GetRetriever: {
    authorize: applicationResource,
    run(input: RetrieverInput, context) {
      const retriever = getRetriever(context, input);
      return {
        ...summarize(retriever),
        retrieverArn: retriever.retrieverArn,
        configuration: { nativeIndexConfiguration: { indexId: retriever.indexId } },
        roleArn: retriever.roleArn,
        ...timesOf(retriever),
      };
    },
  },

  UpdateRetriever: {
    authorize: applicationResource,
    run(input: UpdateInput, context) {
      const retriever = getRetriever(context, input);
      if (input.configuration)
        retriever.indexId = resolveIndex(input.applicationId, input.configuration, context);
      retriever.displayName = input.displayName ?? retriever.displayName;
      retriever.roleArn = input.roleArn ?? retriever.roleArn;
      retriever.updatedAtMs = context.clock().getTime();
      return {};
    },
  },

  DeleteRetriever: {
    authorize: applicationResource,
    run(input: RetrieverInput, context) {
      const { retrieverId } = getRetriever(context, input);
      context.world.retrievers.delete(retrieverId);
      return {};
    },
  },

  ListRetrievers: {
    authorize: applicationResource,
    run(input: ApplicationInput & ListInput, context) {
      const { applicationId } = getApplication(context, input);
      const retrievers = childrenOf(context.world.retrievers, applicationId);
      return list(context, input, retrievers, {
        as: "retrievers",
        show: summarize,
        usual: 50,
        filter: applicationId,
      });
    },
  },
});

function addRetriever(input: CreateInput, context: OperationContext): { [member: string]: Json } {
  const { world, ids, clock } = context;
  const { applicationArn, applicationId } = getApplication(context, input);
  const indexId = resolveIndex(applicationId, input.configuration, context);
  const retrieverId = ids.uuid();
  const nowMs = clock().getTime();
  const retriever: QRetriever = {
    retrieverId,
    retrieverArn: `${applicationArn}/retriever/${retrieverId}`,
    applicationId,
    displayName: input.displayName,
    type: input.type,
    status: "ACTIVE",
    indexId,
    roleArn: input.roleArn ?? null,
    tags: input.tags ?? [],
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  world.retrievers.set(retrieverId, retriever);
  return { retrieverId, retrieverArn: retriever.retrieverArn };
}

function resolveIndex(
  applicationId: string,
  configuration: Configuration,
  context: OperationContext,
): string {
  const indexId = configuration.nativeIndexConfiguration?.indexId;
  if (indexId === undefined) throw refuseKendra("configuration");
  return getIndex(context, { applicationId, indexId }).indexId;
}

function refuseKendra(field: string) {
  return refuseField(field, "the sandbox has native indices only, no Amazon Kendra", "retriever.type");
}

function summarize(retriever: QRetriever) {
  const { applicationId, retrieverId, type, status, displayName } = retriever;
  return { applicationId, retrieverId, type, status, displayName };
}
