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
      return { ...describe(getInstance(context, arn)), EncryptionConfigurationDetails: details };
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
      if (input.EncryptionConfiguration?.KeyType === "CUSTOMER_MANAGED_KEY" || input.PermissionSetsEnabled) {
        throw refuse(
          "ValidationException",
          "Customer managed keys and permission sets are not supported by the sandbox.",
          {
            rule: "instance.settings",
            why: "The sandbox has no customer managed keys for instances and no permission sets.",
            fix: "Leave EncryptionConfiguration and PermissionSetsEnabled out.",
          },
        );
      }
      if (input.Name !== undefined) instance.name = input.Name;
      return {};
    },
  },

  DeleteInstance: {
    authorize: (input: InstanceInput) => input.InstanceArn,
    run({ InstanceArn: arn }: InstanceInput, context) {
      const instance = getInstance(context, arn);
      const { applications, trustedTokenIssuers, users, groups, memberships, instances } = context.world;
      const held = [...applications.values(), ...trustedTokenIssuers.values()].filter(
        ({ instanceArn }) => instanceArn === arn,
      ).length;
      if (held > 0) {
        throw refuse("ConflictException", "The instance still has applications or trusted token issuers.", {
          rule: "instance.empty",
          why: `The instance still has ${held} applications or trusted token issuers.`,
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
    tags: (input.Tags ?? []).map(({ Key, Value }) => ({ key: Key, value: Value })),
  });
  return { InstanceArn: instanceArn };
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
