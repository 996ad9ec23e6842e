// Tags, which four services have under as many names: adding, removing and listing them, and how many there may be.

import type { AwsError } from "../ground/errors.ts";
import type { Tag } from "../state/iam_entities.ts";
import type { OperationContext, OperationData, OperationEntry } from "./operation.ts";

/** What a service lets its tags be. */
export type TagRules = {
  /** Tags of one thing at most. */
  most: number;
  /** Keys are compared without case (IAM). */
  ignoreCase?: boolean;
  /** The error for a key given twice; absent: the last one counts. */
  refuseTwice?(key: string): AwsError;
  /** The error for too many. @param count how many there would be */
  refuseMany(count: number): AwsError;
};

/**
 * The tags of a thing after more were given.
 *
 * @throws AwsError what the rules refuse with
 */
export function addTags(before: readonly Tag[], given: readonly Tag[], rules: TagRules): Tag[] {
  const { most, refuseTwice, refuseMany } = rules;
  const keys = given.map((tag) => keyOf(tag.key, rules));
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined && refuseTwice !== undefined) throw refuseTwice(twice);
  const kept = before.filter((tag) => !keys.includes(keyOf(tag.key, rules)));
  const count = kept.length + new Set(keys).size;
  if (count > most) throw refuseMany(count);
  return [...kept, ...given.filter((_, index) => keys.lastIndexOf(keys[index] ?? "") === index)];
}

/** The tags of a thing after some were taken away; keys it does not have are no fault. */
export function removeTags(
  before: readonly Tag[],
  keys: readonly string[],
  rules: Pick<TagRules, "ignoreCase">,
): Tag[] {
  const gone = keys.map((key) => keyOf(key, rules));
  return before.filter((tag) => !gone.includes(keyOf(tag.key, rules)));
}

function keyOf(key: string, { ignoreCase = false }: Pick<TagRules, "ignoreCase">): string {
  return ignoreCase ? key.toLowerCase() : key;
}

/** How a service spells a tag: the members that hold its key and its value. */
export type TagWords = { key: string; value: string };

/** Tags as the world keeps them, from a service's spelling. */
export function readTags(wire: readonly OperationData[], { key, value }: TagWords): Tag[] {
  return wire.map((tag) => ({ key: String(tag[key]), value: String(tag[value]) }));
}

/** Tags in a service's spelling. */
export function writeTags(tags: readonly Tag[], { key, value }: TagWords): Record<string, string>[] {
  return tags.map((tag) => ({ [key]: tag.key, [value]: tag.value }));
}

/** What the tag operations of a service are made of. */
export type TagOperations = {
  words: TagWords;
  rules: TagRules;
  /** Members of the input. */
  members: { tags: string; keys: string };
  authorize: OperationEntry["authorize"];
  /** The thing the input names. @throws AwsError when there is none, or it may not be changed */
  find(input: OperationData, context: OperationContext, act: "change" | "list"): { tags?: Tag[] };
};

/** The two operations that change tags, for a family to have under the service's names. */
export function tagOperationsOf({ words, rules, members, authorize, find }: TagOperations): {
  tag: OperationEntry;
  untag: OperationEntry;
} {
  return {
    tag: {
      authorize,
      run(input, context) {
        const thing = find(input, context, "change");
        const given = readTags((input[members.tags] ?? []) as OperationData[], words);
        thing.tags = addTags(thing.tags ?? [], given, rules);
        return {};
      },
    },
    untag: {
      authorize,
      run(input, context) {
        const thing = find(input, context, "change");
        thing.tags = removeTags(thing.tags ?? [], (input[members.keys] ?? []) as string[], rules);
        return {};
      },
    },
  };
}
