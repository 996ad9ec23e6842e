// Tags of instances, applications, trusted token issuers and permission sets: TagResource, UntagResource, ListTagsForResource.

import { family, type OperationContext } from "../../operation/operation.ts";
import { type TagRules, type TagWords, tagOperationsOf, writeTags } from "../../operation/tags.ts";
import type { Tag } from "../../state/iam_entities.ts";
import {
  getApplication,
  getInstance,
  getTaggedPermissionSet,
  getTrustedTokenIssuer,
  list,
} from "./lookup.ts";
import { refuse } from "./refuse.ts";

type ResourceInput = { ResourceArn: string };
type ListInput = ResourceInput & { NextToken?: string };

const words: TagWords = { key: "Key", value: "Value" };

/** The model's bound on a list of tags. */
const rules: TagRules = {
  most: 75,
  refuseMany: (count) =>
    refuse("ServiceQuotaExceededException", "A resource has at most 75 tags.", {
      rule: "tags.quota",
      why: `The resource would have ${count} tags.`,
      fix: "Remove tags first.",
    }),
};

const authorize = (input: ResourceInput) => input.ResourceArn;
const { tag, untag } = tagOperationsOf({
  words,
  rules,
  members: { tags: "Tags", keys: "TagKeys" },
  authorize,
  find: (input, context) => getTagged(context, String(input["ResourceArn"])),
});

/** The operations of this family. */
export const tagOperations = family("sso-admin", {
  TagResource: tag,
  UntagResource: untag,
  ListTagsForResource: {
    authorize,
    run(input: ListInput, context) {
      const { tags = [] } = getTagged(context, input.ResourceArn);
      const wire = writeTags(tags, words);
      const filter = input.ResourceArn;
      return list(context, input, wire, { as: "Tags", show: (one) => one, usual: rules.most, filter });
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
    case "permissionSet":
      return getTaggedPermissionSet(context, arn);
    default:
      throw refuse("ResourceNotFoundException", `${arn} was not found.`, {
        rule: "resource.exists",
        why: `${arn} is neither an instance nor an application, trusted token issuer or permission set.`,
        fix: "Tag an instance, application, trusted token issuer or permission set.",
      });
  }
}
