// What the claims of a web identity token add to the session: session tags, a source identity and condition keys.
// IAM user guide, "Pass session tags in AWS STS", "Monitor and control actions taken with assumed roles",
// "Available keys for AWS OIDC federation".
import { z } from "zod";
import type { Tag, WebIdentity } from "../../state/index.ts";
import { refuse } from "./refuse.ts";
import type { WebIdentityToken } from "./web_identity_token.ts";

const TAGS_CLAIM = "https://aws.amazon.com/tags";
const SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity";

/** Each tag has one value, in a list ("You must pass a single value for each session tag"). */
const tagsClaim = z.strictObject({
  principal_tags: z.record(z.string().min(1).max(128), z.array(z.string().max(256)).length(1)).optional(),
  transitive_tag_keys: z.array(z.string().min(1).max(128)).max(50).optional(),
});

/** Session tags as AssumeRole's input has them. */
export type ClaimedTags = { Tags: { Key: string; Value: string }[]; TransitiveTagKeys: string[] };

/** @throws AwsError InvalidIdentityToken for a tags claim of another form */
export function claimedTags({ claims }: WebIdentityToken): ClaimedTags {
  if (claims[TAGS_CLAIM] === undefined) return { Tags: [], TransitiveTagKeys: [] };
  const parsed = tagsClaim.safeParse(claims[TAGS_CLAIM]);
  const tags = Object.entries(parsed.data?.principal_tags ?? {});
  if (parsed.success && tags.length <= 50) {
    return {
      Tags: tags.map(([Key, [Value = ""]]) => ({ Key, Value })),
      TransitiveTagKeys: parsed.data.transitive_tag_keys ?? [],
    };
  }
  const fault = parsed.success
    ? `${tags.length} tags, 50 are allowed`
    : parsed.error.issues.map(({ path, message }) => `${path.join(".") || "claim"}: ${message}`).join("; ");
  throw refuse("InvalidIdentityToken", "The session tags of the token are not valid.", {
    rule: "webIdentity.tags",
    why: `the claim ${TAGS_CLAIM} is not of the form AWS documents (${fault})`,
    fix: 'Write {"principal_tags":{"Key":["Value"]},"transitive_tag_keys":["Key"]}.',
  });
}

/** @throws AwsError InvalidIdentityToken for a source identity AWS does not allow */
export function claimedSourceIdentity({ claims }: WebIdentityToken): string | null {
  const value = claims[SOURCE_IDENTITY_CLAIM];
  if (value === undefined) return null;
  if (typeof value === "string" && /^[\w+=,.@-]{2,64}$/.test(value)) return value;
  throw refuse("InvalidIdentityToken", "The source identity of the token is not valid.", {
    rule: "webIdentity.sourceIdentity",
    why: `the claim ${SOURCE_IDENTITY_CLAIM} is not a text of 2 to 64 letters, digits and _+=,.@-`,
    fix: "Issue it so, or not at all.",
  });
}

/** @returns the condition keys the token gives, by the provider's host and path: aud, oaud, sub and amr */
export function webIdentityOf({ provider, claims, subject, audience }: WebIdentityToken): WebIdentity {
  const name = provider.arn.slice(provider.arn.indexOf("/") + 1);
  const original: unknown[] = Array.isArray(claims["aud"]) ? claims["aud"] : [claims["aud"]];
  const amr: unknown[] = Array.isArray(claims["amr"]) ? claims["amr"] : [claims["amr"]];
  const methods = amr.filter((each) => typeof each === "string");
  return {
    providerArn: provider.arn,
    keys: {
      [`${name}:aud`]: [audience],
      [`${name}:oaud`]: original.map(String),
      [`${name}:sub`]: [subject],
      ...(methods.length > 0 && { [`${name}:amr`]: methods }),
    },
  };
}

/** The request's condition keys that follow from its tags (service authorization reference, AWS STS). */
export function tagKeys(tags: readonly Tag[], transitive: readonly string[]): [string, string[]][] {
  if (tags.length === 0) return [];
  return [
    ...tags.map(({ key, value }): [string, string[]] => [`aws:RequestTag/${key}`, [value]]),
    ["aws:TagKeys", tags.map(({ key }) => key)],
    ...(transitive.length > 0 ? [["sts:TransitiveTagKeys", [...transitive]] as [string, string[]]] : []),
  ];
}
