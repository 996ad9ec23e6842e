// The access portal's API: which accounts and roles a user has by permission sets, and credentials of one. Its callers sign
// nothing: an access token with the scope `sso:account:access` says who asks. Portal API reference.
import { listing } from "../../operation/list_page.ts";
import { family, type OperationContext } from "../../operation/operation.ts";
import { refusing } from "../../operation/refuse.ts";
import {
  type AccessKey,
  type IamRole,
  type IdentityStoreUser,
  type PortalToken,
  type Session,
  storeKey,
} from "../../state/index.ts";
import { rolesOf } from "./assigned_roles.ts";

const refuse = refusing("sso", { ForbiddenException: 403, UnauthorizedException: 401 });
const list = listing({ size: "maxResults", token: "nextToken", next: "nextToken", told: "next_token" });

type TokenInput = { accessToken: string };
type AccountInput = TokenInput & { accountId: string };

export const portalOperations = family("sso", {
  ListAccounts: {
    authorize: "operation",
    unsigned: true,
    run(input: TokenInput, context) {
      const { token } = open(context, input);
      const ids = [...new Set(rolesOf(context.world, token).map(({ accountId }) => accountId))].sort();
      return list(context, input, ids, {
        as: "accountList",
        show: (accountId) => ({
          accountId,
          accountName: context.world.accounts.get(accountId)?.name ?? accountId,
        }),
        most: 100,
        filter: token.userId,
      });
    },
  },

  ListAccountRoles: {
    authorize: "operation",
    unsigned: true,
    run(input: AccountInput, context) {
      const { token } = open(context, input);
      const names = rolesOf(context.world, token)
        .filter(({ accountId }) => accountId === input.accountId)
        .map(({ roleName }) => roleName)
        .sort();
      return list(context, input, names, {
        as: "roleList",
        show: (roleName) => ({ roleName, accountId: input.accountId }),
        most: 100,
        filter: [token.userId, input.accountId],
      });
    },
  },

  GetRoleCredentials: {
    authorize: "operation",
    unsigned: true,
    run(input: AccountInput & { roleName: string }, context) {
      const { token, user } = open(context, input);
      const assigned = rolesOf(context.world, token);
      const found = assigned.find(
        ({ accountId, roleName }) => accountId === input.accountId && roleName === input.roleName,
      );
      const role = context.world.iamRoles.get(found?.roleArn ?? "");
      if (role === undefined) {
        const names = assigned.map(({ accountId, roleName }) => `${roleName} in ${accountId}`).join(", ");
        throw refuse("ForbiddenException", "No access", {
          rule: "portal.assignment",
          why: `${user.userName} has ${names === "" ? "no assignment" : names}, not ${input.roleName} in ${input.accountId}`,
          fix: "CreateAccountAssignment (sso-admin) for the user or one of its groups; roleName is the permission set's name.",
        });
      }
      context.passed(
        "portal.assignment",
        `${user.userName} has ${input.roleName} in ${input.accountId}: ${role.arn}`,
      );
      return { roleCredentials: issue(context, role, user) };
    },
  },

  Logout: {
    authorize: "operation",
    unsigned: true,
    run(input: TokenInput, context) {
      open(context, input);
      context.world.portalTokens.delete(input.accessToken);
      return {};
    },
  },
});

/** @throws AwsError UnauthorizedException for a token that opens nothing */
function open(
  context: OperationContext,
  { accessToken }: TokenInput,
): { token: PortalToken; user: IdentityStoreUser } {
  const { world } = context;
  const token = world.portalTokens.get(accessToken);
  const user = token && world.users.get(storeKey(token.identityStoreId, token.userId));
  const now = context.clock().getTime();
  if (token !== undefined && token.expiresAtMs > now && user?.status === "ENABLED") {
    context.passed(
      "portal.token",
      `of user ${user.userName} of ${token.instanceArn} through ${token.applicationArn}`,
    );
    return { token, user };
  }
  const why =
    token === undefined
      ? "no CreateTokenWithIAM of an organization's instance gave out this token with the scope sso:account:access, or it was logged out"
      : token.expiresAtMs <= now
        ? `the token is over since ${new Date(token.expiresAtMs).toISOString()}`
        : "the token's user was deleted or disabled";
  throw refuse("UnauthorizedException", "Session token not found or invalid", {
    rule: "portal.token",
    why,
    fix: "PutApplicationAccessScope sso:account:access on the application, exchange anew, and send its accessToken in x-amz-sso_bearer_token.",
  });
}

/** A session of the permission set's role, for as long as the set says. */
function issue(context: OperationContext, role: IamRole, user: IdentityStoreUser) {
  const now = context.clock().getTime();
  const expiration = now + role.maxSessionDurationSeconds * 1000;
  const session: Session = {
    sessionToken: `FwoGZXIvYXdzE${context.ids.token(320)}`,
    roleArn: role.arn,
    // What a session's name may hold (STS API reference, RoleSessionName).
    roleSessionName: user.userName
      .replace(/[^\w+=,.@-]/g, "_")
      .slice(0, 64)
      .padEnd(2, "_"),
    issuedAtMs: now,
    expiresAtMs: expiration,
    tags: [],
    transitiveTagKeys: [],
    sessionPolicies: [],
    sourceIdentity: null,
    identityContext: null,
  };
  const key: AccessKey = {
    accessKeyId: context.ids.accessKeyId("ASIA"),
    secretAccessKey: context.ids.secretAccessKey(),
    accountId: role.accountId,
    holder: { type: "session", session },
  };
  context.world.accessKeys.set(key.accessKeyId, key);
  const { accessKeyId, secretAccessKey } = key;
  return { accessKeyId, secretAccessKey, sessionToken: session.sessionToken, expiration };
}
