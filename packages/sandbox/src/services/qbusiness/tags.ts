// Tags of Q Business resources: TagResource, UntagResource, ListTagsForResource.

import { family, type OperationContext } from "../../operation/operation.ts";
import type { Tag } from "../../state/iam_entities.ts";
import { getApplication } from "./lookup.ts";
import { refuseField, refuseMissing } from "./refuse.ts";

type ResourceInput = { resourceARN: string };

/** The model's bound on a list of tags. */
const tagsPerResource = 200;

/** The operations of this family. */
export const tagOperations = family("qbusiness", {
  TagResource: {
    authorize: (input: ResourceInput) => input.resourceARN,
    run(input: ResourceInput & { tags: Tag[] }, context) {
      const resource = getTagged(context, input.resourceARN);
      const kept = resource.tags.filter(({ key }) => !input.tags.some((tag) => tag.key === key));
      if (kept.length + input.tags.length > tagsPerResource) {
        throw refuseField("tags", `a resource has at most ${tagsPerResource} tags`, "tags.quota");
      }
      resource.tags = [...kept, ...input.tags];
      return {};
    },
  },

  UntagResource: {
    authorize: (input: ResourceInput) => input.resourceARN,
    run(input: ResourceInput & { tagKeys?: string[] }, context) {
      const resource = getTagged(context, input.resourceARN);
      resource.tags = resource.tags.filter(({ key }) => !input.tagKeys?.includes(key));
      return {};
    },
  },

  ListTagsForResource: {
    authorize: (input: ResourceInput) => input.resourceARN,
    run: (input: ResourceInput, context) => ({ tags: getTagged(context, input.resourceARN).tags }),
  },
});

function getTagged(context: OperationContext, arn: string): { tags: Tag[] } {
  const { world } = context;
  const candidates: { arn: string; applicationId: string; resource: { tags: Tag[] } }[] = [
    ...[...world.qApplications.values()].map((resource) => ({
      ...resource,
      arn: resource.applicationArn,
      resource,
    })),
    ...[...world.indices.values()].map((resource) => ({ ...resource, arn: resource.indexArn, resource })),
    ...[...world.retrievers.values()].map((resource) => ({
      ...resource,
      arn: resource.retrieverArn,
      resource,
    })),
    ...[...world.dataSources.values()].map((resource) => ({
      ...resource,
      arn: resource.dataSourceArn,
      resource,
    })),
    ...[...world.dataAccessors.values()].map((resource) => ({
      ...resource,
      arn: resource.dataAccessorArn,
      resource,
    })),
  ];
  const found = candidates.find((candidate) => candidate.arn === arn);
  if (found) {
    getApplication(context, found);
    return found.resource;
  }
  throw refuseMissing(
    { type: "APPLICATION", id: arn },
    {
      rule: "resource.exists",
      why: `There is no resource ${arn}.`,
      fix: "Use the ARN a get operation gives.",
    },
  );
}
