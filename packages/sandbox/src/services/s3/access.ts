// May the caller do this in a bucket: it is the caller's account's, and the caller's own policies allow it. There are no
// bucket policies, access points and ACLs.
import { assertIdentityPolicy, notAuthorized } from "../../operation/authorization.ts";
import type { OperationContext } from "../../operation/operation.ts";
import { type S3Bucket, type S3Object, storeKey } from "../../state/index.ts";
import { refuse } from "./refuse.ts";

/** @returns ARN of a bucket, or of an object in it */
export function arnOf(bucket: string, key?: string): string {
  return `arn:aws:s3:::${bucket}${key === undefined ? "" : `/${key}`}`;
}

/**
 * The bucket, when the caller may do an action in it.
 *
 * @param action e.g. `s3:GetObject`
 * @param key the object, when the action is about one
 * @param more condition keys of the request
 * @throws AwsError AccessDenied, or NoSuchBucket for what is not there and would be allowed
 */
export function openBucket(
  context: OperationContext,
  input: { Bucket: string; ExpectedBucketOwner?: string },
  action: string,
  key?: string,
  more: Iterable<[string, readonly string[]]> = [],
): S3Bucket {
  const resource = arnOf(input.Bucket, key);
  assertIdentityPolicy(context, action, resource, more);
  const bucket = context.world.s3Buckets.get(input.Bucket);
  if (bucket === undefined) {
    throw refuse("NoSuchBucket", "The specified bucket does not exist", {
      rule: "s3.bucket",
      why: `there is no bucket ${input.Bucket}`,
      fix: "Create it (CreateBucket), or correct its name.",
    });
  }
  if (bucket.accountId !== context.accountId) {
    throw notAuthorized(context, action, resource, {
      rule: "s3.bucketOwner",
      why: `the bucket belongs to account ${bucket.accountId}, the caller to ${context.accountId}; the sandbox has no bucket policies`,
      fix: "Use credentials of the bucket's account, such as those of GetDataAccess.",
    });
  }
  const expected = input.ExpectedBucketOwner;
  if (expected !== undefined && expected !== bucket.accountId) {
    throw notAuthorized(context, action, resource, {
      rule: "s3.expectedBucketOwner",
      why: `the bucket belongs to account ${bucket.accountId}, not to ${expected}`,
      fix: "Correct x-amz-expected-bucket-owner.",
    });
  }
  return bucket;
}

/**
 * The object of a key. Whoever may not list the bucket does not learn whether a key exists (S3 API reference, GetObject).
 *
 * @throws AwsError NoSuchKey, or AccessDenied in its place
 */
export function getObject(context: OperationContext, bucket: S3Bucket, key: string): S3Object {
  const object = context.world.s3Objects.get(storeKey(bucket.name, key));
  if (object !== undefined) return object;
  assertIdentityPolicy(context, "s3:ListBucket", arnOf(bucket.name), [["s3:prefix", [key]]]);
  throw refuse("NoSuchKey", "The specified key does not exist.", {
    rule: "s3.object",
    why: `${bucket.name} has no object ${key.slice(0, 200)}`,
    fix: "Put it there, or correct the key.",
  });
}
