// Instances of IAM Identity Center: ListInstances, DescribeInstance, CreateInstance, UpdateInstance, DeleteInstance.

import { createOnce } from "../../operation/idempotency.ts";
import { family, type OperationContext } from "../../operation/operation.ts";
import type { IdentityCenterInstance } from "../../state/identity_center_entities.ts";
import { getInstance, identityStoreArn, list } from "./lookup.ts";
import { refuse, refuseTokenReuse } from "./refuse.ts";

type ListInput = { MaxResults?: number; NextToken?: string };
type InstanceInput = { InstanceArn: string };
type CreateInput = { Name?: string; ClientToken?: string; Tags?: { Key: string; Value: string }[] };
type UpdateInput = InstanceInput & {
  Name?: string;
  EncryptionConfiguration?: { KeyType: string };
  PermissionSetsEnabled?: boolean;
};

/** The operations of this family. */
export const instanceOperations = family("sso-admin", {
  ListInstances: {
    authorize: "anyResource",
    run(input: ListInput, context) {
      const own = [...context.world.instances.values()].filter(
        ({ ownerAccountId, region }) => ownerAccountId === context.accountId && region === context.region,
      );
      // The model bounds the answer to 10, whatever MaxResults says.
      return list(context, input, own, { as: "Instances", show: describe, usual: 10, most: 10 });
    },
  },

  DescribeInstance: {
    authorize: (input: InstanceInput) => input.InstanceArn,
    run({ InstanceArn: arn }: InstanceInput, context) {
      const details = { KeyType: "AWS_OWNED_KMS_KEY", EncryptionStatus: "ENABLED" };
      const instance = getInstance(context, arn);
      const PermissionSetsEnabled = !instance.isAccountInstance || instance.permissionSetsEnabled === true;
      return { ...describe(instance), PermissionSetsEnabled, EncryptionConfigurationDetails: details };
    },
  },

  CreateInstance: {
    authorize: "anyResource",
    run(input: CreateInput, context) {
      const { ClientToken: token, ...parameters } = input;
      return createOnce(context, token, parameters, () => addInstance(input, context), refuseTokenReuse);
    },
  },

  UpdateInstance: {
    authorize: (input: UpdateInput) => input.InstanceArn,
    run(input: UpdateInput, context) {
      const instance = getInstance(context, input.InstanceArn);
      assertSettings(input);
      if (input.PermissionSetsEnabled && instance.isAccountInstance) instance.permissionSetsEnabled = true;
      if (input.Name !== undefined) instance.name = input.Name;
      return {};
    },
  },

  DeleteInstance: {
    authorize: (input: InstanceInput) => input.InstanceArn,
    run({ InstanceArn: arn }: InstanceInput, context) {
      const instance = getInstance(context, arn);
      const { applications, trustedTokenIssuers, permissionSets } = context.world;
      const { users, groups, memberships, instances } = context.world;
      const held = [applications, trustedTokenIssuers, permissionSets]
        .flatMap((things): { instanceArn: string }[] => [...things.values()])
        .filter(({ instanceArn }) => instanceArn === arn).length;
      if (held > 0) {
        throw refuse("ConflictException", "The instance still has resources.", {
          rule: "instance.empty",
          why: `The instance still has ${held} applications, trusted token issuers or permission sets.`,
          fix: "Delete them first.",
        });
      }
      for (const collection of [users, groups, memberships]) {
        for (const [key, { identityStoreId }] of collection) {
          if (identityStoreId === instance.identityStoreId) collection.delete(key);
        }
      }
      instances.delete(arn);
      return {};
    },
  },
});

function addInstance(input: CreateInput, context: OperationContext): { InstanceArn: string } {
  const { world, ids, accountId, region, clock } = context;
  const taken = [...world.instances.values()].find(({ ownerAccountId }) => ownerAccountId === accountId);
  if (taken) {
    throw refuse("ConflictException", "An instance of IAM Identity Center exists in this account already.", {
      rule: "instance.onePerAccount",
      why: `Account ${accountId} has ${taken.instanceArn} in ${taken.region}; an account has one instance.`,
      fix: "Use that instance, or another account.",
    });
  }
  const instanceArn = `arn:aws:sso:::instance/${ids.instanceId()}`;
  world.instances.set(instanceArn, {
    instanceArn,
    identityStoreId: ids.identityStoreId(),
    ownerAccountId: accountId,
    region,
    name: input.Name ?? null,
    status: "ACTIVE",
    createdAtMs: clock().getTime(),
    isAccountInstance: true,
    tags: (input.Tags ?? []).map(({ Key, Value }) => ({ key: Key, value: Value })),
  });
  return { InstanceArn: instanceArn };
}

/** One setting a request, permission sets are never switched off (API reference, UpdateInstance); no customer managed keys. */
function assertSettings({ EncryptionConfiguration: key, PermissionSetsEnabled: enabled }: UpdateInput): void {
  const fault =
    key !== undefined && enabled !== undefined
      ? "EncryptionConfiguration and PermissionSetsEnabled are set in two requests."
      : enabled === false
        ? "PermissionSetsEnabled can only be true: permission sets cannot be disabled."
        : key?.KeyType === "CUSTOMER_MANAGED_KEY"
          ? "Customer managed keys are not supported by the sandbox."
          : undefined;
  if (fault === undefined) return;
  throw refuse("ValidationException", fault, {
    rule: "instance.settings",
    why: fault,
    fix: "Send one setting that can be had, or leave both out.",
  });
}

function describe(instance: IdentityCenterInstance) {
  return {
    InstanceArn: instance.instanceArn,
    IdentityStoreId: instance.identityStoreId,
    IdentityStoreArn: identityStoreArn(instance),
    OwnerAccountId: instance.ownerAccountId,
    Name: instance.name,
    CreatedDate: new Date(instance.createdAtMs),
    Status: instance.status,
    PrimaryRegion: instance.region,
  };
}
