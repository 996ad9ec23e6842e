// What S3 keeps: buckets and small objects; and S3 Access Grants: instances, locations, grants.
import type { PolicyDocument } from "../policy/policy_document.ts";
import type { Tag } from "./iam_entities.ts";

/** A bucket; its name is unique in all of AWS. */
export type S3Bucket = {
  /** The key in {@link World.s3Buckets}. */
  name: string;
  accountId: string;
  region: string;
  createdAtMs: number;
};

/** An object. */
export type S3Object = {
  bucket: string;
  key: string;
  /** Base64, so that the state is JSON. */
  content: string;
  size: number;
  /** In quotes, as it travels. */
  etag: string;
  contentType: string;
  /** Other headers that were given with it and come back: `ContentEncoding`, `CacheControl`, … */
  headers: Record<string, string>;
  metadata: Record<string, string>;
  modifiedAtMs: number;
};

/** An S3 Access Grants instance: one of an account and region. */
export type AccessGrantsInstance = {
  /** `arn:aws:s3:<region>:<account>:access-grants/default`; the key in {@link World.accessGrantsInstances}. */
  accessGrantsInstanceArn: string;
  accountId: string;
  region: string;
  identityCenterArn: string | null;
  /** The application S3 has at Identity Center, while they are associated. */
  identityCenterApplicationArn: string | null;
  resourcePolicy: {
    document: PolicyDocument;
    text: string;
    organization: string | null;
    createdAtMs: number;
  } | null;
  tags: Tag[];
  createdAtMs: number;
};

/** A location registered at an instance. */
export type AccessGrantsLocation = {
  /** `…:access-grants/location/<id>`; the key in {@link World.accessGrantsLocations}. */
  accessGrantsLocationArn: string;
  /** `default` for `s3://`. */
  accessGrantsLocationId: string;
  accessGrantsInstanceArn: string;
  /** `s3://`, `s3://bucket` or `s3://bucket/prefix*`. */
  locationScope: string;
  iamRoleArn: string;
  createdAtMs: number;
};

/** A grant. */
export type AccessGrant = {
  /** `…:access-grants/grant/<id>`; the key in {@link World.accessGrants}. */
  accessGrantArn: string;
  accessGrantId: string;
  accessGrantsInstanceArn: string;
  accessGrantsLocationId: string;
  s3SubPrefix: string | null;
  granteeType: "DIRECTORY_USER" | "DIRECTORY_GROUP" | "IAM";
  granteeIdentifier: string;
  permission: "READ" | "WRITE" | "READWRITE";
  /** Only through this application, when given. */
  grantApplicationArn: string | null;
  /** It is for one object, and not for a prefix. */
  isObject: boolean;
  /** The location's scope with the sub-prefix. */
  grantScope: string;
  createdAtMs: number;
};
