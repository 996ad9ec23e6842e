// Owns what a caller may who is bound to one tenant: only the operations listed here, each on that tenant alone. What
// is not listed is refused, so a new operation is closed to them until it is put in. Pure.
import { OperationError } from "../../errors.ts";

// The input's member that names the tenant, of each operation that touches nothing beyond it; and members that reach
// beyond and must therefore stay unsaid.
const within: Readonly<Record<string, { tenant: "id" | "tenantId"; never?: readonly string[] }>> = {
  "tenant show": { tenant: "id" },
  "tenant update": { tenant: "id" },
  "domain list": { tenant: "tenantId" },
  "domain add": { tenant: "tenantId" },
  // Shared, it would take a domain that another tenant has proven.
  "domain verify": { tenant: "tenantId", never: ["shared"] },
  "domain remove": { tenant: "tenantId" },
  "accessor list": { tenant: "tenantId" },
  "accessor create": { tenant: "tenantId" },
  "accessor show": { tenant: "tenantId" },
  "accessor delete": { tenant: "tenantId" },
  "onboard pack": { tenant: "tenantId" },
  "user list": { tenant: "tenantId" },
  "user export": { tenant: "tenantId" },
  "member update": { tenant: "tenantId" },
  "member remove": { tenant: "tenantId" },
  "audit list": { tenant: "tenantId" },
  "error explain": { tenant: "tenantId" },
};

/**
 * Holds what an operation is asked to the caller's tenant: another is refused, and a list of all becomes a list of theirs.
 * @param tenantId the tenant the caller is bound to; undefined: to none
 * @returns the input, with the tenant
 * @throws OperationError forbidden
 */
export function withinTenant(
  { name }: { name: string },
  tenantId: string | undefined,
  input: unknown,
): unknown {
  if (tenantId === undefined) return input;
  const rule = Object.hasOwn(within, name) ? within[name] : undefined;
  if (rule === undefined) {
    throw new OperationError(
      "forbidden",
      `The caller is bound to the tenant ${tenantId}: this is not within it.`,
      {
        fix: "Use a credential of the whole installation.",
      },
    );
  }
  const given = Object(input) as Readonly<Record<string, unknown>>;
  for (const member of [rule.tenant, ...(rule.never ?? [])]) {
    const said = given[member];
    if (said === undefined || (member === rule.tenant && said === tenantId)) continue;
    throw new OperationError(
      "forbidden",
      `The caller is bound to the tenant ${tenantId}: ${member} reaches beyond it.`,
      {
        field: member,
        fix: `Ask for ${tenantId} alone, or use a credential of the whole installation.`,
      },
    );
  }
  return { ...given, [rule.tenant]: tenantId };
}

/**
 * What a caller who is bound to a tenant may learn of a failure: whether somebody is known elsewhere is not theirs.
 */
export function failedWithin(tenantId: string | undefined, error: unknown): unknown {
  if (tenantId === undefined || !(error instanceof OperationError)) return error;
  return ["account_not_found", "not_a_member"].includes(error.code) ? noMemberOf(tenantId) : error;
}

/** The one answer on whoever is no member: another tenant's user, an administrator, and who does not exist. */
export function noMemberOf(tenantId: string): OperationError {
  return new OperationError("not_a_member", `The user is no member of the tenant ${tenantId}.`, {
    field: "user",
    fix: "List a tenant's members with tti user list --tenant.",
  });
}
