// The attributes that must be unique in an identity store, and how they are looked up.
// GetUserId takes userName and emails.value only, GetGroupId displayName only (API reference).

import type { OperationContext } from "../../operation/operation.ts";
import type { IdentityStoreGroup, IdentityStoreUser } from "../../state/identity_center_entities.ts";
import { type ResourceType, refuse, refuseDuplicate, refuseMissing } from "./refuse.ts";

/** The union of GetUserId and GetGroupId. */
export type AlternateIdentifier = {
  ExternalId?: { Issuer: string; Id: string };
  UniqueAttribute?: { AttributePath: string; AttributeValue: unknown };
};

/** Every user of a store. */
export function usersOf({ world }: OperationContext, storeId: string): IdentityStoreUser[] {
  return [...world.users.values()].filter(({ identityStoreId }) => identityStoreId === storeId);
}

/** Every group of a store. */
export function groupsOf({ world }: OperationContext, storeId: string): IdentityStoreGroup[] {
  return [...world.groups.values()].filter(({ identityStoreId }) => identityStoreId === storeId);
}

/** A group's attribute that lookups may name. */
export function uniqueGroupValues(group: IdentityStoreGroup, path: string): string[] | undefined {
  return path.toLowerCase() === "displayname" ? [group.displayName] : undefined;
}

/**
 * The values of a user's attribute that lookups may name.
 *
 * @returns undefined when the attribute is not one of them
 */
export function uniqueUserValues(user: IdentityStoreUser, path: string): string[] | undefined {
  // AWS's own pages write userName and UserName, emails.value and Emails.Value.
  switch (path.toLowerCase()) {
    case "username":
      return [user.userName];
    case "emails.value":
      return user.emails.map(({ value }) => value);
    default:
      return undefined;
  }
}

/**
 * The one user or group an identifier names.
 *
 * @param paths the attributes that may be looked up, for the refusal
 * @param values the values of one entry's attribute
 * @throws AwsError ValidationException for another attribute or a value that is no text; ResourceNotFoundException
 */
export function resolveIdentifier<Entry extends IdentityStoreUser | IdentityStoreGroup>(
  identifier: AlternateIdentifier,
  entries: readonly Entry[],
  type: ResourceType,
  paths: readonly string[],
  values: (entry: Entry, path: string) => string[] | undefined,
  context: OperationContext,
): Entry {
  const { ExternalId: external, UniqueAttribute: attribute } = identifier;
  const path = attribute?.AttributePath ?? "";
  const value = attribute?.AttributeValue;
  if (attribute && !paths.some((known) => known.toLowerCase() === path.toLowerCase())) {
    throw refuse("ValidationException", `${path} is not a supported unique attribute.`, {
      rule: "identitystore.uniqueAttribute",
      why: `Only ${paths.join(" and ")} may be looked up, not ${path}.`,
      fix: `Use ${paths.join(" or ")}.`,
    });
  }
  if (attribute && typeof value !== "string") {
    throw refuse("ValidationException", "AttributeValue must be a string.", {
      rule: "identitystore.uniqueAttribute",
      why: `AttributeValue is ${typeof value}.`,
      fix: "Send the value as text.",
    });
  }
  // The same comparison as the exchange makes, so that GetUserId predicts it.
  const caseSensitive = context.rules.get("user.caseSensitive") === "true";
  const equal = (a: string, b: string) => (caseSensitive ? a === b : sameText(a, b));
  const found = entries.find((entry) =>
    external
      ? entry.externalIds.some(({ issuer, id }) => issuer === external.Issuer && id === external.Id)
      : typeof value === "string" && values(entry, path)?.some((text) => equal(text, value)),
  );
  if (found) return found;
  throw refuseMissing(type, undefined, {
    rule: "identitystore.lookup",
    why: external ? `No ${type} has the external id given.` : `No ${type} has ${path} = ${String(value)}.`,
    fix: `Check the value${caseSensitive ? "; case counts (rule user.caseSensitive)" : ""}.`,
  });
}

/** Uniqueness is without case, so that two users cannot differ in case alone. */
function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/**
 * @throws AwsError ConflictException UNIQUENESS_CONSTRAINT_VIOLATION when another user has the name or address
 */
export function assertUserUnique(user: IdentityStoreUser, others: readonly IdentityStoreUser[]): void {
  for (const other of others) {
    if (other.userId === user.userId) continue;
    if (sameText(other.userName, user.userName)) throw duplicate("UserName", user.userName, other.userId);
    const email = user.emails.find(({ value }) => other.emails.some((taken) => sameText(taken.value, value)));
    if (email) throw duplicate("Email", email.value, other.userId);
  }
}

/** @throws AwsError ConflictException UNIQUENESS_CONSTRAINT_VIOLATION when another group has the name */
export function assertGroupUnique(group: IdentityStoreGroup, others: readonly IdentityStoreGroup[]): void {
  const taken = others.find(
    (other) => other.groupId !== group.groupId && sameText(other.displayName, group.displayName),
  );
  if (taken) throw duplicate("GroupDisplayName", group.displayName, taken.groupId);
}

function duplicate(what: string, value: string, holder: string) {
  return refuseDuplicate(what, {
    rule: "identitystore.unique",
    why: `${holder} has the ${what} ${value} already.`,
    fix: `Use another ${what}.`,
  });
}
