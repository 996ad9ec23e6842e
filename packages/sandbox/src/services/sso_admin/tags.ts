// Tags of instances, applications and trusted token issuers: TagResource, UntagResource, ListTagsForResource.

import { cutPage } from "../../operation/list_page.ts";
import { family, type OperationContext } from "../../operation/operation.ts";
import type { Tag } from "../../state/iam_entities.ts";
import { getApplication, getInstance, getTrustedTokenIssuer } from "./lookup.ts";
import { refuse } from "./refuse.ts";

type ResourceInput = { ResourceArn: string };
type TagInput = ResourceInput & { Tags: { Key: string; Value: string }[] };
type UntagInput = ResourceInput & { TagKeys: string[] };
type ListInput = ResourceInput & { NextToken?: string };

/** The model's bound on a list of tags. */
const tagsPerResource = 75;

/** The operations of this family. */
export const tagOperations = family("sso-admin", {
  TagResource: {
    authorize: (input: TagInput) => input.ResourceArn,
    run(input: TagInput, context) {
      const resource = getTagged(context, input.ResourceArn);
      const given = input.Tags.map(({ Key, Value }) => ({ key: Key, value: Value }));
      const kept = (resource.tags ?? []).filter(({ key }) => !given.some((tag) => tag.key === key));
      if (kept.length + given.length > tagsPerResource) {
        throw refuse("ServiceQuotaExceededException", `A resource has at most ${tagsPerResource} tags.`, {
          rule: "tags.quota",
          why: `The resource would have ${kept.length + given.length} tags.`,
          fix: "Remove tags first.",
        });
      }
      resource.tags = [...kept, ...given];
      return {};
    },
  },

  UntagResource: {
    authorize: (input: UntagInput) => input.ResourceArn,
    run(input: UntagInput, context) {
      const resource = getTagged(context, input.ResourceArn);
      resource.tags = (resource.tags ?? []).filter(({ key }) => !input.TagKeys.includes(key));
      return {};
    },
  },

  ListTagsForResource: {
    authorize: (input: ListInput) => input.ResourceArn,
    run({ ResourceArn: arn, NextToken: nextToken }: ListInput, context) {
      const { tags = [] } = getTagged(context, arn);
      const cut = cutPage(context, tags, {
        size: tagsPerResource,
        nextToken,
        tokenMember: "nextToken",
        filter: arn,
      });
      return {
        Tags: cut.page.map(({ key, value }) => ({ Key: key, Value: value })),
        NextToken: cut.nextToken,
      };
    },
  },
});

function getTagged(context: OperationContext, arn: string): { tags?: Tag[] } {
  const kind = arn.split(":")[5]?.split("/")[0];
  switch (kind) {
    case "instance":
      return getInstance(context, arn);
    case "application":
      return getApplication(context, arn);
    case "trustedTokenIssuer":
      return getTrustedTokenIssuer(context, arn);
    default:
      throw refuse("ResourceNotFoundException", `${arn} was not found.`, {
        rule: "resource.exists",
        why: "The sandbox has no permission sets.",
        fix: "Tag an instance, application or trusted token issuer.",
      });
  }
}
