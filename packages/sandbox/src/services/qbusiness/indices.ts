// Indices of an application: CreateIndex, GetIndex, UpdateIndex, DeleteIndex, ListIndices.

import type { Json } from "../../ground/errors.ts";
import { family, type OperationContext } from "../../operation/operation.ts";
import type { QIndex } from "../../state/qbusiness_entities.ts";
import { createByToken, type ListInput, list } from "./collections.ts";
import {
  type ApplicationInput,
  applicationResource,
  childrenOf,
  getApplication,
  getIndex,
  type IndexInput,
  type TagsInput,
  timesOf,
} from "./lookup.ts";
import { refuseConflict } from "./refuse.ts";

type CreateInput = ApplicationInput &
  TagsInput & { displayName: string; description?: string; type?: QIndex["type"]; clientToken?: string };
type UpdateInput = IndexInput & {
  displayName?: string;
  description?: string;
  documentAttributeConfigurations?: Json[];
};

/** The operations of this family. */
export const indexOperations = family("qbusiness", {
  CreateIndex: {
    authorize: applicationResource,
    run(input: CreateInput, context) {
      getApplication(context, input);
      return createByToken(context, input, "INDEX", () => addIndex(input, context));
    },
  },

  GetIndex: {
    authorize: applicationResource,
    run(input: IndexInput, context) {
      const index = getIndex(context, input);
      const documents = context.search.list(index.applicationId, index.indexId);
      const bytes = documents.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
      const { documentAttributeConfigurations: attributes } = index;
      return {
        ...summarize(index),
        applicationId: index.applicationId,
        indexArn: index.indexArn,
        type: index.type,
        description: index.description,
        ...(attributes.length > 0 && { documentAttributeConfigurations: attributes }),
        indexStatistics: {
          textDocumentStatistics: { indexedTextBytes: bytes, indexedTextDocumentCount: documents.length },
        },
      };
    },
  },

  UpdateIndex: {
    authorize: applicationResource,
    run(input: UpdateInput, context) {
      const index = getIndex(context, input);
      index.displayName = input.displayName ?? index.displayName;
      index.description = input.description ?? index.description;
      index.documentAttributeConfigurations =
        input.documentAttributeConfigurations ?? index.documentAttributeConfigurations;
      index.updatedAtMs = context.clock().getTime();
      return {};
    },
  },

  DeleteIndex: {
    authorize: applicationResource,
    run(input: IndexInput, context) {
      const { applicationId, indexId } = getIndex(context, input);
      const { world, search } = context;
      const retriever = childrenOf(world.retrievers, applicationId).find(
        (entry) => entry.indexId === indexId,
      );
      if (retriever) {
        const subject = { type: "RETRIEVER", id: retriever.retrieverId } as const;
        throw refuseConflict(subject, "The index is used by a retriever.", {
          rule: "index.unused",
          why: `Retriever ${retriever.displayName} reads this index.`,
          fix: "Delete the retriever first.",
        });
      }
      for (const [key, dataSource] of world.dataSources) {
        if (dataSource.indexId === indexId) world.dataSources.delete(key);
      }
      for (const [key, group] of world.qGroups) if (group.indexId === indexId) world.qGroups.delete(key);
      search.deleteIndex(applicationId, indexId);
      world.indices.delete(indexId);
      return {};
    },
  },

  ListIndices: {
    authorize: applicationResource,
    run(input: ApplicationInput & ListInput, context) {
      const { applicationId } = getApplication(context, input);
      const indices = childrenOf(context.world.indices, applicationId);
      return list(context, input, indices, {
        as: "indices",
        show: summarize,
        usual: 100,
        filter: applicationId,
      });
    },
  },
});

function addIndex(input: CreateInput, context: OperationContext): { [member: string]: Json } {
  const { world, ids, clock } = context;
  const { applicationArn } = getApplication(context, input);
  const indexId = ids.uuid();
  const nowMs = clock().getTime();
  const index: QIndex = {
    indexId,
    indexArn: `${applicationArn}/index/${indexId}`,
    applicationId: input.applicationId,
    displayName: input.displayName,
    description: input.description ?? null,
    type: input.type ?? "ENTERPRISE",
    status: "ACTIVE",
    documentAttributeConfigurations: [],
    tags: input.tags ?? [],
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  world.indices.set(indexId, index);
  return { indexId, indexArn: index.indexArn };
}

function summarize(index: QIndex) {
  return { displayName: index.displayName, indexId: index.indexId, status: index.status, ...timesOf(index) };
}
