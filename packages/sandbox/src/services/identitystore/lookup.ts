// From ids and ARNs to identity stores, users, groups and memberships, as far as the caller's account and region reach.

import { createHash } from "node:crypto";
import { iamActionOf, notAuthorized } from "../../operation/authorization.ts";
import { listing } from "../../operation/list_page.ts";
import type { OperationContext } from "../../operation/operation.ts";
import type {
  GroupMembership,
  IdentityCenterInstance,
  IdentityStoreGroup,
  IdentityStoreUser,
} from "../../state/identity_center_entities.ts";
import { storeKey } from "../../state/world.ts";
import { refuseMissing, refuseStale } from "./refuse.ts";

/** `IdentityStoreId` of a request: an id or an ARN. */
export type StoreInput = { IdentityStoreId: string };

/**
 * The instance whose identity store is meant.
 *
 * @throws AwsError ResourceNotFoundException when there is none in the request's region; AccessDeniedException when
 *   it belongs to another account
 */
export function getIdentityStore(
  context: OperationContext,
  { IdentityStoreId: given }: StoreInput,
): IdentityCenterInstance {
  const id = lastSegment(given);
  const instance = [...context.world.instances.values()].find(
    ({ identityStoreId }) => identityStoreId === id,
  );
  const named = given.startsWith("arn:") ? given.split(":")[4] : undefined;
  const owner = named ?? instance?.ownerAccountId ?? context.accountId;
  if (owner !== context.accountId || (instance && instance.ownerAccountId !== owner)) {
    throw notAuthorized(context, iamActionOf(context.service, context.operation), given, {
      rule: "resource.account",
      why: `The identity store ${id} belongs to account ${instance?.ownerAccountId ?? owner}, the caller to ${context.accountId}.`,
      fix: `Sign with credentials of account ${instance?.ownerAccountId ?? owner}.`,
    });
  }
  if (instance?.region === context.region) return instance;
  throw refuseMissing("IDENTITY_STORE", id, {
    rule: instance ? "resource.region" : "resource.exists",
    why: instance
      ? `The identity store lives in ${instance.region}, the request was signed for ${context.region}.`
      : `There is no identity store ${id}.`,
    fix: instance ? `Use the region ${instance.region}.` : "Use the IdentityStoreId ListInstances gives.",
  });
}

/** The user of an id or ARN. @throws AwsError ResourceNotFoundException */
export function getUser(context: OperationContext, storeId: string, given: string): IdentityStoreUser {
  const userId = lastSegment(given);
  const user = context.world.users.get(storeKey(storeId, userId));
  if (user) return user;
  throw refuseMissing("USER", userId, missing(`user ${userId}`, storeId));
}

/** The group of an id or ARN. @throws AwsError ResourceNotFoundException */
export function getGroup(context: OperationContext, storeId: string, given: string): IdentityStoreGroup {
  const groupId = lastSegment(given);
  const group = context.world.groups.get(storeKey(storeId, groupId));
  if (group) return group;
  throw refuseMissing("GROUP", groupId, missing(`group ${groupId}`, storeId));
}

/** The membership of an id or ARN. @throws AwsError ResourceNotFoundException */
export function getMembership(context: OperationContext, storeId: string, given: string): GroupMembership {
  const membershipId = lastSegment(given);
  const membership = context.world.memberships.get(storeKey(storeId, membershipId));
  if (membership) return membership;
  throw refuseMissing("GROUP_MEMBERSHIP", membershipId, missing(`membership ${membershipId}`, storeId));
}

/** `arn:aws:identitystore:::<kind>/<id>` */
export function resourceArn(kind: "user" | "group" | "membership", id: string): string {
  return `arn:aws:identitystore:::${kind}/${id}`;
}

/** What policies name: the identity store's ARN in the caller's account. */
export function policyResource(
  { IdentityStoreId: given }: StoreInput,
  { accountId }: OperationContext,
): string {
  return given.startsWith("arn:") ? given : `arn:aws:identitystore::${accountId}:identitystore/${given}`;
}

/** An opaque mark of a resource's present state: it changes with every change. */
export function revisionOf(resource: IdentityStoreUser | IdentityStoreGroup): string {
  return createHash("sha256").update(JSON.stringify(resource)).digest("hex").slice(0, 32);
}

/** @throws AwsError ConflictException CONCURRENT_MODIFICATION when the caller saw another state */
export function assertRevision(
  resource: IdentityStoreUser | IdentityStoreGroup,
  revision: string | undefined,
): void {
  if (revision === undefined || revision === revisionOf(resource)) return;
  throw refuseStale({
    rule: "identitystore.revision",
    why: "The Revision sent is not the present one.",
    fix: "Read the resource again and send its Revision, or none.",
  });
}

/** The id in an ARN, or the id itself. */
function lastSegment(given: string): string {
  return given.slice(given.lastIndexOf("/") + 1);
}

function missing(what: string, storeId: string) {
  return {
    rule: "resource.exists",
    why: `The identity store ${storeId} has no ${what}.`,
    fix: "Use an id a list operation gives.",
  };
}

/** Lists in the identity store's words. */
export const list = listing({
  size: "MaxResults",
  token: "NextToken",
  next: "NextToken",
  told: "nextToken",
});
