// Tags of keys: TagResource, UntagResource, ListResourceTags.

import { family } from "../../operation/operation.ts";
import type { Tag } from "../../state/iam_entities.ts";
import {
  assertNotPendingDeletion,
  cutList,
  getKey,
  type KeyInput,
  keyResource,
  type ListInput,
} from "./lookup.ts";
import { refuse } from "./refuse.ts";

/** A tag as KMS writes it. */
export type WireTag = { TagKey: string; TagValue: string };

/** KMS quotas. */
const tagsPerKey = 50;

/** The operations of this family. */
export const tagOperations = family("kms", {
  TagResource: {
    authorize: keyResource,
    run(input: KeyInput & { Tags: WireTag[] }, context) {
      const key = getKey(context, input.KeyId, "key");
      assertNotPendingDeletion(key);
      key.tags = keepTags(key.tags, input.Tags);
      return {};
    },
  },

  UntagResource: {
    authorize: keyResource,
    run(input: KeyInput & { TagKeys: string[] }, context) {
      const key = getKey(context, input.KeyId, "key");
      assertNotPendingDeletion(key);
      key.tags = key.tags.filter((tag) => !input.TagKeys.includes(tag.key));
      return {};
    },
  },

  ListResourceTags: {
    authorize: keyResource,
    run(input: KeyInput & ListInput, context) {
      const key = getKey(context, input.KeyId, "key");
      const { page, ...rest } = cutList(context, key.tags, input, key.arn);
      return { Tags: page.map((tag) => ({ TagKey: tag.key, TagValue: tag.value })), ...rest };
    },
  },
});

/** A key's tags after more were given. @throws AwsError TagException for a key given twice or more than 50 tags */
export function keepTags(before: readonly Tag[], given: readonly WireTag[]): Tag[] {
  const keys = given.map(({ TagKey }) => TagKey);
  const kept = before.filter(({ key }) => !keys.includes(key));
  if (new Set(keys).size < keys.length || kept.length + given.length > tagsPerKey) {
    throw refuse("TagException", "Duplicate tag keys, or more than 50 tags.", {
      rule: "key.tags",
      why: "A tag key is given twice, or the key would have more than 50 tags.",
      fix: "Give each key once, at most 50.",
    });
  }
  return [...kept, ...given.map(({ TagKey: key, TagValue: value }) => ({ key, value }))];
}
