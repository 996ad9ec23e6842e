// Users of an application by their other names: CreateUser, GetUser, UpdateUser, DeleteUser.

import { family, type OperationContext } from "../../operation/operation.ts";
import { type QUser, type QUserAlias, storeKey } from "../../state/index.ts";
import { createByToken } from "./collections.ts";
import {
  type ApplicationInput,
  applicationResource,
  getApplication,
  getDataSource,
  getIndex,
} from "./lookup.ts";
import { refuseConflict, refuseField, refuseMissing } from "./refuse.ts";

type WireAlias = { indexId?: string; dataSourceId?: string; userId: string };
type UserInput = ApplicationInput & { userId: string };
type CreateInput = UserInput & { userAliases?: WireAlias[]; clientToken?: string };
type UpdateInput = UserInput & { userAliasesToUpdate?: WireAlias[]; userAliasesToDelete?: WireAlias[] };

/** The operations of this family. */
export const userOperations = family("qbusiness", {
  CreateUser: {
    authorize: applicationResource,
    run(input: CreateInput, context) {
      const { applicationId } = getApplication(context, input);
      return createByToken(context, input, "USER", () => {
        const { userId } = input;
        const key = storeKey(applicationId, userId);
        const aliases = (input.userAliases ?? []).map((alias) => keep(alias, input, context));
        if (context.world.qUsers.has(key)) {
          throw refuseConflict({ type: "USER", id: userId }, `The user ${userId} exists already.`, {
            rule: "user.unique",
            why: `The application has a user ${userId} already.`,
            fix: "Change it with UpdateUser.",
          });
        }
        context.world.qUsers.set(key, { key, applicationId, userId, aliases });
        return {};
      });
    },
  },

  GetUser: {
    authorize: applicationResource,
    run: (input: UserInput, context) => ({ userAliases: getUser(context, input).aliases.map(show) }),
  },

  // An alias is updated where the user has one in the same place, and added where not.
  UpdateUser: {
    authorize: applicationResource,
    run(input: UpdateInput, context) {
      const user = getUser(context, input);
      const given = (input.userAliasesToUpdate ?? []).map((alias) => keep(alias, input, context));
      const leaving = (input.userAliasesToDelete ?? []).map((alias) => keep(alias, input, context));
      const isOneOf = (aliases: readonly QUserAlias[]) => (alias: QUserAlias) =>
        aliases.some((each) => placeOf(each) === placeOf(alias));
      const gone = user.aliases.filter(isOneOf(leaving));
      const updated = given.filter(isOneOf(user.aliases));
      const added = given.filter((alias) => !isOneOf(user.aliases)(alias));
      user.aliases = [
        ...user.aliases.filter((alias) => !isOneOf(leaving)(alias) && !isOneOf(given)(alias)),
        ...given,
      ];
      return {
        userAliasesAdded: added.map(show),
        userAliasesUpdated: updated.map(show),
        userAliasesDeleted: gone.map(show),
      };
    },
  },

  DeleteUser: {
    authorize: applicationResource,
    run(input: UserInput, context) {
      context.world.qUsers.delete(getUser(context, input).key);
      return {};
    },
  },
});

function placeOf({ indexId, dataSourceId }: QUserAlias): string {
  return `${indexId}|${dataSourceId}`;
}

/** @throws AwsError for an index or data source that is not there, or a data source without its index */
function keep(alias: WireAlias, { applicationId }: UserInput, context: OperationContext): QUserAlias {
  const { indexId, dataSourceId, userId } = alias;
  if (indexId !== undefined) getIndex(context, { applicationId, indexId });
  if (dataSourceId !== undefined) {
    if (indexId === undefined) {
      const message = "an alias with dataSourceId names its indexId as well";
      throw refuseField("userAliases", message, "user.aliasPlace");
    }
    getDataSource(context, { applicationId, indexId, dataSourceId });
  }
  return { indexId: indexId ?? null, dataSourceId: dataSourceId ?? null, userId };
}

function show({ indexId, dataSourceId, userId }: QUserAlias) {
  return { indexId, dataSourceId, userId };
}

function getUser(context: OperationContext, input: UserInput): QUser {
  const { applicationId } = getApplication(context, input);
  const found = context.world.qUsers.get(storeKey(applicationId, input.userId));
  if (found !== undefined) return found;
  throw refuseMissing(
    { type: "USER", id: input.userId },
    {
      rule: "resource.exists",
      why: `The application has no user ${input.userId}; users of Identity Center are not listed here until CreateUser.`,
      fix: "Create the user first.",
    },
  );
}
