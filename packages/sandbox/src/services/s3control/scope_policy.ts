// The session policy of credentials that S3 Access Grants gives out: the scope and the permission, and nothing else.
import { LISTS, READS, WRITES } from "../../operation/data_access.ts";
import type { PolicyDocument, PolicyStatement } from "../../policy/policy_document.ts";
import type { AccessGrant } from "../../state/index.ts";
import { parseScope } from "./scope.ts";

/**
 * @param scope `s3://bucket/prefix*`
 * @param isObject the scope is one object
 * @returns a policy that allows just that
 */
export function scopePolicy(
  scope: string,
  permission: AccessGrant["permission"],
  isObject: boolean,
): PolicyDocument {
  const { bucket, prefix } = parseScope(scope);
  const isOpen = !isObject && (scope.endsWith("*") || prefix === "" || prefix.endsWith("/"));
  const reads = permission !== "WRITE";
  const writes = permission !== "READ";
  const objects: PolicyStatement = {
    Sid: "Objects",
    Effect: "Allow",
    Action: [...(reads ? READS : []), ...(writes ? WRITES : [])],
    Resource: `arn:aws:s3:::${bucket}/${literal(prefix)}${isOpen ? "*" : ""}`,
  };
  const list: PolicyStatement = {
    Sid: "List",
    Effect: "Allow",
    Action: LISTS,
    Resource: `arn:aws:s3:::${bucket}`,
    Condition: { StringLike: { "s3:prefix": [`${literal(prefix)}*`] } },
  };
  return { Version: "2012-10-17", Statement: reads && isOpen ? [objects, list] : [objects] };
}

/** A prefix as a policy takes it to the letter: `*`, `?` and `$` stand for themselves (IAM user guide, policy variables). */
function literal(prefix: string): string {
  return prefix.replace(/[*?$]/g, (character) => `\${${character}}`);
}
