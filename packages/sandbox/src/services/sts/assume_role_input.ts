// The documented limits of AssumeRole's tags and contexts that the model does not carry. Pure.
// IAM user guide, "Pass session tags"; STS API reference, AssumeRole.
import type { Session, Tag } from "../../state/index.ts";
import { refuse, refuseInput } from "./refuse.ts";

/** Members of AssumeRole's input as the model spells them. */
export type AssumeRoleInput = {
  RoleArn: string;
  RoleSessionName: string;
  DurationSeconds?: number;
  Policy?: string;
  PolicyArns?: { arn?: string }[];
  Tags?: { Key: string; Value: string }[];
  TransitiveTagKeys?: string[];
  ExternalId?: string;
  SourceIdentity?: string;
  ProvidedContexts?: { ProviderArn?: string; ContextAssertion?: string }[];
};

/**
 * Joins the tags of the request with the transitive tags of a chained session.
 *
 * @param parent the caller's session, when a session called
 * @throws AwsError ValidationError for duplicate or reserved keys
 */
export function sessionTagsOf(
  input: AssumeRoleInput,
  parent: Session | null,
): { tags: Tag[]; transitiveTagKeys: string[] } {
  const given = (input.Tags ?? []).map((tag) => ({ key: tag.Key, value: tag.Value }));
  const inherited = (parent?.tags ?? []).filter((tag) =>
    parent?.transitiveTagKeys.some((key) => key.toLowerCase() === tag.key.toLowerCase()),
  );
  const seen = new Set(inherited.map((tag) => tag.key.toLowerCase()));
  for (const { key } of given) {
    if (key.toLowerCase().startsWith("aws:")) {
      const why = `the tag key ${key} starts with aws:, which is reserved`;
      const fix = `Rename the tag ${key}.`;
      throw refuseInput("sts.tags", "Session tag keys must not start with aws:.", fix, why);
    }
    if (seen.has(key.toLowerCase())) {
      const why = `the tag key ${key} is given twice or inherited (keys are compared without case)`;
      throw refuse(
        "InvalidParameterValue",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        {
          rule: "sts.tags",
          why,
          fix: "Give each session tag once; a transitive tag of the calling session cannot be set anew.",
        },
      );
    }
    seen.add(key.toLowerCase());
  }
  const tags = [...inherited, ...given];
  const wanted = input.TransitiveTagKeys ?? [];
  const unknown = wanted.find((key) => !tags.some((tag) => tag.key.toLowerCase() === key.toLowerCase()));
  if (unknown !== undefined) {
    throw refuseInput(
      "sts.tags",
      `The transitive tag key ${unknown} is not among the session tags.`,
      "Name only keys of Tags in TransitiveTagKeys.",
    );
  }
  const transitive = new Set([...(parent?.transitiveTagKeys ?? []), ...wanted]);
  return { tags, transitiveTagKeys: [...transitive] };
}
