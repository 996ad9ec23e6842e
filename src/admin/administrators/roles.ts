// Owns what administering takes: the three permissions that operations of administration ask for, the roles that hold
// them, and the one judge of whether a role may do what an operation does. Pure.
import { type ApiScope, apiScope } from "../../grants_and_scopes.ts";

/** Lists, shows, and the audit trail: what changes nothing. */
export const adminRead = "admin:read";
/** Everyday administration of tenants, people, applications and keys. */
export const adminChange = "admin:change";
/** Who may administer at all, and what cannot be made good: administrators, credentials, key emergencies, retention. */
export const adminOwn = "admin:own";

const adminPermissions = [adminRead, adminChange, adminOwn] as const;
type AdminPermission = (typeof adminPermissions)[number];

/** What an operation takes: one of administration's permissions, or a scope of the ISV's back ends. */
export type Permission = AdminPermission | Exclude<ApiScope, typeof apiScope.admin>;

/** What an administrator of the installation may be, from the least to the most. */
export const administratorRoles = ["auditor", "operator", "owner"] as const;
export type AdministratorRole = (typeof administratorRoles)[number];

const permissionsOf: Readonly<Record<AdministratorRole, readonly Permission[]>> = {
  auditor: [adminRead],
  operator: [adminRead, adminChange],
  owner: [adminRead, adminChange, adminOwn],
};

/**
 * Tells whether a role may do what an operation does. What is neither listed nor known is refused; what is for the ISV's
 * back ends no administrator may, whatever their role.
 * @param role undefined: no administrator
 */
export function mayDo(
  role: AdministratorRole | undefined,
  { permission }: { permission: Permission },
): boolean {
  if (role === undefined || !Object.hasOwn(permissionsOf, role)) return false;
  return permissionsOf[role].includes(permission);
}

/** Reads a stored role; one that cannot be read allows nothing. */
export function readAdministratorRole(stored: unknown): AdministratorRole | undefined {
  return administratorRoles.find((role) => role === stored);
}

/** The scope of the access token that a permission takes over HTTP. */
export function scopeOf(permission: Permission): ApiScope {
  return isAdminPermission(permission) ? apiScope.admin : permission;
}

function isAdminPermission(permission: Permission): permission is AdminPermission {
  return adminPermissions.some((one) => one === permission);
}
