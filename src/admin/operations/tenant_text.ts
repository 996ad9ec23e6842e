// Owns a tenant and its settings in words: as a command shows it, and as the trail says what changed.
import { presencePolicyText } from "../../provider/presence/presence_policy.ts";
import type { Tenant } from "../../provider/tenants/tenant_store.ts";

const minuteMs = 60_000;
const hourMs = 3_600_000;

const loginWords = {
  local: "here",
  handoff: "at your login page",
  both: "here or at your login page",
} as const;

/** Whether it is enabled, in a word. */
export const stateOf = ({ disabledAtMs }: Tenant): string => (disabledAtMs === null ? "enabled" : "disabled");

/** A tenant's own limit of its sign-ins in words. */
export const limitText = (limitMs: number | null, unitMs: number, unit: string): string =>
  limitMs === null ? "as the installation has it" : `${limitMs / unitMs} ${unit}`;

/** A tenant as a command shows it. */
export function tenantFields(tenant: Tenant): [string, string][] {
  return [
    ["id", tenant.id],
    ["name", tenant.name],
    ["state", stateOf(tenant)],
    ["users log in", loginWords[tenant.loginMethod]],
    ["presence", presencePolicyText(tenant.presencePolicy)],
    ["sign-in lasts without use", limitText(tenant.sessionIdleMs, minuteMs, "minutes")],
    ["sign-in lasts at most", limitText(tenant.sessionLifeMs, hourMs, "hours")],
    ["factor required", tenant.requiredFactor],
    ["name on the login page", tenant.discoverable ? "shown to strangers" : "not shown before a login"],
    ["accounts closed by their people", tenant.selfClose ? "allowed" : "not allowed"],
    ["created", new Date(tenant.createdAtMs).toISOString()],
  ];
}

/** What changed, each with what it was; a setting that was given as it is changes nothing. */
export function changedDetails(before: Tenant, after: Tenant): Record<string, string> {
  const settings = (tenant: Tenant) => ({
    name: tenant.name,
    loginMethod: tenant.loginMethod,
    presence: presencePolicyText(tenant.presencePolicy),
    requiredFactor: tenant.requiredFactor,
    discoverable: tenant.discoverable ? "on" : "off",
    selfClose: tenant.selfClose ? "on" : "off",
    sessionIdle: limitText(tenant.sessionIdleMs, minuteMs, "minutes"),
    sessionLife: limitText(tenant.sessionLifeMs, hourMs, "hours"),
  });
  const old: Record<string, string> = settings(before);
  const changed = Object.entries(settings(after)).filter(([name, value]) => old[name] !== value);
  return Object.fromEntries(
    changed.flatMap(([name, value]) => [
      [name, value],
      [`${name}Was`, old[name] ?? ""],
    ]),
  );
}
