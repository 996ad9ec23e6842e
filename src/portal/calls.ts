// Owns which operations the portal may call, and with what: a table, and nothing that is not in it. The tenant of an
// input is always the one the right is for, whatever a form says. The right is asked before, and in the transaction.
import { adminChange, adminRead } from "../admin/administrators/roles.ts";
import type { Operation } from "../admin/operations/entry.ts";
import type { Caller } from "../admin/operations/permissions.ts";
import type { TableContext } from "../admin/operations/table.ts";
import type { Database } from "../db/connect.ts";
import { OperationError } from "../errors.ts";
import type { InstallationPart } from "../installation.ts";
import { assertLinkHeld, type LinkRight } from "./link_right.ts";
import { assertAdministers, holdTenant, type PortalRight } from "./right.ts";

/** What an operation is given by a page, before the tenant is put in. */
export type Given = Readonly<Record<string, unknown>>;

interface Allowed {
  /** The members a page may give. */
  takes: readonly string[];
  /** The members that name the tenant; nobody else gives them. */
  tenant(tenantId: string, given: Given): Readonly<Record<string, unknown>>;
}

const asTenantId = (tenantId: string) => ({ tenantId });
const page = ["limit", "cursor"];
const details = ["applicationId", "retrieverId", "qRegion", "idcApplicationArn", "idcRegion"];
const accessor = [...details, "method"];

/** Every operation the portal may call, by name. */
export const portalCalls: ReadonlyMap<string, Allowed> = new Map([
  ["user list", { takes: page, tenant: asTenantId }],
  ["user add", { takes: ["user", "role"], tenant: asTenantId }],
  [
    "user create",
    {
      takes: ["email", "name"],
      tenant: (tenantId: string, { role }: Given) => ({ memberships: [{ tenantId, role }] }),
    },
  ],
  ["user invite", { takes: ["email", "name", "role"], tenant: asTenantId }],
  ["member update", { takes: ["user", "role"], tenant: asTenantId }],
  ["member remove", { takes: ["user"], tenant: asTenantId }],
  ["domain list", { takes: page, tenant: asTenantId }],
  ["domain add", { takes: ["domain"], tenant: asTenantId }],
  ["domain verify", { takes: ["domain"], tenant: asTenantId }],
  ["domain remove", { takes: ["domain"], tenant: asTenantId }],
  [
    "tenant update",
    {
      takes: ["presence", "selfClose", "requiredFactor", "sessionIdleMinutes", "sessionLifeHours"],
      tenant: (id: string) => ({ id }),
    },
  ],
  ["tenant brand", { takes: [], tenant: (id: string) => ({ id }) }],
  [
    "tenant set-brand",
    { takes: ["color", "supportUrl", "policyUrl", "termsUrl"], tenant: (id: string) => ({ id }) },
  ],
  ["tenant set-logo", { takes: ["png"], tenant: (id: string) => ({ id }) }],
  ["tenant remove-logo", { takes: [], tenant: (id: string) => ({ id }) }],
  ["accessor list", { takes: page, tenant: asTenantId }],
  ["accessor create", { takes: ["name", ...accessor], tenant: asTenantId }],
  ["accessor try", { takes: ["name", "user"], tenant: asTenantId }],
  ["accessor delete", { takes: ["name"], tenant: asTenantId }],
  ["tenant check", { takes: [], tenant: asTenantId }],
  ["error explain", { takes: ["text"], tenant: asTenantId }],
  ["audit list", { takes: [...page, "type"], tenant: asTenantId }],
  ["onboard pack", { takes: [], tenant: asTenantId }],
  ["onboard status", { takes: [], tenant: asTenantId }],
  ["onboard downloaded", { takes: [], tenant: asTenantId }],
  ["onboard enter", { takes: ["text", ...details], tenant: asTenantId }],
  ["onboard test", { takes: ["person"], tenant: asTenantId }],
]);

/** What of it whoever holds an onboarding link may call: of people, domains, rules and activity they learn nothing. */
export const linkCalls: ReadonlySet<string> = new Set([
  "onboard pack",
  "onboard status",
  "onboard downloaded",
  "onboard enter",
  "onboard test",
]);

/**
 * The input an operation is called with: what the table lets a page give, and the tenant of the right. Pure.
 * @throws OperationError forbidden for an operation that is not in the table
 */
export function inputFor(name: string, tenantId: string, given: Given): Record<string, unknown> {
  const allowed = portalCalls.get(name);
  if (allowed === undefined) throw notTheirs();
  const taken = allowed.takes.flatMap((member) =>
    given[member] === undefined ? [] : [[member, given[member]] as const],
  );
  return { ...Object.fromEntries(taken), ...allowed.tenant(tenantId, given) };
}

/** What calling works with: everything the table's operations need but who asks, and what the right is read with. */
export type CallBase = Omit<TableContext, "caller" | "actor" | "may"> &
  InstallationPart<"db" | "clock" | "requireVerifiedDomain" | "portalFactor">;

/** Operations that act in a back end's name are in no page's reach; nor may one act for a tenant in them. */
export const noBackEnd: Caller = { clientId: "", tokenHash: "", mayActFor: () => false };

/** Calls one operation. */
export type Call = <Result>(
  operation: Operation<TableContext, Result>,
  given?: Given,
  /** What else must hold, asked where the right is: before, and in the transaction. It throws what does not. */
  guard?: (db: Database) => Promise<void>,
) => Promise<Result>;

/** Makes what a page calls operations with, by the right of an administrator of the organization. */
export function callsBy(base: CallBase, right: PortalRight): Call {
  return callsAs(base, {
    tenantId: right.tenantId,
    actor: `account:${right.session.accountId}`,
    assert: (db) => assertAdministers({ ...base, db }, right),
  });
}

/** Makes what a page calls operations with, by an onboarding link that this browser holds. */
export function callsByLink(base: CallBase, right: LinkRight): Call {
  const call = callsAs(base, {
    tenantId: right.tenantId,
    actor: `onboarding:${right.id}`,
    async assert(db) {
      await assertLinkHeld({ db, clock: base.clock }, right);
    },
  });
  return async (operation, given, guard) => {
    if (!linkCalls.has(operation.entry.name)) throw notTheirs();
    return call(operation, given, guard);
  };
}

/** By what right a page acts. */
export interface ActingRight {
  tenantId: string;
  actor: string;
  /** Asserts the right, as the store says now. */
  assert(db: Database): Promise<void>;
}

/** Makes what a page calls operations with, by any right for a tenant. */
export function callsAs(base: CallBase, { tenantId, actor, assert }: ActingRight): Call {
  return (operation, given = {}, guard) => {
    const input = inputFor(operation.entry.name, tenantId, given);
    const context: TableContext = {
      ...base,
      ...{ caller: noBackEnd, actor, inNameOf: tenantId },
      async may(permission, db) {
        if (permission !== adminRead && permission !== adminChange) return false;
        if (permission === adminChange && db !== base.db) await holdTenant(db, { tenantId });
        await assert(db);
        await guard?.(db);
        return true;
      },
    };
    return operation(context, input);
  };
}

const notTheirs = (): OperationError =>
  new OperationError("forbidden", "An organization's administrator may not do this.", {
    fix: "Ask the people who run the service.",
  });
