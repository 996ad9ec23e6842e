// Tags of a role: TagRole, UntagRole, ListRoleTags. They become aws:PrincipalTag of the role's sessions. What all of
// IAM's tags have in common is here, too.

import { family } from "../../operation/operation.ts";
import {
  addTags,
  readTags,
  type TagOperations,
  type TagRules,
  type TagWords,
  tagOperationsOf,
  writeTags,
} from "../../operation/tags.ts";
import type { Tag } from "../../state/iam_entities.ts";
import { getRole, type ListInput, list, type RoleInput, roleResource } from "./lookup.ts";
import { refuse } from "./refuse.ts";

/** A tag as IAM writes it. */
export type WireTag = { Key: string; Value: string };

const words: TagWords = { key: "Key", value: "Value" };

/** IAM quotas; keys are compared without case. */
const rules: TagRules = {
  most: 50,
  ignoreCase: true,
  refuseTwice: (key) =>
    refuse("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.", {
      rule: "role.tagKeys",
      why: `The tag key ${key} is given twice.`,
      fix: "Give each key once.",
    }),
  refuseMany: (count) =>
    refuse("LimitExceeded", "The number of tags has reached the maximum limit 50.", {
      rule: "role.tags",
      why: `The role would have ${count} tags.`,
      fix: "Remove tags first.",
    }),
};

/** The operations that change tags of one kind of thing, with IAM's words and quotas. */
export function tagOperations(of: Pick<TagOperations, "authorize" | "find">) {
  return tagOperationsOf({ words, rules, members: { tags: "Tags", keys: "TagKeys" }, ...of });
}

const { tag, untag } = tagOperations({
  authorize: (input, context) => roleResource(input as RoleInput, context),
  find: (input, context) => getRole(context, input as RoleInput),
});

/** The operations of this family. */
export const roleTagOperations = family("iam", {
  TagRole: tag,
  UntagRole: untag,
  ListRoleTags: {
    authorize: roleResource,
    run(input: RoleInput & ListInput, context) {
      const { tags, arn } = getRole(context, input);
      return list(context, input, writeTags(tags, words), { as: "Tags", show: (one) => one, filter: arn });
    },
  },
});

/** A new role's tags. @throws AwsError InvalidInput for a key given twice, LimitExceeded past 50 */
export function keepTags(given: readonly WireTag[]): Tag[] {
  return addTags([], readTags(given, words), rules);
}

/** Tags as IAM writes them. */
export function wireTags(tags: readonly Tag[]) {
  return writeTags(tags, words);
}
