// Owns the list of everything that is recorded, as data: what each type means, whom it names, what its details
// say; events/ has the entries, area by area. docs/audit-events.md is written from it, and a test performs each.
import { administrationEvents } from "./events/administration.ts";
import type { EventParty, EventTypeEntry } from "./events/event_type.ts";
import { mailEvents } from "./events/mail.ts";
import { passkeyEvents } from "./events/passkeys.ts";
import { peopleEvents } from "./events/people.ts";
import { signInEvents } from "./events/sign_ins.ts";
import { storeEvents } from "./events/store.ts";
import { tokenEvents } from "./events/tokens.ts";

/** Everything that is recorded. Names are a contract with whoever reads the trail: add, do not rename. */
export const auditEventTypes = {
  ...signInEvents,
  ...tokenEvents,
  ...peopleEvents,
  ...passkeyEvents,
  ...mailEvents,
  ...administrationEvents,
  ...storeEvents,
} as const;
export type AuditEventType = keyof typeof auditEventTypes;

/** The types that say that something was refused. */
export const refusalTypes: readonly AuditEventType[] = Object.entries<EventTypeEntry>(auditEventTypes)
  .filter(([, { outcome }]) => outcome === "refused")
  .map(([type]) => type as AuditEventType);

/** The type of this name; undefined for one that does not exist. */
export function findAuditEventType(name: string): AuditEventType | undefined {
  return Object.hasOwn(auditEventTypes, name) ? (name as AuditEventType) : undefined;
}

type Entry<Type extends AuditEventType> = (typeof auditEventTypes)[Type];
type Named<Type extends AuditEventType, When extends "always" | "sometimes"> =
  Entry<Type> extends {
    readonly [key in When]: readonly (infer Party extends EventParty)[];
  }
    ? `${Party}Id`
    : never;

/** What `details` may hold: small, flat, no secret and no token. */
export type DetailValue = string | number | boolean | undefined;
type DetailsOf<Type extends AuditEventType> = keyof Entry<Type>["details"] extends never
  ? Readonly<Record<string, never>>
  : { readonly [Name in keyof Entry<Type>["details"]]?: DetailValue };

/** An event of one type, as it is recorded: the parties the type names, and no others. */
export type NewAuditEventOf<Type extends AuditEventType> = {
  readonly type: Type;
  /** Who did it: `cli:<operating system user>`, `client:<client_id>`, `credential:<id>`, `account:<id>`, `nobody` (unproven),
   *  `first-start` (whoever opened the link that makes the first owner), `onboarding:<link id>` (whoever holds a customer's link). */
  readonly actor: string;
  readonly details?: DetailsOf<Type>;
} & { readonly [Field in Named<Type, "always">]: string } & {
  readonly [Field in Named<Type, "sometimes">]?: string | undefined;
} & {
  readonly [Field in Exclude<
    `${EventParty}Id`,
    Named<Type, "always"> | Named<Type, "sometimes">
  >]?: undefined;
};

/** The types that can stand in a tenant's trail. */
export type TenantEventType = {
  [Type in AuditEventType]: "tenantId" extends Named<Type, "always"> | Named<Type, "sometimes">
    ? Type
    : never;
}[AuditEventType];

/** An event of any type. */
export type NewAuditEvent = { [Type in AuditEventType]: NewAuditEventOf<Type> }[AuditEventType];
