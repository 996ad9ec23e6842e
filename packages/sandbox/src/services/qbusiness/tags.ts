// Tags of Q Business resources: TagResource, UntagResource, ListTagsForResource.

import { family, type OperationContext } from "../../operation/operation.ts";
import { type TagRules, tagOperationsOf } from "../../operation/tags.ts";
import type { Tag } from "../../state/iam_entities.ts";
import { getApplication } from "./lookup.ts";
import { refuseField, refuseMissing } from "./refuse.ts";

type ResourceInput = { resourceARN: string };

/** The model's bound on a list of tags. */
const rules: TagRules = {
  most: 200,
  refuseMany: () => refuseField("tags", "a resource has at most 200 tags", "tags.quota"),
};

const authorize = (input: ResourceInput) => input.resourceARN;
const { tag, untag } = tagOperationsOf({
  words: { key: "key", value: "value" },
  rules,
  members: { tags: "tags", keys: "tagKeys" },
  authorize,
  find: (input, context) => getTagged(context, String(input["resourceARN"])),
});

/** The operations of this family. */
export const tagOperations = family("qbusiness", {
  TagResource: tag,
  UntagResource: untag,
  ListTagsForResource: {
    authorize,
    run: (input: ResourceInput, context) => ({ tags: getTagged(context, input.resourceARN).tags }),
  },
});

function getTagged(context: OperationContext, arn: string): { tags: Tag[] } {
  const { world } = context;
  const candidates: { arn: string; resource: { tags: Tag[]; applicationId: string } }[] = [
    ...[...world.qApplications.values()].map((resource) => ({ arn: resource.applicationArn, resource })),
    ...[...world.indices.values()].map((resource) => ({ arn: resource.indexArn, resource })),
    ...[...world.retrievers.values()].map((resource) => ({ arn: resource.retrieverArn, resource })),
    ...[...world.dataSources.values()].map((resource) => ({ arn: resource.dataSourceArn, resource })),
    ...[...world.qWebExperiences.values()].map((resource) => ({ arn: resource.webExperienceArn, resource })),
    ...[...world.dataAccessors.values()].map((resource) => ({ arn: resource.dataAccessorArn, resource })),
  ];
  const found = candidates.find((candidate) => candidate.arn === arn)?.resource;
  if (found !== undefined) {
    getApplication(context, found);
    return found;
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
