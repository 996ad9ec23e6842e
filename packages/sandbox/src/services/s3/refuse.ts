// The errors of S3, with its codes and statuses (S3 API reference, "Error responses").
import { refusing } from "../../operation/refuse.ts";

export const refuse = refusing("s3", {
  AccessDenied: 403,
  BadDigest: 400,
  BucketNotEmpty: 409,
  EntityTooLarge: 400,
  IllegalLocationConstraintException: 400,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidRange: 416,
  ServiceQuotaExceeded: 400,
  TooManyBuckets: 400,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  BucketAlreadyExists: 409,
  BucketAlreadyOwnedByYou: 409,
});
