// What subscriptions are at a time, and whether a user has one: their own, a group's, the seed's, or the one that chatting brings.

import type { OperationContext } from "../../operation/operation.ts";
import type { IdentityStoreUser, QApplication, QSubscription, SubscriptionType } from "../../state/index.ts";
import { groupIdsOf } from "../sso_oidc/application_access.ts";
import { childrenOf } from "./lookup.ts";

/** The tier of a subscription; undefined when it has ended. */
export function typeAt(
  { type, nextType, changesAtMs }: QSubscription,
  now: Date,
): SubscriptionType | undefined {
  if (changesAtMs === null || now.getTime() < changesAtMs) return type;
  return nextType ?? undefined;
}

/** Whether it has not ended. */
export function isRunning(subscription: QSubscription, now: Date): boolean {
  return typeAt(subscription, now) !== undefined;
}

/** Whether the user has a subscription to the application. */
export function isSubscribed(
  application: QApplication,
  user: IdentityStoreUser,
  context: OperationContext,
): boolean {
  if ((application.subscribedUserIds ?? []).includes(user.userId)) return true;
  const automatic = application.settings["autoSubscriptionConfiguration"] as
    | { autoSubscribe?: string }
    | undefined;
  if (automatic?.autoSubscribe === "ENABLED") return true;
  const groups = groupIdsOf(user, context);
  return childrenOf(context.world.qSubscriptions, application.applicationId).some(
    (each) =>
      isRunning(each, context.clock()) &&
      (each.principalType === "USER" ? each.principalId === user.userId : groups.includes(each.principalId)),
  );
}
