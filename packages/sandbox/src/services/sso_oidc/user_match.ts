// Finds the one user of the identity store that a token's mapped claim names.
// IAM Identity Center user guide, "Trusted token issuer configuration settings" (contract 2.2).

import { claimAt } from "../../issuer/assertion.ts";
import type { OperationContext } from "../../operation/operation.ts";
import type { RuleName, Rules } from "../../rules/rules.ts";
import type {
  IdentityCenterInstance,
  IdentityStoreUser,
  TrustedTokenIssuer,
  World,
} from "../../state/index.ts";
import { refuse } from "./oauth_error.ts";

/** @throws AwsError InvalidGrantException when not exactly one enabled user matches */
export function getMatchedUser(
  claims: Record<string, unknown>,
  issuer: TrustedTokenIssuer,
  instance: IdentityCenterInstance,
  context: OperationContext,
): IdentityStoreUser {
  const { claimAttributePath: claim, identityStoreAttributePath: attribute } = issuer;
  const value = claimAt(claims, claim);
  if (typeof value !== "string" || value === "") {
    throw refuse("InvalidGrantException", {
      rule: "token.mappedClaim",
      why: `the token's claim "${claim}" is ${JSON.stringify(value ?? null)}; it must be a non-empty string`,
      fix: `Send the claim "${claim}" in the ID token itself, not only at the userinfo endpoint.`,
    });
  }
  context.passed("token.mappedClaim", `${claim} is "${value}"`);
  const users = usersOf(context.world, instance.identityStoreId);
  const matches = users.filter((user) =>
    attributeValues(user, attribute, context.rules).some((has) => equals(has, value, context.rules)),
  );
  const [user] = matches;
  if (user === undefined || matches.length > 1) {
    const isAmbiguous = matches.length > 1;
    const isDenied = isAmbiguous && context.rules.get("user.ambiguousError") === "AccessDeniedException";
    const near = isAmbiguous ? null : findNearMiss(users, attribute, value, context.rules);
    throw refuse(isDenied ? "AccessDeniedException" : "InvalidGrantException", {
      rule: isAmbiguous ? "user.ambiguousError" : (near?.rule ?? "user.match"),
      why:
        user === undefined
          ? `no user of ${instance.identityStoreId} has ${attribute} "${value}"${near?.why ?? ""}`
          : `${matches.length} users of ${instance.identityStoreId} have ${attribute} "${value}"; exactly one must`,
      fix: "Create the user in Identity Center with that (primary) attribute, or map another attribute.",
    });
  }
  context.passed("user.match", `${attribute} "${value}" is user ${user.userName} (${user.userId})`);
  assertEnabled(user, context);
  return user;
}

/** @throws AwsError InvalidGrantException or AccessDeniedException, by the switch user.disabled */
export function assertEnabled(user: IdentityStoreUser, context: OperationContext): void {
  const answer = context.rules.get("user.disabled");
  if (user.status === "ENABLED" || answer === "accept") return;
  throw refuse(answer === "deny" ? "AccessDeniedException" : "InvalidGrantException", {
    rule: "user.disabled",
    why: `the user ${user.userName} is disabled`,
    fix: "Enable the user in Identity Center.",
  });
}

/** @returns the users of one identity store */
function usersOf(world: World, identityStoreId: string): IdentityStoreUser[] {
  return [...world.users.values()].filter((user) => user.identityStoreId === identityStoreId);
}

/** @returns the address a token's e-mail claim is compared with: the primary one, or the only one */
export function primaryEmailOf(user: IdentityStoreUser): string | undefined {
  return (
    user.emails.find((email) => email.primary) ?? (user.emails.length === 1 ? user.emails[0] : undefined)
  )?.value;
}

function attributeValues(user: IdentityStoreUser, attribute: string, rules: Rules): string[] {
  if (attribute === "userName") return [user.userName];
  if (attribute === "emails.value") {
    if (rules.get("user.emailMatch") === "any") return user.emails.map((email) => email.value);
    return [primaryEmailOf(user)].filter((email) => email !== undefined);
  }
  if (attribute.startsWith("externalIds.")) {
    const issuer = attribute.slice("externalIds.".length);
    const any = rules.get("user.externalIdPath") === "any";
    if (!any && issuer !== "SCIM") return [];
    return user.externalIds
      .filter((external) => any || external.issuer === issuer)
      .map((external) => external.id);
  }
  return [];
}

function equals(has: string, value: string, rules: Rules): boolean {
  if (rules.get("user.caseSensitive") === "true") return has === value;
  return has.toLowerCase() === value.toLowerCase();
}

/** The switch that alone keeps the match from happening: letter case, a further address, an external id of another issuer. */
function findNearMiss(
  users: IdentityStoreUser[],
  attribute: string,
  value: string,
  rules: Rules,
): { rule: RuleName; why: string } | null {
  const folded = value.toLowerCase();
  if (
    users.some((user) => attributeValues(user, attribute, rules).some((has) => has.toLowerCase() === folded))
  ) {
    return { rule: "user.caseSensitive", why: " (one differs only in letter case)" };
  }
  const isFurther = users.some((user) => user.emails.some((email) => email.value === value));
  if (attribute === "emails.value" && isFurther) {
    const why = " as its primary e-mail (one has it as a further address)";
    return { rule: "user.emailMatch", why };
  }
  const isExternal = users.some((user) => user.externalIds.some((external) => external.id === value));
  if (attribute.startsWith("externalIds.") && isExternal) {
    return { rule: "user.externalIdPath", why: " (one has it as an external id of another issuer)" };
  }
  return null;
}
