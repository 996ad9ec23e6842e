// Grants of S3 Access Grants: who may read or write which prefix. S3 API reference.
import { family, type OperationContext } from "../../operation/operation.ts";
import { type AccessGrant, type AccessGrantsInstance, storeKey } from "../../state/index.ts";
import {
  type AccountInput,
  assertMay,
  assertOwn,
  assertOwnerMay,
  getGrant,
  getInstance,
  getLocation,
  grantsOf,
  listed,
} from "./lookup.ts";
import { refuse } from "./refuse.ts";
import { grantScopeOf, parseScope } from "./scope.ts";

/** Grants of an instance at most; AWS: 100,000. */
const MOST_GRANTS = 1000;

type Grantee = { GranteeType?: AccessGrant["granteeType"]; GranteeIdentifier?: string };
type CreateInput = AccountInput & {
  AccessGrantsLocationId: string;
  AccessGrantsLocationConfiguration?: { S3SubPrefix?: string };
  Grantee: Grantee;
  Permission: AccessGrant["permission"];
  ApplicationArn?: string;
  S3PrefixType?: "Object";
};
type NamedInput = AccountInput & { AccessGrantId: string };
type ListInput = AccountInput & {
  GranteeType?: string;
  GranteeIdentifier?: string;
  Permission?: string;
  GrantScope?: string;
  ApplicationArn?: string;
};

export const grantOperations = family("s3control", {
  CreateAccessGrant: {
    authorize: "operation",
    run(input: CreateInput, context) {
      const { AccountId, AccessGrantsLocationId: locationId } = input;
      const locationArn = `arn:aws:s3:${context.region}:${AccountId}:access-grants/location/${locationId}`;
      assertOwnerMay(context, input, "s3:CreateAccessGrant", locationArn);
      const instance = getInstance(context, input);
      const location = getLocation(context, instance, locationId);
      const subPrefix = input.AccessGrantsLocationConfiguration?.S3SubPrefix ?? null;
      const grant: AccessGrant = {
        ...newGrant(context, instance),
        accessGrantsLocationId: locationId,
        s3SubPrefix: subPrefix,
        ...granteeOf(context, instance, input.Grantee),
        permission: input.Permission,
        grantApplicationArn: input.ApplicationArn ?? null,
        isObject: input.S3PrefixType === "Object",
        grantScope: grantScopeOf(location.locationScope, subPrefix),
      };
      assertScope(grant);
      assertNew(context, instance, grant);
      context.world.accessGrants.set(grant.accessGrantArn, grant);
      return showGrant(grant);
    },
  },

  GetAccessGrant: {
    authorize: "operation",
    run(input: NamedInput, context) {
      return showGrant(openGrant(context, input, "s3:GetAccessGrant"));
    },
  },

  ListAccessGrants: {
    authorize: "operation",
    run(input: ListInput, context) {
      assertMay(context, input, "s3:ListAccessGrants");
      const { AccountId, GranteeType, GranteeIdentifier, Permission, GrantScope, ApplicationArn } = input;
      const isAsked = (asked: string | undefined, value: string | null) =>
        asked === undefined || asked === value;
      const found = grantsOf(context, getInstance(context, input)).filter(
        (grant) =>
          isAsked(GranteeType, grant.granteeType) &&
          isAsked(GranteeIdentifier, grant.granteeIdentifier) &&
          isAsked(Permission, grant.permission) &&
          isAsked(GrantScope, grant.grantScope) &&
          isAsked(ApplicationArn, grant.grantApplicationArn),
      );
      const filter = [AccountId, GranteeType, GranteeIdentifier, Permission, GrantScope, ApplicationArn];
      return listed(context, input, found, { as: "AccessGrantsList", show: showGrant, filter });
    },
  },

  DeleteAccessGrant: {
    authorize: "operation",
    run(input: NamedInput, context) {
      assertOwn(context, input);
      const grant = openGrant(context, input, "s3:DeleteAccessGrant");
      context.world.accessGrants.delete(grant.accessGrantArn);
      return {};
    },
  },
});

function newGrant(context: OperationContext, instance: AccessGrantsInstance) {
  const id = context.ids.uuid();
  return {
    accessGrantArn: `arn:aws:s3:${instance.region}:${instance.accountId}:access-grants/grant/${id}`,
    accessGrantId: id,
    accessGrantsInstanceArn: instance.accessGrantsInstanceArn,
    createdAtMs: context.clock().getTime(),
  };
}

function openGrant(context: OperationContext, input: NamedInput, action: string): AccessGrant {
  const { AccountId, AccessGrantId: id } = input;
  assertMay(context, input, action, `arn:aws:s3:${context.region}:${AccountId}:access-grants/grant/${id}`);
  return getGrant(context, getInstance(context, input), id);
}

/** A directory's grantees must stand in the associated instance's store; an IAM grantee is a user or a role. */
function granteeOf(
  context: OperationContext,
  instance: AccessGrantsInstance,
  { GranteeType: type, GranteeIdentifier: identifier }: Grantee,
): Pick<AccessGrant, "granteeType" | "granteeIdentifier"> {
  const { world } = context;
  if (type === undefined || identifier === undefined)
    throw invalid("accessGrants.grantee", "Grantee lacks its type or its identifier", "Give both.");
  if (type === "IAM") {
    if (world.iamRoles.has(identifier) || world.iamUsers.has(identifier))
      return { granteeType: type, granteeIdentifier: identifier };
    const why = `there is no IAM user or role ${identifier.slice(0, 200)}`;
    throw invalid("accessGrants.grantee", why, "Give the ARN of a user or role (not of a session).");
  }
  const center = world.instances.get(instance.identityCenterArn ?? "");
  if (center === undefined) {
    const why = "the instance is not associated with Identity Center, so that it knows no directory";
    throw invalid("accessGrants.identityCenter", why, "AssociateAccessGrantsIdentityCenter first.");
  }
  const directory = type === "DIRECTORY_USER" ? world.users : world.groups;
  if (directory.has(storeKey(center.identityStoreId, identifier)))
    return { granteeType: type, granteeIdentifier: identifier };
  const why = `${center.identityStoreId} has no ${type === "DIRECTORY_USER" ? "user" : "group"} ${identifier.slice(0, 100)}`;
  throw invalid("accessGrants.grantee", why, "Give the id the identity store has (UserId or GroupId).");
}

function assertScope({ grantScope, s3SubPrefix, accessGrantsLocationId, isObject }: AccessGrant): void {
  if (accessGrantsLocationId === "default" && s3SubPrefix === null) {
    const why = "the default location is all of S3, and a grant must be narrower";
    throw invalid("accessGrants.grantScope", why, "Give AccessGrantsLocationConfiguration.S3SubPrefix.");
  }
  const { bucket, prefix } = parseScope(grantScope);
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw invalid(
      "accessGrants.grantScope",
      `the scope ${grantScope.slice(0, 200)} names no bucket`,
      "Correct S3SubPrefix.",
    );
  }
  if (isObject && (grantScope.endsWith("*") || prefix === "")) {
    const why = `S3PrefixType is Object, and the scope ${grantScope.slice(0, 200)} names no object`;
    throw invalid("accessGrants.grantScope", why, "Name one object, or leave S3PrefixType away.");
  }
}

function assertNew(context: OperationContext, instance: AccessGrantsInstance, grant: AccessGrant): void {
  const grants = grantsOf(context, instance);
  const same = grants.find(
    (each) =>
      each.grantScope === grant.grantScope &&
      each.granteeType === grant.granteeType &&
      each.granteeIdentifier === grant.granteeIdentifier &&
      each.permission === grant.permission &&
      each.grantApplicationArn === grant.grantApplicationArn,
  );
  if (same !== undefined) {
    throw refuse("AccessGrantAlreadyExists", "The specified access grant already exists", {
      rule: "accessGrants.oneGrant",
      why: `${same.accessGrantId} gives the same grantee the same permission for ${grant.grantScope}`,
      fix: "Use that grant, or delete it first.",
    });
  }
  if (grants.length < MOST_GRANTS) return;
  const message = `The access grants quota has been exceeded. Access Grants Quota: ${MOST_GRANTS}. Please reach out to S3 if an increase is required.`;
  throw refuse("AccessGrantsQuotaExceededError", message, {
    rule: "accessGrants.grantQuota",
    why: `the sandbox keeps ${MOST_GRANTS} grants of an instance`,
    fix: "Delete some.",
  });
}

function invalid(rule: string, why: string, fix: string) {
  return refuse("InvalidAccessGrant", "The specified Access Grant is invalid", { rule, why, fix });
}

function showGrant(grant: AccessGrant) {
  return {
    CreatedAt: new Date(grant.createdAtMs),
    AccessGrantId: grant.accessGrantId,
    AccessGrantArn: grant.accessGrantArn,
    Grantee: { GranteeType: grant.granteeType, GranteeIdentifier: grant.granteeIdentifier },
    AccessGrantsLocationId: grant.accessGrantsLocationId,
    ...(grant.s3SubPrefix !== null && {
      AccessGrantsLocationConfiguration: { S3SubPrefix: grant.s3SubPrefix },
    }),
    Permission: grant.permission,
    ...(grant.grantApplicationArn !== null && { ApplicationArn: grant.grantApplicationArn }),
    GrantScope: grant.grantScope,
  };
}
