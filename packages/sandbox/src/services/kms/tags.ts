// Tags of keys: TagResource, UntagResource, ListResourceTags.

import { family } from "../../operation/operation.ts";
import {
  addTags,
  readTags,
  type TagRules,
  type TagWords,
  tagOperationsOf,
  writeTags,
} from "../../operation/tags.ts";
import type { Tag } from "../../state/iam_entities.ts";
import {
  assertNotPendingDeletion,
  getKey,
  type KeyInput,
  keyResource,
  type ListInput,
  list,
} from "./lookup.ts";
import { refuse } from "./refuse.ts";

/** A tag as KMS writes it. */
export type WireTag = { TagKey: string; TagValue: string };

const words: TagWords = { key: "TagKey", value: "TagValue" };

const refuseTags = () =>
  refuse("TagException", "Duplicate tag keys, or more than 50 tags.", {
    rule: "key.tags",
    why: "A tag key is given twice, or the key would have more than 50 tags.",
    fix: "Give each key once, at most 50.",
  });

/** KMS quotas. */
const rules: TagRules = { most: 50, refuseTwice: refuseTags, refuseMany: refuseTags };

const { tag, untag } = tagOperationsOf({
  words,
  rules,
  members: { tags: "Tags", keys: "TagKeys" },
  authorize: keyResource,
  find(input, context) {
    const key = getKey(context, String(input["KeyId"]), "key");
    assertNotPendingDeletion(key);
    return key;
  },
});

/** The operations of this family. */
export const tagOperations = family("kms", {
  TagResource: tag,
  UntagResource: untag,
  ListResourceTags: {
    authorize: keyResource,
    run(input: KeyInput & ListInput, context) {
      const { tags, arn } = getKey(context, input.KeyId, "key");
      return list(context, input, writeTags(tags, words), { as: "Tags", show: (one) => one, filter: arn });
    },
  },
});

/** A new key's tags. @throws AwsError TagException for a key given twice or more than 50 tags */
export function keepTags(given: readonly WireTag[]): Tag[] {
  return addTags([], readTags(given, words), rules);
}
