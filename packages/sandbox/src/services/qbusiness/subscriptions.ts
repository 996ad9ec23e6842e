// Subscriptions of users and groups: Create, List, Update and Cancel. A downgrade and an end come with the next month.

import type { Json } from "../../ground/errors.ts";
import { family, type OperationContext } from "../../operation/operation.ts";
import { type QSubscription, type SubscriptionType, storeKey } from "../../state/index.ts";
import { createByToken, type ListInput, list } from "./collections.ts";
import { type ApplicationInput, applicationResource, childrenOf, getApplication } from "./lookup.ts";
import { refuseConflict, refuseField, refuseMissing } from "./refuse.ts";
import { isRunning, typeAt } from "./subscription_state.ts";

type CreateInput = ApplicationInput & {
  principal: { user?: string; group?: string };
  type: SubscriptionType;
  clientToken?: string;
};
type SubscriptionInput = ApplicationInput & { subscriptionId: string };

/** The operations of this family. */
export const subscriptionOperations = family("qbusiness", {
  CreateSubscription: {
    authorize: applicationResource,
    run(input: CreateInput, context) {
      getApplication(context, input);
      return createByToken(context, input, "SUBSCRIPTION", () => addSubscription(input, context));
    },
  },

  ListSubscriptions: {
    authorize: applicationResource,
    run(input: ApplicationInput & ListInput, context) {
      const { applicationId } = getApplication(context, input);
      const running = childrenOf(context.world.qSubscriptions, applicationId).filter((each) =>
        isRunning(each, context.clock()),
      );
      return list(context, input, running, {
        as: "subscriptions",
        show: (each) => ({
          subscriptionId: each.subscriptionId,
          principal: each.principalType === "USER" ? { user: each.principalId } : { group: each.principalId },
          ...describe(each, context),
        }),
        filter: applicationId,
      });
    },
  },

  UpdateSubscription: {
    authorize: applicationResource,
    run(input: SubscriptionInput & { type: SubscriptionType }, context) {
      const subscription = getSubscription(context, input);
      settle(subscription, context);
      const isDowngrade = input.type === "Q_LITE" && subscription.type === "Q_BUSINESS";
      if (!isDowngrade) subscription.type = input.type;
      subscription.nextType = input.type;
      subscription.changesAtMs = isDowngrade ? nextMonthMs(context) : null;
      return describe(subscription, context);
    },
  },

  CancelSubscription: {
    authorize: applicationResource,
    run(input: SubscriptionInput, context) {
      const subscription = getSubscription(context, input);
      settle(subscription, context);
      subscription.nextType = null;
      subscription.changesAtMs = nextMonthMs(context);
      return describe(subscription, context);
    },
  },
});

function addSubscription(input: CreateInput, context: OperationContext): { [member: string]: Json } {
  const { world, ids, clock } = context;
  const application = getApplication(context, input);
  const { applicationId, applicationArn } = application;
  const [principalType, principalId] =
    input.principal.user === undefined
      ? (["GROUP", input.principal.group ?? ""] as const)
      : (["USER", input.principal.user] as const);
  const storeId = world.instances.get(application.identityCenterInstanceArn ?? "")?.identityStoreId;
  const principals = principalType === "USER" ? world.users : world.groups;
  if (!principals.has(storeKey(storeId ?? "", principalId))) {
    const fix =
      "Use a UserId or GroupId of the identity store of the application's Identity Center instance.";
    const why =
      storeId === undefined
        ? `The application's identity type is ${application.identityType}: subscriptions name users and groups of Identity Center.`
        : `The identity store ${storeId} has no ${principalType.toLowerCase()} ${principalId}.`;
    throw refuseField("principal", "the user or group was not found", "subscription.principal", { why, fix });
  }
  const earlier = childrenOf(world.qSubscriptions, applicationId).find(
    (each) =>
      each.principalType === principalType && each.principalId === principalId && isRunning(each, clock()),
  );
  if (earlier !== undefined) {
    const subject = { type: "SUBSCRIPTION", id: earlier.subscriptionId } as const;
    throw refuseConflict(subject, "The user or group has a subscription already.", {
      rule: "subscription.unique",
      why: `Subscription ${earlier.subscriptionId} is theirs.`,
      fix: "Change it with UpdateSubscription.",
    });
  }
  const subscriptionId = ids.uuid();
  const subscription: QSubscription = {
    ...{ subscriptionId, subscriptionArn: `${applicationArn}/subscription/${subscriptionId}` },
    ...{ applicationId, principalType, principalId },
    ...{ type: input.type, nextType: input.type, changesAtMs: null },
  };
  world.qSubscriptions.set(subscriptionId, subscription);
  return { subscriptionId, ...describe(subscription, context) };
}

/** What it is and what it will be; the end of one has no next. */
function describe(subscription: QSubscription, context: OperationContext) {
  const type = typeAt(subscription, context.clock()) ?? subscription.type;
  return {
    subscriptionArn: subscription.subscriptionArn,
    currentSubscription: { type },
    ...(subscription.nextType !== null && { nextSubscription: { type: subscription.nextType } }),
  };
}

/** A change whose month has come is made, before another is asked for. */
function settle(subscription: QSubscription, context: OperationContext): void {
  subscription.type = typeAt(subscription, context.clock()) ?? subscription.type;
}

function getSubscription(context: OperationContext, input: SubscriptionInput): QSubscription {
  const { applicationId } = getApplication(context, input);
  const found = context.world.qSubscriptions.get(input.subscriptionId);
  if (found?.applicationId === applicationId && isRunning(found, context.clock())) return found;
  throw refuseMissing(
    { type: "SUBSCRIPTION", id: input.subscriptionId },
    {
      rule: "resource.exists",
      why: `The application has no subscription ${input.subscriptionId}${found ? ": it has ended" : ""}.`,
      fix: "Use an id ListSubscriptions gives.",
    },
  );
}

/** API reference, CancelSubscription and UpdateSubscription: "at the start of next month". */
function nextMonthMs({ clock }: OperationContext): number {
  const now = clock();
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
}
