// What the scopes of S3 Access Grants cover: `s3://bucket/prefix*` against a target, and as ARNs of S3. Pure.

/** @returns whether a text is a scope of a location: all of S3, a bucket, or a prefix (with `*` at its end or none) */
export function isScope(text: string): boolean {
  return /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[^*]*\*?|\*)?)?$/.test(text);
}

/**
 * The scope of a grant: the location's, its `*` taken away, with the sub-prefix (S3 API reference, CreateAccessGrant).
 *
 * @param subPrefix null: the location's scope as it is
 */
export function grantScopeOf(locationScope: string, subPrefix: string | null): string {
  const base = locationScope.replace(/\*$/, "");
  if (subPrefix === null) return locationScope;
  const isBucketAlone = /^s3:\/\/[^/]+$/.test(base);
  return `${base}${isBucketAlone && !subPrefix.startsWith("/") ? "/" : ""}${subPrefix}`;
}

/** @returns whether all that a target names lies in a scope; a scope of one object covers that object alone */
export function covers(scope: string, target: string, isObject: boolean): boolean {
  if (isObject) return scope === target;
  const { bucket, prefix } = parseScope(scope);
  const asked = parseScope(target);
  if (bucket !== asked.bucket) return false;
  // Without a `*` a scope names one key, unless it is a bucket or ends in a slash.
  const isPrefix = scope.endsWith("*") || prefix === "" || prefix.endsWith("/");
  return isPrefix ? asked.prefix.startsWith(prefix) : target === scope;
}

/**
 * @returns bucket and key prefix of `s3://bucket/prefix*`, without the `*` at the end; a `*` before a slash stays part of
 *   the bucket, which then is none
 */
export function parseScope(scope: string): { bucket: string; prefix: string } {
  const [, bucket = "", prefix = ""] = /^s3:\/\/([^/]*)(?:\/(.*))?$/s.exec(scope.replace(/\*$/, "")) ?? [];
  return { bucket, prefix };
}
