// Owns, by type of event, what a restore undoes and how it is done again. Pure.
import type { AuditEventType } from "../audit/event_types.ts";

/** An event of an exported trail that a restored store does not know. */
export interface LostEvent {
  id: string;
  atMs: number;
  type: string;
  place: string;
  tenantId?: string;
  accountId?: string;
  clientId?: string;
  details: Readonly<Record<string, unknown>>;
}

type ByType<Value> = { readonly [type: string]: Value | undefined };
type Known<Value> = Readonly<Partial<Record<AuditEventType, Value>>>;

// As a word of a command: ids may hold what a shell reads.
const word = (value: unknown): string => {
  const text = String(value ?? "");
  return /^[\w.:@/-]+$/.test(text) && !text.startsWith("-") ? text : `'${text.replaceAll("'", "'\\''")}'`;
};
const at = (event: LostEvent, name: string): string => word(event.details[name]);

/**
 * What had been taken away, or set, since the backup, and is as it was before. A command, or what to do in words where none does it.
 */
const again: Known<(event: LostEvent) => string> = {
  "account.deleted": ({ accountId }) => `tti user delete ${word(accountId)} --yes`,
  "account.disabled": ({ accountId }) => `tti user disable ${word(accountId)}`,
  "account.password_set": ({ accountId }) =>
    `tti user password ${word(accountId)}   (if it was changed because somebody knew the old one, which counts again)`,
  "account.email_set": (event) => `tti user update ${word(event.accountId)} --email ${at(event, "email")}`,
  "account.email_verified": (event) =>
    `tti user update ${word(event.accountId)} --verified ${event.details["verified"] === true ? "on" : "off"}`,
  "membership.deleted": ({ accountId, tenantId }) =>
    `tti member remove ${word(accountId)} --tenant ${word(tenantId)}`,
  "membership.updated": (event) =>
    `tti member update ${word(event.accountId)} --tenant ${word(event.tenantId)} --role ${at(event, "role")}`,
  "factor.reset": ({ accountId }) => `tti user reset-factors ${word(accountId)}`,
  "factor.removed": ({ accountId }) =>
    `have ${word(accountId)} remove it again at /account: the app that was removed counts again`,
  "factor.codes_renewed": ({ accountId }) =>
    `have ${word(accountId)} make new recovery codes at /account: the former ones count again`,
  "factor.recovery_used": ({ accountId }) =>
    `have ${word(accountId)} make new recovery codes at /account: the used one counts again`,
  "passkey.removed": (event) => `tti passkey remove ${at(event, "passkey")} --user ${word(event.accountId)}`,
  "passkey.cloned": (event) => `tti passkey remove ${at(event, "passkey")} --user ${word(event.accountId)}`,
  "tenant.updated": (event) =>
    `tti tenant update ${word(event.tenantId)}   (changed: ${Object.keys(event.details)
      .filter((name) => !name.endsWith("Was"))
      .join(", ")})`,
  "tenant.disabled": ({ tenantId }) => `tti tenant disable ${word(tenantId)}`,
  "tenant.offboarded": ({ tenantId }) => `tti offboard ${word(tenantId)} --yes`,
  "tenant.deleted": ({ tenantId }) => `tti tenant delete ${word(tenantId)} --yes`,
  "domain.removed": (event) => `tti domain remove ${at(event, "domain")} --tenant ${word(event.tenantId)}`,
  "client.updated": (event) =>
    `tti client update ${word(event.clientId)}   (changed: ${String(event.details["changed"] ?? "")})`,
  "client.disabled": ({ clientId }) => `tti client disable ${word(clientId)}`,
  "client.deleted": ({ clientId }) => `tti client delete ${word(clientId)} --yes`,
  "client.secret_rotated": ({ clientId }) =>
    `tti client rotate-secret ${word(clientId)}   (the secret of before is the one that counts)`,
  "client.old_secret_ended": ({ clientId }) => `tti client end-old-secret ${word(clientId)}`,
  "resource.updated": (event) => `tti resource update ${at(event, "resource")}`,
  "resource.deleted": (event) => `tti resource delete ${at(event, "resource")} --yes`,
  "resource.allowed": (event) =>
    `tti resource allow ${at(event, "resource")} ${word(event.clientId)}   (as it was set: it has what it had before)`,
  "resource.disallowed": (event) => `tti resource disallow ${at(event, "resource")} ${word(event.clientId)}`,
  "accessor.deleted": (event) =>
    `tti accessor delete --tenant ${word(event.tenantId)} --name ${at(event, "name")}`,
  "key.revoked": () => "tti key rotate --emergency   (the revoked key is back, and would sign)",
  "key.resealed": () => "tti key reseal   (with the secret that has to be left away)",
  "admin.removed": ({ accountId }) => `tti admin remove ${word(accountId)} --yes`,
  "admin.updated": (event) => `tti admin update ${word(event.accountId)} --role ${at(event, "role")}`,
  "credential.revoked": (event) => `tti credential revoke ${at(event, "id")}`,
};
export const doAgain: ByType<(event: LostEvent) => string> = again;

/** What was made since, and is gone. */
const made: Known<true> = {
  ...{ "account.created": true, "membership.created": true, "factor.added": true, "passkey.added": true },
  ...{ "tenant.created": true, "domain.added": true, "domain.verified": true, "client.created": true },
  ...{ "resource.created": true, "accessor.created": true, "key.rotated": true, "admin.created": true },
  ...{ "credential.created": true },
};
export const madeBy: ByType<true> = made;

/** What took an act back, so that it need not be done again. */
const back: Known<readonly AuditEventType[]> = {
  "account.enabled": ["account.disabled"],
  "tenant.enabled": ["tenant.disabled", "tenant.offboarded"],
  "client.enabled": ["client.disabled"],
  "account.deleted": [
    ...(["account.disabled", "account.password_set", "account.email_set", "account.email_verified"] as const),
    ...(["factor.reset", "factor.removed", "factor.codes_renewed", "factor.recovery_used"] as const),
  ],
  "tenant.deleted": ["tenant.disabled", "tenant.offboarded", "tenant.updated"],
  "client.deleted": ["client.disabled", "client.updated", "client.secret_rotated", "client.old_secret_ended"],
  "resource.deleted": ["resource.updated"],
  "membership.created": ["membership.deleted", "membership.updated"],
  "admin.created": ["admin.removed", "admin.updated"],
  "admin.removed": ["admin.updated"],
  "factor.codes_renewed": ["factor.recovery_used"],
  "factor.reset": ["factor.removed", "factor.codes_renewed", "factor.recovery_used"],
};
export const restoredBy: ByType<readonly string[]> = back;

// Details by which an event names what it is of, beside the parties.
const naming = ["passkey", "domain", "resource", "kid", "id"] as const;

/** Of whom or what an event is, as one text: the same for what is made, changed and taken away. */
export function subjectOf({ type, accountId, tenantId, clientId, details }: LostEvent): string {
  const own = naming.flatMap((name) => (details[name] === undefined ? [] : String(details[name])));
  if (type.startsWith("accessor.")) own.push(String(details["name"] ?? ""));
  // A person is one person in every tenant's trail.
  const tenant = /^(account|factor|passkey|admin)\./.test(type) ? undefined : tenantId;
  return [accountId, tenant, clientId, ...own].filter((part) => part !== undefined).join(" ");
}
