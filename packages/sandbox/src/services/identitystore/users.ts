// Users of an identity store: CreateUser, DescribeUser, ListUsers, UpdateUser, DeleteUser, GetUserId.

import { family, type OperationContext } from "../../operation/operation.ts";
import type { IdentityStoreUser } from "../../state/identity_center_entities.ts";
import { storeKey } from "../../state/world.ts";
import { describeEntry, type ListInput, listEntries, removeEntry } from "./entries.ts";
import {
  assertRevision,
  getIdentityStore,
  getUser,
  policyResource,
  resourceArn,
  revisionOf,
  type StoreInput,
} from "./lookup.ts";
import {
  type AlternateIdentifier,
  assertUserUnique,
  resolveIdentifier,
  uniqueUserValues,
  usersOf,
} from "./unique_attributes.ts";
import {
  type AttributeOperation,
  applyOperations,
  documentOf,
  keepDocument,
  type UserDocument,
} from "./user_document.ts";

type UserInput = StoreInput & { UserId: string; Revision?: string; Extensions?: string[] };

/** The operations of this family. */
export const userOperations = family("identitystore", {
  CreateUser: {
    authorize: policyResource,
    run(input: StoreInput & UserDocument, context) {
      const { identityStoreId } = getIdentityStore(context, input);
      const createdAtMs = context.clock().getTime();
      const user: IdentityStoreUser = {
        identityStoreId,
        userId: context.ids.identityStoreResourceId(),
        ...keepDocument(input),
        externalIds: [],
        status: "ENABLED",
        createdAtMs,
        updatedAtMs: createdAtMs,
      };
      assertUserUnique(user, usersOf(context, identityStoreId));
      context.world.users.set(storeKey(identityStoreId, user.userId), user);
      return identify(user);
    },
  },

  DescribeUser: {
    authorize: policyResource,
    run(input: UserInput, context) {
      const { identityStoreId } = getIdentityStore(context, input);
      return describe(getUser(context, identityStoreId, input.UserId), input.Extensions);
    },
  },

  ListUsers: {
    authorize: policyResource,
    run: (input: ListInput, context) =>
      listEntries(input, context, {
        as: "Users",
        path: "UserName",
        name: ({ userName }) => userName,
        entries: usersOf,
        show: (user) => describe(user, input.Extensions),
        rule: "user.filter",
        fix: "Use the AttributePath UserName, or GetUserId.",
      }),
  },

  UpdateUser: {
    authorize: policyResource,
    run(input: UserInput & { Operations: AttributeOperation[] }, context) {
      const user = held(input, context);
      const { identityStoreId } = user;
      const attributes = keepDocument(applyOperations(identityStoreId, documentOf(user), input.Operations));
      assertUserUnique({ ...user, ...attributes }, usersOf(context, identityStoreId));
      Object.assign(user, attributes, { updatedAtMs: context.clock().getTime() });
      return identify(user);
    },
  },

  DeleteUser: {
    authorize: policyResource,
    run: (input: UserInput, context) => removeEntry(context, held(input, context)),
  },

  GetUserId: {
    authorize: policyResource,
    run(input: StoreInput & { AlternateIdentifier: AlternateIdentifier }, context) {
      const { identityStoreId } = getIdentityStore(context, input);
      const { userId } = resolveIdentifier(
        input.AlternateIdentifier,
        usersOf(context, identityStoreId),
        "USER",
        ["userName", "emails.value"],
        uniqueUserValues,
        context,
      );
      return { IdentityStoreId: identityStoreId, UserId: userId, UserArn: resourceArn("user", userId) };
    },
  },
});

/** The user a request names. @throws AwsError if there is none, or its Revision is another */
function held(input: UserInput, context: OperationContext): IdentityStoreUser {
  const { identityStoreId } = getIdentityStore(context, input);
  const user = getUser(context, identityStoreId, input.UserId);
  assertRevision(user, input.Revision);
  return user;
}

function identify(user: IdentityStoreUser) {
  return {
    IdentityStoreId: user.identityStoreId,
    UserId: user.userId,
    UserArn: resourceArn("user", user.userId),
    Revision: revisionOf(user),
  };
}

/** Extensions are shown only when the caller names them (API reference). */
function describe(user: IdentityStoreUser, extensions: readonly string[] = []) {
  const { Extensions: held, ...document } = documentOf(user);
  const shown = Object.entries(held ?? {}).filter(([name]) => extensions.includes(name));
  return {
    ...document,
    ...(shown.length > 0 && { Extensions: Object.fromEntries(shown) }),
    ...identify(user),
    UserStatus: user.status,
    ...describeEntry(user),
  };
}
