// Users: CreateUser, GetUser, ListUsers, DeleteUser, and their tags.
import { family, type OperationContext } from "../../operation/operation.ts";
import type { IamUser } from "../../state/iam_entities.ts";
import {
  findUser,
  getUser,
  getUserOrCaller,
  type ListInput,
  list,
  type UserInput,
  userResource,
  usersOf,
} from "./lookup.ts";
import { assertAccountQuota } from "./quota.ts";
import { refuse } from "./refuse.ts";
import { keepTags, tagOperations, type WireTag, wireTags } from "./role_tags.ts";

type CreateInput = UserInput & { Path?: string; PermissionsBoundary?: string; Tags?: WireTag[] };

const { tag, untag } = tagOperations({
  authorize: (input, context) => userResource(input as UserInput, context),
  find: (input, context) => getUser(context, input as UserInput),
});

/** The operations of this family. */
export const userOperations = family("iam", {
  CreateUser: {
    authorize: arnOf,
    run(input: CreateInput, context) {
      const { world, ids, accountId, clock } = context;
      if (findUser(context, input.UserName)) {
        throw refuse("EntityAlreadyExists", `User with name ${input.UserName} already exists.`, {
          rule: "user.nameUnique",
          why: `Account ${accountId} has a user ${input.UserName}; names are compared without case.`,
          fix: "Use another name.",
        });
      }
      if (input.PermissionsBoundary !== undefined) {
        throw refuse("InvalidInput", "Permissions boundaries are not supported by the sandbox.", {
          rule: "user.permissionsBoundary",
          why: "The sandbox evaluates no permissions boundaries.",
          fix: "Leave PermissionsBoundary out.",
        });
      }
      assertAccountQuota("Users", usersOf(context).length);
      const user: IamUser = {
        arn: arnOf(input, context),
        accountId,
        userName: input.UserName,
        userId: ids.principalId("AIDA"),
        path: input.Path ?? "/",
        createdAtMs: clock().getTime(),
        inlinePolicies: {},
        attachedPolicyArns: [],
        tags: keepTags(input.Tags ?? []),
      };
      world.iamUsers.set(user.arn, user);
      return { User: describe(user) };
    },
  },

  GetUser: {
    authorize: userResource,
    run(input: Partial<UserInput>, context) {
      const { caller, accountId } = context;
      if (input.UserName === undefined && caller.arn === `arn:aws:iam::${accountId}:root`) {
        // The account itself: it has no name and no path.
        return {
          User: { Path: "/", UserName: "", UserId: accountId, Arn: caller.arn, CreateDate: context.clock() },
        };
      }
      return { User: describe(getUserOrCaller(context, input)) };
    },
  },

  ListUsers: {
    authorize: "anyResource",
    run(input: ListInput & { PathPrefix?: string }, context) {
      const { PathPrefix: prefix = "/" } = input;
      const users = usersOf(context).filter(({ path }) => path.startsWith(prefix));
      // ListUsers leaves tags out (API reference).
      const show = (user: IamUser) => ({ ...describe(user), Tags: undefined });
      return list(context, input, users, { as: "Users", show, filter: prefix });
    },
  },

  DeleteUser: {
    authorize: userResource,
    run(input: UserInput, context) {
      const { world } = context;
      const user = getUser(context, input);
      const keys = [...world.accessKeys.values()].filter(
        ({ holder }) => holder.type === "user" && holder.userArn === user.arn,
      );
      const held = [
        ...keys.map(({ accessKeyId }) => accessKeyId),
        ...Object.keys(user.inlinePolicies),
        ...user.attachedPolicyArns,
      ];
      if (held.length > 0) {
        const what = keys.length > 0 ? "delete access keys" : "delete policies";
        throw refuse("DeleteConflict", `Cannot delete entity, must ${what} first.`, {
          rule: "user.holdsNothing",
          why: `The user still has ${held.join(", ")}.`,
          fix: "Delete its access keys, delete or detach its policies first.",
        });
      }
      world.iamUsers.delete(user.arn);
      return {};
    },
  },

  TagUser: tag,
  UntagUser: untag,
  ListUserTags: {
    authorize: userResource,
    run(input: UserInput & ListInput, context) {
      const { tags, arn } = getUser(context, input);
      return list(context, input, wireTags(tags ?? []), { as: "Tags", show: (one) => one, filter: arn });
    },
  },
});

function arnOf({ UserName: name, Path: path = "/" }: CreateInput, { accountId }: OperationContext): string {
  return `arn:aws:iam::${accountId}:user${path}${name}`;
}

function describe(user: IamUser) {
  return {
    Path: user.path,
    UserName: user.userName,
    UserId: user.userId,
    Arn: user.arn,
    CreateDate: new Date(user.createdAtMs),
    ...((user.tags?.length ?? 0) > 0 && { Tags: wireTags(user.tags ?? []) }),
  };
}
