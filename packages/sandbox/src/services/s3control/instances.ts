// S3 Access Grants instances: one of an account and region, with or without an Identity Center instance, and with a resource
// policy for other accounts. S3 API reference.
import { family, type OperationContext } from "../../operation/operation.ts";
import { readTags } from "../../operation/tags.ts";
import { PolicyGrammarError, parsePolicy } from "../../policy/parse_policy.ts";
import type { AccessGrantsInstance } from "../../state/index.ts";
import {
  type AccountInput,
  assertMay,
  assertOwnerMay,
  getInstance,
  instanceArnOf,
  listed,
  locationsOf,
} from "./lookup.ts";
import { refuse } from "./refuse.ts";

type AssociateInput = AccountInput & { IdentityCenterArn: string };
type CreateInput = AccountInput & {
  IdentityCenterArn?: string;
  Tags?: { Key: string; Value: string }[];
};
type PolicyInput = AccountInput & { Policy: string; Organization?: string };

export const instanceOperations = family("s3control", {
  CreateAccessGrantsInstance: {
    authorize: "operation",
    run(input: CreateInput, context) {
      assertOwnerMay(context, input, "s3:CreateAccessGrantsInstance");
      const arn = instanceArnOf(input.AccountId, context.region);
      const { accessGrantsInstances } = context.world;
      if (accessGrantsInstances.has(arn)) {
        throw refuse("AccessGrantsInstanceAlreadyExists", "Access Grants Instance already exists", {
          rule: "accessGrants.oneInstance",
          why: `account ${input.AccountId} has an instance in ${context.region}, and may have one`,
          fix: "Use it (GetAccessGrantsInstance), or delete it first.",
        });
      }
      const instance: AccessGrantsInstance = {
        accessGrantsInstanceArn: arn,
        accountId: input.AccountId,
        region: context.region,
        identityCenterArn: null,
        identityCenterApplicationArn: null,
        resourcePolicy: null,
        tags: readTags(input.Tags ?? [], { key: "Key", value: "Value" }),
        createdAtMs: context.clock().getTime(),
      };
      if (input.IdentityCenterArn !== undefined) associate(context, instance, input.IdentityCenterArn);
      accessGrantsInstances.set(arn, instance);
      return show(instance);
    },
  },

  GetAccessGrantsInstance: {
    authorize: "operation",
    run(input: AccountInput, context) {
      assertMay(context, input, "s3:GetAccessGrantsInstance");
      return show(getInstance(context, input));
    },
  },

  GetAccessGrantsInstanceForPrefix: {
    authorize: "operation",
    run(input: AccountInput & { S3Prefix: string }, context) {
      assertMay(context, input, "s3:GetAccessGrantsInstanceForPrefix");
      const { accessGrantsInstanceArn } = getInstance(context, input);
      return { AccessGrantsInstanceArn: accessGrantsInstanceArn, AccessGrantsInstanceId: "default" };
    },
  },

  ListAccessGrantsInstances: {
    authorize: "operation",
    run(input: AccountInput, context) {
      assertMay(context, input, "s3:ListAccessGrantsInstances");
      const found = [...context.world.accessGrantsInstances.values()].filter(
        ({ accountId, region }) => accountId === input.AccountId && region === context.region,
      );
      return listed(context, input, found, { as: "AccessGrantsInstancesList", show });
    },
  },

  DeleteAccessGrantsInstance: {
    authorize: "operation",
    run(input: AccountInput, context) {
      assertOwnerMay(context, input, "s3:DeleteAccessGrantsInstance");
      const instance = getInstance(context, input);
      const locations = locationsOf(context, instance).length;
      if (locations > 0) {
        const message = "Please clean up locations before deleting the access grants instance";
        throw refuse("AccessGrantsInstanceNotEmptyError", message, {
          rule: "accessGrants.instanceEmpty",
          why: `${locations} locations are registered at it`,
          fix: "Delete its grants, then its locations.",
        });
      }
      if (instance.identityCenterArn !== null) {
        throw refuse(
          "InvalidRequest",
          "Dissociate the Identity Center instance before deleting the access grants instance",
          {
            rule: "accessGrants.associated",
            why: `it is associated with ${instance.identityCenterArn}`,
            fix: "DissociateAccessGrantsIdentityCenter first.",
          },
        );
      }
      context.world.accessGrantsInstances.delete(instance.accessGrantsInstanceArn);
      return {};
    },
  },

  AssociateAccessGrantsIdentityCenter: {
    authorize: "operation",
    run(input: AssociateInput, context) {
      assertOwnerMay(context, input, "s3:AssociateAccessGrantsIdentityCenter");
      associate(context, getInstance(context, input), input.IdentityCenterArn);
      return {};
    },
  },

  DissociateAccessGrantsIdentityCenter: {
    authorize: "operation",
    run(input: AccountInput, context) {
      assertOwnerMay(context, input, "s3:DissociateAccessGrantsIdentityCenter");
      const instance = getInstance(context, input);
      instance.identityCenterArn = null;
      instance.identityCenterApplicationArn = null;
      return {};
    },
  },

  PutAccessGrantsInstanceResourcePolicy: {
    authorize: "operation",
    run(input: PolicyInput, context) {
      assertOwnerMay(context, input, "s3:PutAccessGrantsInstanceResourcePolicy");
      const instance = getInstance(context, input);
      instance.resourcePolicy = {
        document: parse(input.Policy),
        text: input.Policy,
        organization: input.Organization ?? null,
        createdAtMs: context.clock().getTime(),
      };
      return showPolicy(instance.resourcePolicy);
    },
  },

  GetAccessGrantsInstanceResourcePolicy: {
    authorize: "operation",
    run(input: AccountInput, context) {
      assertMay(context, input, "s3:GetAccessGrantsInstanceResourcePolicy");
      const { resourcePolicy } = getInstance(context, input);
      if (resourcePolicy !== null) return showPolicy(resourcePolicy);
      throw refuse(
        "AccessGrantsInstanceResourcePolicyNotExists",
        "Access Grants Instance Resource Policy does not exist",
        {
          rule: "accessGrants.resourcePolicyExists",
          why: "the instance has no resource policy",
          fix: "PutAccessGrantsInstanceResourcePolicy first.",
        },
      );
    },
  },

  DeleteAccessGrantsInstanceResourcePolicy: {
    authorize: "operation",
    run(input: AccountInput, context) {
      assertOwnerMay(context, input, "s3:DeleteAccessGrantsInstanceResourcePolicy");
      getInstance(context, input).resourcePolicy = null;
      return {};
    },
  },
});

/** S3 becomes an application of the Identity Center instance (S3 API reference, AssociateAccessGrantsIdentityCenter). */
function associate(
  context: OperationContext,
  instance: AccessGrantsInstance,
  identityCenterArn: string,
): void {
  const center = context.world.instances.get(identityCenterArn);
  if (center === undefined || center.region !== context.region) {
    const where = center === undefined ? "does not exist" : `is in ${center.region}`;
    throw refuse("InvalidIdentityCenterInstance", "The specified identity center instance is invalid", {
      rule: "accessGrants.identityCenter",
      why: `${identityCenterArn} ${where}; the Access Grants instance is in ${context.region}`,
      fix: "Name an Identity Center instance of the same region.",
    });
  }
  const id = identityCenterArn.split("/").at(-1);
  instance.identityCenterArn = identityCenterArn;
  instance.identityCenterApplicationArn = `arn:aws:sso::${instance.accountId}:application/${id}/${context.ids.applicationId()}`;
}

function parse(text: string) {
  try {
    return parsePolicy(text, "resource");
  } catch (error) {
    if (!(error instanceof PolicyGrammarError)) throw error;
    throw refuse("InvalidResourcePolicy", "The specified Resource Policy is invalid", {
      rule: "policy.grammar",
      why: error.message,
      fix: "Write the document by the grammar of the IAM policy language.",
    });
  }
}

function show(instance: AccessGrantsInstance) {
  return {
    AccessGrantsInstanceArn: instance.accessGrantsInstanceArn,
    AccessGrantsInstanceId: "default",
    CreatedAt: new Date(instance.createdAtMs),
    ...(instance.identityCenterArn !== null && {
      IdentityCenterArn: instance.identityCenterArn,
      IdentityCenterInstanceArn: instance.identityCenterArn,
      IdentityCenterApplicationArn: instance.identityCenterApplicationArn,
    }),
  };
}

function showPolicy({
  text,
  organization,
  createdAtMs,
}: NonNullable<AccessGrantsInstance["resourcePolicy"]>) {
  return {
    Policy: text,
    CreatedAt: new Date(createdAtMs),
    ...(organization !== null && { Organization: organization }),
  };
}
