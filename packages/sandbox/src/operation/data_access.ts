// What credentials of S3 Access Grants may open, permission by permission, and what to do when they do not suffice.
// S3 user guide, "Create grants": permissions as IAM actions.
import type { DataAccess } from "../state/index.ts";

/** What each permission allows on objects. */
export const READS = [
  "s3:GetObject",
  "s3:GetObjectVersion",
  "s3:GetObjectAcl",
  "s3:GetObjectVersionAcl",
  "s3:ListMultipartUploadParts",
];
export const WRITES = [
  "s3:PutObject",
  "s3:PutObjectAcl",
  "s3:PutObjectVersionAcl",
  "s3:DeleteObject",
  "s3:DeleteObjectVersion",
  "s3:AbortMultipartUpload",
];
/** What reading allows on the bucket, for keys of the scope. */
export const LISTS = ["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"];

/** @returns the fix for a call that credentials of GetDataAccess do not cover */
export function dataAccessFix(
  { target, permission }: DataAccess,
  action: string,
  resource: string | undefined,
): string {
  const given = `These credentials are GetDataAccess's, for ${permission} of ${target}, whatever their role may.`;
  const writes = WRITES.includes(action);
  if (!writes && ![...READS, ...LISTS].includes(action))
    return `${given} No grant gives ${action}: sign with other credentials.`;
  const asked = `${writes ? "WRITE or READWRITE" : "READ or READWRITE"}${resource === undefined ? "" : ` that covers ${resource}`}`;
  return `${given} Ask GetDataAccess for ${asked}; if it has no grant for that, CreateAccessGrant first.`;
}
