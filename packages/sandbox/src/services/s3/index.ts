// S3 as far as a test of Access Grants needs objects, assembled.
import type { Operation } from "../../operation/operation.ts";
import { bucketOperations } from "./buckets.ts";
import { listOperations } from "./list_objects.ts";
import { objectOperations } from "./objects.ts";

/** Every operation of s3. */
export const s3Operations: readonly Operation[] = [
  ...bucketOperations,
  ...objectOperations,
  ...listOperations,
];
