// Owns the list of everything that is recorded, as data: what each type means, whom it names, what its details
// say. Types and details come from here; docs/audit-events.md is written from it, and a test performs each.
import { grantTypes } from "../grants_and_scopes.ts";

/** Whom an event may name beside the actor. */
export type EventParty = "tenant" | "account" | "client";

interface EventTypeEntry {
  meaning: string;
  /** Named by every event of the type. */
  always?: readonly EventParty[];
  /** Named where there is one. */
  sometimes?: readonly EventParty[];
  /** Members of `details`, each with its meaning; a member that does not apply is absent. */
  details: Readonly<Record<string, string>>;
}

const everybody = ["tenant", "account", "client"] as const;

const signInEvents = {
  "sign_in.succeeded": {
    meaning: "A person signed in and came back to the application in the same browser.",
    always: everybody,
    details: { by: "`password`, or `handoff` for the ISV's own login page" },
  },
  "sign_in.continued": {
    meaning: "A browser that was signed in already was let into an application (single sign-on).",
    always: everybody,
    details: {},
  },
  "sign_in.refused": {
    meaning:
      "Somebody tried to sign in and was refused. Equal refusals of a minute are one event with a count.",
    sometimes: everybody,
    details: {
      by: "`password`, or `handoff` where the ISV's back end vouched for somebody it may not",
      reason: "the error code",
      named: "the tenant a back end named and may not act for, as for token.refused",
    },
  },
  "sign_in.vouched": {
    meaning: "The ISV's back end said that this person logged in at its page. The browser has yet to return.",
    always: everybody,
    details: { authTime: "when the person logged in there, ISO 8601", amr: "how, RFC 8176 values" },
  },
  "sign_in.rejected": {
    meaning: "The ISV's back end said that nobody logged in at its page.",
    sometimes: ["tenant", "client"],
    details: { error: "the OAuth error the application gets" },
  },
  sign_out: {
    meaning: "A person signed out: the browser's session is over.",
    always: ["account"],
    sometimes: ["client"],
    details: { from: "`application`, or `account` for the account page" },
  },
  "session.ended": {
    meaning: "What a person held was ended for them, at once and everywhere: sessions, codes, tokens.",
    always: ["account"],
    sometimes: ["tenant", "client"],
    details: {
      reason: "the act that ended it, as an event type",
      sessions: "how many browser sessions",
      grants: "how many applications' grants",
      tokens: "how many codes and tokens",
    },
  },
} as const satisfies Record<string, EventTypeEntry>;

const tokenEvents = {
  "token.issued": {
    meaning: "An application got an ID token for a person who signed in, or renewed one.",
    always: everybody,
    details: {
      by: `\`${grantTypes.authorizationCode}\` or \`${grantTypes.refreshToken}\``,
      jti: "the ID token's id",
    },
  },
  "token.minted": {
    meaning: "A back end got an ID token for a person it named.",
    always: everybody,
    details: {
      by: "how it named the person: `assertion`, `access_token`, `refresh_token`, `search`",
      jti: "the ID token's id",
    },
  },
  "token.refused": {
    meaning: "A client asked for a token and got none.",
    always: ["client"],
    sometimes: ["tenant", "account"],
    details: {
      by: "how it named the person, or the grant type",
      reason: "the error code",
      named:
        "the tenant it named and may not act for; such an event stands in no tenant's trail, because a client must not be able to write into the trail of whom it does not serve",
    },
  },
  "token.revoked": {
    meaning: "A client gave a token back (RFC 7009).",
    always: ["client"],
    sometimes: ["tenant", "account"],
    details: { kind: "`access_token` or `refresh_token`" },
  },
  "code.reused": {
    meaning: "An authorization code came a second time. What the first use gave is ended (RFC 6749, 4.1.2).",
    always: ["client"],
    sometimes: ["tenant", "account"],
    details: {},
  },
  "refresh_token.reused": {
    meaning: "A used refresh token came again, later than an honest repeat. Its whole family is ended.",
    always: ["client"],
    sometimes: ["tenant", "account"],
    details: {},
  },
  "client.refused": {
    meaning:
      "Somebody failed to prove to be a client: wrong secret or assertion. Equal refusals of a minute are one event with a count.",
    sometimes: ["client"],
    details: { method: "how it tried", reason: "the error code" },
  },
  "search.made": {
    meaning:
      "A back end searched a tenant's index as one of its users: one event a page, written before the page is handed over.",
    always: everybody,
    details: {
      accessor: "which data accessor",
      results: "how many results the page holds; 0 also where AWS refused",
      page: "which page of this search, from 1",
    },
  },
  "consent.granted": {
    meaning: "A person let an application have something.",
    always: everybody,
    details: { scope: "the scopes", what: "`offline`: to act while the person is away" },
  },
  "consent.revoked": {
    meaning: "A person took it back.",
    always: everybody,
    details: { scope: "the scopes", what: "`offline`: to act while the person is away" },
  },
} as const satisfies Record<string, EventTypeEntry>;

const peopleEvents = {
  "account.created": {
    meaning: "An account came to be. One event for each tenant it began in, or one without a tenant.",
    always: ["account"],
    sometimes: ["tenant", "client"],
    details: {
      by: "`administration`, or `handoff` or `assertion` where a client's word made it",
      email: "its address",
    },
  },
  "account.email_set": {
    meaning: "The address of a person changed; with a tenant: the one that tenant's tokens carry.",
    always: ["account"],
    sometimes: ["tenant", "client"],
    details: { by: "as for account.created", email: "the new address", emailWas: "the old one" },
  },
  "account.name_set": {
    meaning: "The name of a person changed; with a tenant: the one that tenant's tokens carry.",
    always: ["account"],
    sometimes: ["tenant", "client"],
    details: { by: "as for account.created", name: "the new name", nameWas: "the old one" },
  },
  "account.password_set": {
    meaning: "A password was set. One event for each tenant the person belongs to, or one without a tenant.",
    always: ["account"],
    sometimes: ["tenant"],
    details: {},
  },
  "account.disabled": {
    meaning: "An account was disabled: it can neither sign in nor be named in a token.",
    always: ["account"],
    sometimes: ["tenant"],
    details: {},
  },
  "account.enabled": {
    meaning: "A disabled account was enabled again.",
    always: ["account"],
    sometimes: ["tenant"],
    details: {},
  },
  "account.deleted": {
    meaning:
      "A person was erased. Their id stays in the trail; addresses and names that events of before held are gone.",
    always: ["account"],
    sometimes: ["tenant"],
    details: {
      memberships: "how many memberships",
      consents: "how many agreements",
      sessions: "how many browser sessions",
      grants: "how many applications' grants",
      tokens: "how many codes and tokens",
      events: "how many events lost an address or a name",
    },
  },
  "membership.created": {
    meaning: "A person became a member of a tenant.",
    always: ["tenant", "account"],
    sometimes: ["client"],
    details: {
      role: "the role",
      by: "as for account.created",
      sameAddressAs: "other members whose tokens carry the same address: at AWS they are one person",
    },
  },
  "membership.deleted": {
    meaning: "A person is a member no longer.",
    always: ["tenant", "account"],
    sometimes: ["client"],
    details: { role: "the role that ended" },
  },
} as const satisfies Record<string, EventTypeEntry>;

const endedDetails = {
  grants: "how many applications' grants ended with it",
  tokens: "how many codes and tokens",
  vouchers: "how many logins the ISV had vouched for",
  consents: "how many agreements to act for people who are away",
} as const;

const administrationEvents = {
  "tenant.created": { meaning: "A tenant was created.", always: ["tenant"], details: { name: "its name" } },
  "tenant.updated": {
    meaning: "A tenant's settings changed. Each changed setting stands with its old value beside it.",
    always: ["tenant"],
    details: {
      name: "its name",
      nameWas: "the name before",
      loginMethod: "where its users log in",
      loginMethodWas: "where they did before",
      presence: "when a back end may act for its users",
      presenceWas: "when it might before",
      discoverable: "whether strangers may learn that it exists",
      discoverableWas: "whether they might before",
    },
  },
  "tenant.disabled": {
    meaning: "A tenant was disabled: nothing is issued for it, and what stood has ended.",
    always: ["tenant"],
    details: endedDetails,
  },
  "tenant.enabled": {
    meaning: "A disabled tenant was enabled again. Its people sign in anew.",
    always: ["tenant"],
    details: {},
  },
  "domain.added": {
    meaning: "A domain was claimed for a tenant.",
    always: ["tenant"],
    details: { domain: "its name" },
  },
  "domain.verified": {
    meaning: "A claimed domain was proven.",
    always: ["tenant"],
    details: { domain: "its name", shared: "true: an operator let it be used beside its owner" },
  },
  "domain.removed": {
    meaning: "A domain was taken from a tenant; its addresses get no tokens any more.",
    always: ["tenant"],
    details: { domain: "its name" },
  },
  "client.created": {
    meaning: "A client was registered.",
    always: ["client"],
    details: {
      authMethod: "how it authenticates",
      purposes: "what it may do",
      mintFor: "tenants it may mint for",
      handoffFor: "tenants it may answer logins for",
      searchFor: "tenants it may search",
    },
  },
  "client.disabled": {
    meaning: "A client was disabled: it proves itself nowhere, and what it was given has ended.",
    always: ["client"],
    details: endedDetails,
  },
  "client.enabled": {
    meaning: "A disabled client was enabled again. What had ended does not come back.",
    always: ["client"],
    details: {},
  },
  "client.deleted": {
    meaning: "A client was deleted, with what it was given.",
    always: ["client"],
    details: endedDetails,
  },
  "client.secret_rotated": {
    meaning: "A client got another secret; the old one counts no more.",
    always: ["client"],
    details: { tokens: "how many of its own access tokens ended" },
  },
  "accessor.created": {
    meaning: "What a customer handed over at AWS was entered.",
    always: ["tenant"],
    details: { name: "its name", idcApplicationArn: "its IAM Identity Center application" },
  },
  "accessor.deleted": {
    meaning: "It was removed.",
    always: ["tenant"],
    details: { name: "its name" },
  },
  "key.rotated": {
    meaning: "A new signing key was published, or took over.",
    details: {
      kid: "the new key",
      maySignAt: "when it may begin to sign, ISO 8601",
      emergency: "true: at once, because the former was lost or stolen",
    },
  },
  "key.revoked": {
    meaning: "A key's signatures count no longer.",
    details: { kid: "the key", emergency: "true: as part of an emergency rotation" },
  },
  "admin.refused": {
    meaning:
      "A request to the administration or back-end API was refused for want of a right. Equal refusals of a minute are one event with a count.",
    sometimes: ["client", "tenant"],
    details: { route: "method and path pattern", status: "401 or 403", reason: "the error code" },
  },
  "admin.read": {
    meaning:
      "An operator or an administrating client read data of people. Equal reads of a minute are one event with a count.",
    sometimes: ["tenant", "account"],
    details: { what: "`user` for one of them, `users` for a list" },
  },
} as const satisfies Record<string, EventTypeEntry>;

/** Everything that is recorded. Names are a contract with whoever reads the trail: added, never renamed. */
export const auditEventTypes = {
  ...signInEvents,
  ...tokenEvents,
  ...peopleEvents,
  ...administrationEvents,
} as const;
export type AuditEventType = keyof typeof auditEventTypes;

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
  /** Who did it: `cli:<operating system user>`, `client:<client_id>`, `account:<id>`, `nobody` (unproven). */
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

/** An event of any type. */
export type NewAuditEvent = { [Type in AuditEventType]: NewAuditEventOf<Type> }[AuditEventType];
