// What users and groups share: their lists, what every description says of them, and what hangs on them.

import type { OperationContext, OperationData } from "../../operation/operation.ts";
import type { IdentityStoreGroup, IdentityStoreUser } from "../../state/identity_center_entities.ts";
import { storeKey } from "../../state/world.ts";
import { getIdentityStore, list, type StoreInput } from "./lookup.ts";
import { refuse } from "./refuse.ts";

/** Input of both. */
export type ListInput = StoreInput & {
  MaxResults?: number;
  NextToken?: string;
  Filters?: { AttributePath: string; AttributeValue: string }[];
  Extensions?: string[];
};

/** What tells users from groups here. */
export type EntryList<Entry> = {
  /** Member of the output. */
  as: "Users" | "Groups";
  /** The one attribute that may be filtered by, and its value of an entry. */
  path: string;
  name(entry: Entry): string;
  entries(context: OperationContext, identityStoreId: string): readonly Entry[];
  show(entry: Entry): unknown;
  /** The refusal of another filter. */
  rule: string;
  fix: string;
};

/** @throws AwsError ValidationException for a filter by another attribute */
export function listEntries<Entry>(
  input: ListInput,
  context: OperationContext,
  { as, path, name, entries, show, rule, fix }: EntryList<Entry>,
): OperationData {
  const { identityStoreId } = getIdentityStore(context, input);
  const [filter] = input.Filters ?? [];
  if (filter && filter.AttributePath.toLowerCase() !== path.toLowerCase()) {
    throw refuse("ValidationException", `${filter.AttributePath} is not a supported filter.`, {
      rule,
      why: `List${as} filters by ${path} only.`,
      fix,
    });
  }
  const found = entries(context, identityStoreId).filter(
    (entry) => filter === undefined || name(entry) === filter.AttributeValue,
  );
  return list(context, input, found, { as, show, filter: [identityStoreId, filter] });
}

/** What a description says of a user or group alike. */
export function describeEntry({
  externalIds,
  createdAtMs,
  updatedAtMs,
}: IdentityStoreUser | IdentityStoreGroup) {
  return {
    ...(externalIds.length > 0 && {
      ExternalIds: externalIds.map(({ issuer, id }) => ({ Issuer: issuer, Id: id })),
    }),
    CreatedAt: new Date(createdAtMs),
    UpdatedAt: new Date(updatedAtMs),
  };
}

/** Removes a user or group, and what hangs on it: memberships, assignments to applications and to accounts. */
export function removeEntry(
  { world }: OperationContext,
  entry: IdentityStoreUser | IdentityStoreGroup,
): Record<string, never> {
  const { identityStoreId } = entry;
  const [type, id, entries] =
    "userId" in entry
      ? (["USER", entry.userId, world.users] as const)
      : (["GROUP", entry.groupId, world.groups] as const);
  for (const [key, membership] of world.memberships) {
    const held = type === "USER" ? membership.userId : membership.groupId;
    if (membership.identityStoreId === identityStoreId && held === id) world.memberships.delete(key);
  }
  for (const application of world.applications.values()) {
    if (world.instances.get(application.instanceArn)?.identityStoreId !== identityStoreId) continue;
    application.assignments = application.assignments.filter(
      ({ principalType, principalId }) => principalType !== type || principalId !== id,
    );
  }
  for (const [key, { instanceArn, principalType, principalId }] of world.accountAssignments) {
    const isOfStore = world.instances.get(instanceArn)?.identityStoreId === identityStoreId;
    if (isOfStore && principalType === type && principalId === id) world.accountAssignments.delete(key);
  }
  entries.delete(storeKey(identityStoreId, id));
  return {};
}
