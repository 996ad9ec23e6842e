// Tags of a role: TagRole, UntagRole, ListRoleTags. They become aws:PrincipalTag of the role's sessions.

import { family } from "../../operation/operation.ts";
import type { Tag } from "../../state/iam_entities.ts";
import { cutList, getRole, type ListInput, type RoleInput, roleResource } from "./lookup.ts";
import { refuse } from "./refuse.ts";

/** A tag as IAM writes it. */
export type WireTag = { Key: string; Value: string };

/** IAM quotas. */
const tagsPerRole = 50;

/** The operations of this family. */
export const roleTagOperations = family("iam", {
  TagRole: {
    authorize: roleResource,
    run(input: RoleInput & { Tags: WireTag[] }, context) {
      const role = getRole(context, input);
      role.tags = keepTags(role.tags, input.Tags);
      return {};
    },
  },

  UntagRole: {
    authorize: roleResource,
    run(input: RoleInput & { TagKeys: string[] }, context) {
      const role = getRole(context, input);
      const gone = input.TagKeys.map((key) => key.toLowerCase());
      role.tags = role.tags.filter(({ key }) => !gone.includes(key.toLowerCase()));
      return {};
    },
  },

  ListRoleTags: {
    authorize: roleResource,
    run(input: RoleInput & ListInput, context) {
      const role = getRole(context, input);
      const { page, ...rest } = cutList(context, role.tags, input, role.arn);
      return { Tags: wireTags(page), ...rest };
    },
  },
});

/**
 * A role's tags after more were given; keys are compared without case.
 *
 * @throws AwsError InvalidInput for a key given twice, LimitExceeded past 50
 */
export function keepTags(before: readonly Tag[], given: readonly WireTag[]): Tag[] {
  const keys = given.map(({ Key }) => Key.toLowerCase());
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) {
    throw refuse(
      "InvalidInput",
      "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
      {
        rule: "role.tagKeys",
        why: `The tag key ${twice} is given twice.`,
        fix: "Give each key once.",
      },
    );
  }
  const kept = before.filter(({ key }) => !keys.includes(key.toLowerCase()));
  if (kept.length + given.length > tagsPerRole) {
    throw refuse("LimitExceeded", `The number of tags has reached the maximum limit ${tagsPerRole}.`, {
      rule: "role.tags",
      why: `The role would have ${kept.length + given.length} tags.`,
      fix: "Remove tags first.",
    });
  }
  return [...kept, ...given.map(({ Key: key, Value: value }) => ({ key, value }))];
}

/** Tags as IAM writes them. */
export function wireTags(tags: readonly Tag[]): WireTag[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}
