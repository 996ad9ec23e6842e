// Data sources of an index: CreateDataSource, GetDataSource, UpdateDataSource, DeleteDataSource, ListDataSources.
// Nothing is crawled: documents name a data source in their attribute _data_source_id.

import type { Json } from "../../ground/errors.ts";
import { family, type OperationContext } from "../../operation/operation.ts";
import type { QDataSource } from "../../state/qbusiness_entities.ts";
import { createByToken, type ListInput, list } from "./collections.ts";
import {
  applicationResource,
  childrenOf,
  getDataSource,
  getIndex,
  type IndexInput,
  type TagsInput,
  timesOf,
} from "./lookup.ts";

type CreateInput = IndexInput &
  TagsInput & { displayName: string; configuration: Json; description?: string; clientToken?: string };
type DataSourceInput = IndexInput & { dataSourceId: string };
type UpdateInput = DataSourceInput & { displayName?: string; configuration?: Json; description?: string };

/** The operations of this family. */
export const dataSourceOperations = family("qbusiness", {
  CreateDataSource: {
    authorize: applicationResource,
    run(input: CreateInput, context) {
      getIndex(context, input);
      return createByToken(context, input, "DATA_SOURCE", () => addDataSource(input, context));
    },
  },

  GetDataSource: {
    authorize: applicationResource,
    run(input: DataSourceInput, context) {
      const dataSource = getDataSource(context, input);
      return {
        ...summarize(dataSource),
        applicationId: dataSource.applicationId,
        indexId: dataSource.indexId,
        dataSourceArn: dataSource.dataSourceArn,
        configuration: dataSource.configuration,
        description: dataSource.description,
      };
    },
  },

  UpdateDataSource: {
    authorize: applicationResource,
    run(input: UpdateInput, context) {
      const dataSource = getDataSource(context, input);
      dataSource.displayName = input.displayName ?? dataSource.displayName;
      dataSource.description = input.description ?? dataSource.description;
      if (input.configuration !== undefined) {
        dataSource.configuration = input.configuration;
        dataSource.type = typeOf(input.configuration);
      }
      dataSource.updatedAtMs = context.clock().getTime();
      return {};
    },
  },

  DeleteDataSource: {
    authorize: applicationResource,
    run(input: DataSourceInput, context) {
      const { dataSourceId, applicationId, indexId } = getDataSource(context, input);
      const { search, world } = context;
      // The documents a data source brought go with it (user guide, deleting data sources).
      for (const document of search.list(applicationId, indexId)) {
        if (document.dataSourceId === dataSourceId)
          search.delete(applicationId, indexId, document.documentId);
      }
      world.dataSources.delete(dataSourceId);
      return {};
    },
  },

  ListDataSources: {
    authorize: applicationResource,
    run(input: IndexInput & ListInput, context) {
      const { applicationId, indexId } = getIndex(context, input);
      const dataSources = childrenOf(context.world.dataSources, applicationId).filter(
        (dataSource) => dataSource.indexId === indexId,
      );
      return list(context, input, dataSources, {
        as: "dataSources",
        show: summarize,
        usual: 10,
        filter: [applicationId, indexId],
      });
    },
  },
});

function addDataSource(input: CreateInput, context: OperationContext): { [member: string]: Json } {
  const { world, ids, clock } = context;
  const { indexArn, indexId, applicationId } = getIndex(context, input);
  const dataSourceId = ids.uuid();
  const nowMs = clock().getTime();
  const dataSource: QDataSource = {
    dataSourceId,
    dataSourceArn: `${indexArn}/data-source/${dataSourceId}`,
    applicationId,
    indexId,
    displayName: input.displayName,
    description: input.description ?? null,
    type: typeOf(input.configuration),
    configuration: input.configuration,
    status: "ACTIVE",
    tags: input.tags ?? [],
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  world.dataSources.set(dataSourceId, dataSource);
  return { dataSourceId, dataSourceArn: dataSource.dataSourceArn };
}

/** A connector's configuration document names its type; custom data sources may leave it out. */
function typeOf(configuration: Json): string {
  const isObject =
    typeof configuration === "object" && configuration !== null && !Array.isArray(configuration);
  const type = isObject ? configuration["type"] : undefined;
  return typeof type === "string" && type !== "" ? type.slice(0, 2048) : "CUSTOM";
}

function summarize(dataSource: QDataSource) {
  return {
    displayName: dataSource.displayName,
    dataSourceId: dataSource.dataSourceId,
    type: dataSource.type,
    status: dataSource.status,
    ...timesOf(dataSource),
  };
}
