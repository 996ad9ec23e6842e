// Access keys of users: CreateAccessKey, ListAccessKeys, UpdateAccessKey, DeleteAccessKey. The secret is shown once.
import { family, type OperationContext } from "../../operation/operation.ts";
import type { AccessKey, IamUser } from "../../state/iam_entities.ts";
import { getUserOrCaller, type ListInput, list, type UserInput, userResource } from "./lookup.ts";
import { refuse } from "./refuse.ts";

/** IAM quotas. */
const keysPerUser = 2;

type MaybeUser = Partial<UserInput>;
type KeyInput = MaybeUser & { AccessKeyId: string };

/** The operations of this family. */
export const accessKeyOperations = family("iam", {
  CreateAccessKey: {
    authorize: userResource,
    run(input: MaybeUser, context) {
      const { world, ids, clock } = context;
      const user = getUserOrCaller(context, input);
      if (keysOf(user, context).length >= keysPerUser) {
        throw refuse("LimitExceeded", `Cannot exceed quota for AccessKeysPerUser: ${keysPerUser}`, {
          rule: "accessKey.quota",
          why: `The user ${user.userName} has ${keysPerUser} access keys.`,
          fix: "Delete one first.",
        });
      }
      const key: AccessKey = {
        accessKeyId: ids.accessKeyId("AKIA"),
        secretAccessKey: ids.secretAccessKey(),
        accountId: user.accountId,
        createdAtMs: clock().getTime(),
        holder: { type: "user", userArn: user.arn },
      };
      world.accessKeys.set(key.accessKeyId, key);
      return { AccessKey: { ...describe(user, key), SecretAccessKey: key.secretAccessKey } };
    },
  },

  ListAccessKeys: {
    authorize: userResource,
    run(input: MaybeUser & ListInput, context) {
      const user = getUserOrCaller(context, input);
      const show = (key: AccessKey) => describe(user, key);
      return list(context, input, keysOf(user, context), { as: "AccessKeyMetadata", show, filter: user.arn });
    },
  },

  UpdateAccessKey: {
    authorize: userResource,
    run(input: KeyInput & { Status: string }, context) {
      const key = getKey(input, context);
      key.inactive = input.Status === "Inactive";
      return {};
    },
  },

  DeleteAccessKey: {
    authorize: userResource,
    run(input: KeyInput, context) {
      context.world.accessKeys.delete(getKey(input, context).accessKeyId);
      return {};
    },
  },
});

function keysOf(user: IamUser, { world }: OperationContext): AccessKey[] {
  return [...world.accessKeys.values()].filter(
    ({ holder }) => holder.type === "user" && holder.userArn === user.arn,
  );
}

function getKey(input: KeyInput, context: OperationContext): AccessKey {
  const user = getUserOrCaller(context, input);
  const key = keysOf(user, context).find(({ accessKeyId }) => accessKeyId === input.AccessKeyId);
  if (key !== undefined) return key;
  throw refuse("NoSuchEntity", `The Access Key with id ${input.AccessKeyId} cannot be found.`, {
    rule: "accessKey.exists",
    why: `The user ${user.userName} has no access key ${input.AccessKeyId}.`,
    fix: "Use an id ListAccessKeys gives.",
  });
}

function describe(user: IamUser, key: AccessKey) {
  return {
    UserName: user.userName,
    AccessKeyId: key.accessKeyId,
    Status: key.inactive === true ? "Inactive" : "Active",
    CreateDate: new Date(key.createdAtMs ?? user.createdAtMs),
  };
}
