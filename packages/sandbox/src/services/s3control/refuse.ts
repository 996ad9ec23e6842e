// The errors of S3 Access Grants, with AWS's codes, statuses and words (S3 API reference, "List of Amazon S3 Access Grants
// error codes").
import { refusing } from "../../operation/refuse.ts";

export const refuse = refusing("s3control", {
  AccessDenied: 403,
  AccessGrantAlreadyExists: 409,
  AccessGrantsInstanceAlreadyExists: 409,
  AccessGrantsInstanceNotEmptyError: 400,
  AccessGrantsInstanceNotExistsError: 404,
  AccessGrantsInstanceResourcePolicyNotExists: 404,
  AccessGrantsLocationAlreadyExistsError: 409,
  AccessGrantsLocationNotEmptyError: 400,
  AccessGrantsLocationsQuotaExceededError: 409,
  AccessGrantsQuotaExceededError: 409,
  InvalidAccessGrant: 400,
  InvalidAccessGrantsLocation: 400,
  InvalidIamRole: 400,
  InvalidIdentityCenterInstance: 400,
  InvalidRequest: 400,
  InvalidResourcePolicy: 400,
  InvalidTag: 400,
  NoSuchAccessGrantError: 404,
  NoSuchAccessGrantsLocationError: 404,
  StsNotAuthorizedError: 403,
  StsValidationError: 400,
});
