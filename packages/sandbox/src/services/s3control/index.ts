// S3 Access Grants (S3 Control), assembled.
import type { Operation } from "../../operation/operation.ts";
import { dataAccessOperations } from "./data_access.ts";
import { grantOperations } from "./grants.ts";
import { instanceOperations } from "./instances.ts";
import { locationOperations } from "./locations.ts";

/** Every operation of s3control. */
export const s3controlOperations: readonly Operation[] = [
  ...instanceOperations,
  ...locationOperations,
  ...grantOperations,
  ...dataAccessOperations,
];
