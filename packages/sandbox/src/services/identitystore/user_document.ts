// A user as one document: the members CreateUser takes, what the world keeps of them, and the changes UpdateUser makes.

import type { Json } from "../../ground/errors.ts";
import { getModel, getOperation } from "../../models/index.ts";
import { readJsonInput } from "../../models/json_input.ts";
import { validateInput } from "../../models/validate.ts";
import type { IdentityStoreUser } from "../../state/identity_center_entities.ts";
import { refuse } from "./refuse.ts";

/** The members of CreateUser that make a user. */
export type UserDocument = {
  UserName?: string;
  DisplayName?: string;
  Emails?: { Value?: string; Type?: string; Primary?: boolean }[];
} & Record<string, unknown>;

/** One change of UpdateUser or UpdateGroup; without a value the attribute is removed. */
export type AttributeOperation = { AttributePath: string; AttributeValue?: unknown };

/** The part of a user its document says. */
export type UserAttributes = Pick<IdentityStoreUser, "userName" | "displayName" | "emails" | "profile">;

/**
 * What the world keeps of a document that passed the model.
 *
 * @throws AwsError ValidationException when it has no UserName: user names are never null
 */
export function keepDocument(document: UserDocument): UserAttributes {
  const {
    IdentityStoreId: _,
    UserName: userName,
    DisplayName: displayName,
    Emails: emails,
    ...profile
  } = document;
  if (userName === undefined) {
    throw refuse("ValidationException", "UserName is required.", {
      rule: "user.userName",
      why: "A user needs a UserName; user names are unique and never null.",
      fix: "Give UserName.",
    });
  }
  return {
    userName,
    displayName: displayName ?? null,
    // An identity store user has one address; it is the primary one unless it says otherwise.
    emails: (emails ?? []).map(({ Value: value = "", Type: type = null, Primary: primary = true }) => ({
      value,
      type,
      primary,
    })),
    profile: profile as Record<string, Json>,
  };
}

/** The document of a user, as DescribeUser and ListUsers show it. */
export function documentOf({ userName, displayName, emails, profile }: UserAttributes): UserDocument {
  return {
    ...profile,
    UserName: userName,
    ...(displayName !== null && { DisplayName: displayName }),
    ...(emails.length > 0 && {
      Emails: emails.map(({ value, type, primary }) => ({
        Value: value,
        ...(type !== null && { Type: type }),
        Primary: primary,
      })),
    }),
  };
}

/**
 * The document after UpdateUser's operations, held against the model of CreateUser.
 *
 * @throws AwsError ValidationException for an unknown attribute, or a value that does not fit its attribute
 */
export function applyOperations(
  identityStoreId: string,
  before: UserDocument,
  operations: readonly AttributeOperation[],
): UserDocument {
  const after = structuredClone(before);
  for (const operation of operations) applyOperation(after, operation);
  const { input } = getOperation("identitystore", "CreateUser");
  const model = getModel("identitystore");
  const document = input ? readJsonInput({ ...after, IdentityStoreId: identityStoreId }, input, model) : {};
  validateInput("identitystore", "CreateUser", document);
  return document;
}

function applyOperation(
  document: UserDocument,
  { AttributePath: path, AttributeValue: value }: AttributeOperation,
): void {
  const [first = "", second, ...deeper] = path.split(".").map(upperFirst);
  const known = getOperation("identitystore", "CreateUser").input?.members;
  if (!known?.has(first) || first === "IdentityStoreId" || first === "Extensions" || deeper.length > 0) {
    throw refuse("ValidationException", `${path} is not an attribute that can be updated.`, {
      rule: "user.attributePath",
      why: `A user has no attribute ${path} that UpdateUser takes.`,
      fix: "Use an attribute of CreateUser, e.g. displayName, name.givenName or emails.",
    });
  }
  if (second === undefined) {
    setOrRemove(document, first, value);
    return;
  }
  const parent = document[first];
  const changed: Record<string, unknown> = isObject(parent) ? { ...parent } : {};
  setOrRemove(changed, second, value);
  setOrRemove(document, first, Object.keys(changed).length > 0 ? changed : undefined);
}

function setOrRemove(target: Record<string, unknown>, name: string, value: unknown): void {
  if (value === undefined || value === null) delete target[name];
  else target[name] = withPascalCaseMembers(value);
}

/** Attribute values are free JSON; examples write both `value` and `Value`. */
function withPascalCaseMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPascalCaseMembers);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [upperFirst(name), withPascalCaseMembers(member)]),
  );
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
