// Locations of S3 Access Grants: a bucket or prefix, and the role that opens it. S3 API reference.
import { assertIdentityPolicy } from "../../operation/authorization.ts";
import { family, type OperationContext } from "../../operation/operation.ts";
import type { AccessGrantsInstance, AccessGrantsLocation } from "../../state/index.ts";
import {
  type AccountInput,
  assertMay,
  assertOwn,
  assertOwnerMay,
  getInstance,
  getLocation,
  grantsOf,
  listed,
  locationsOf,
} from "./lookup.ts";
import { refuse } from "./refuse.ts";
import { isScope } from "./scope.ts";

/** S3 Access Grants quotas: locations of an instance. */
const MOST_LOCATIONS = 1000;

type CreateInput = AccountInput & { LocationScope: string; IAMRoleArn: string };
type NamedInput = AccountInput & { AccessGrantsLocationId: string };

export const locationOperations = family("s3control", {
  CreateAccessGrantsLocation: {
    authorize: "operation",
    run(input: CreateInput, context) {
      assertOwnerMay(context, input, "s3:CreateAccessGrantsLocation");
      const instance = getInstance(context, input);
      assertScope(context, instance, input.LocationScope);
      assertRole(context, input.AccountId, input.IAMRoleArn);
      const id = input.LocationScope === "s3://" ? "default" : context.ids.uuid();
      const location: AccessGrantsLocation = {
        accessGrantsLocationArn: `arn:aws:s3:${instance.region}:${instance.accountId}:access-grants/location/${id}`,
        accessGrantsLocationId: id,
        accessGrantsInstanceArn: instance.accessGrantsInstanceArn,
        locationScope: input.LocationScope,
        iamRoleArn: input.IAMRoleArn,
        createdAtMs: context.clock().getTime(),
      };
      context.world.accessGrantsLocations.set(location.accessGrantsLocationArn, location);
      return show(location);
    },
  },

  GetAccessGrantsLocation: {
    authorize: "operation",
    run(input: NamedInput, context) {
      return show(openLocation(context, input, "s3:GetAccessGrantsLocation"));
    },
  },

  ListAccessGrantsLocations: {
    authorize: "operation",
    run(input: AccountInput & { LocationScope?: string }, context) {
      assertMay(context, input, "s3:ListAccessGrantsLocations");
      const { LocationScope: scope } = input;
      const found = locationsOf(context, getInstance(context, input)).filter(
        ({ locationScope }) => scope === undefined || locationScope === scope,
      );
      return listed(context, input, found, {
        as: "AccessGrantsLocationsList",
        show,
        filter: [input.AccountId, scope],
      });
    },
  },

  UpdateAccessGrantsLocation: {
    authorize: "operation",
    run(input: NamedInput & { IAMRoleArn: string }, context) {
      assertOwn(context, input);
      const location = openLocation(context, input, "s3:UpdateAccessGrantsLocation");
      assertRole(context, input.AccountId, input.IAMRoleArn);
      location.iamRoleArn = input.IAMRoleArn;
      return show(location);
    },
  },

  DeleteAccessGrantsLocation: {
    authorize: "operation",
    run(input: NamedInput, context) {
      assertOwn(context, input);
      const location = openLocation(context, input, "s3:DeleteAccessGrantsLocation");
      const grants = grantsOf(context, getInstance(context, input)).filter(
        (grant) => grant.accessGrantsLocationId === location.accessGrantsLocationId,
      );
      if (grants.length > 0) {
        const message = "Please clean up access grants before deleting access grants location";
        throw refuse("AccessGrantsLocationNotEmptyError", message, {
          rule: "accessGrants.locationEmpty",
          why: `${grants.length} grants are for it`,
          fix: "Delete its grants first.",
        });
      }
      context.world.accessGrantsLocations.delete(location.accessGrantsLocationArn);
      return {};
    },
  },
});

function openLocation(context: OperationContext, input: NamedInput, action: string): AccessGrantsLocation {
  const { AccountId, AccessGrantsLocationId: id } = input;
  const arn = `arn:aws:s3:${context.region}:${AccountId}:access-grants/location/${id}`;
  assertMay(context, input, action, arn);
  return getLocation(context, getInstance(context, input), id);
}

function assertScope(context: OperationContext, instance: AccessGrantsInstance, scope: string): void {
  if (!isScope(scope)) {
    throw refuse("InvalidAccessGrantsLocation", "The specified Access Grants Location is invalid", {
      rule: "accessGrants.locationScope",
      why: `the scope "${scope.slice(0, 200)}" is none of s3://, s3://bucket and s3://bucket/prefix*`,
      fix: "Give one of these.",
    });
  }
  const locations = locationsOf(context, instance);
  if (locations.some(({ locationScope }) => locationScope === scope)) {
    throw refuse(
      "AccessGrantsLocationAlreadyExistsError",
      "The specified access grants location already exists",
      {
        rule: "accessGrants.oneLocation",
        why: `${scope} is registered already`,
        fix: "Use that location, or update its role.",
      },
    );
  }
  if (locations.length >= MOST_LOCATIONS) {
    const message = `The access grants location quota has been exceeded. Access Grants Locations Quota: ${MOST_LOCATIONS}. Please reach out to S3 if an increase is required.`;
    throw refuse("AccessGrantsLocationsQuotaExceededError", message, {
      rule: "accessGrants.locationQuota",
      why: `${locations.length} locations are registered`,
      fix: "Delete some.",
    });
  }
}

/** The role must be there and be passed by who registers it (service authorization reference: iam:PassRole). */
function assertRole(context: OperationContext, accountId: string, roleArn: string): void {
  assertIdentityPolicy(context, "iam:PassRole", roleArn);
  const role = context.world.iamRoles.get(roleArn);
  if (role?.accountId === accountId) return;
  throw refuse("InvalidIamRole", "The specified IAM Role is invalid", {
    rule: "accessGrants.role",
    why: role === undefined ? `there is no role ${roleArn}` : `${roleArn} is not of account ${accountId}`,
    fix: "Create the role in the instance's account, with a trust policy for access-grants.s3.amazonaws.com.",
  });
}

function show(location: AccessGrantsLocation) {
  return {
    CreatedAt: new Date(location.createdAtMs),
    AccessGrantsLocationId: location.accessGrantsLocationId,
    AccessGrantsLocationArn: location.accessGrantsLocationArn,
    LocationScope: location.locationScope,
    IAMRoleArn: location.iamRoleArn,
  };
}
