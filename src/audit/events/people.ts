// Owns what is recorded of accounts and memberships.
import type { EventTypeEntry } from "./event_type.ts";

export const peopleEvents = {
  "account.created": {
    meaning: "An account came to be. One event for each tenant it began in, or one without a tenant.",
    always: ["account"],
    sometimes: ["tenant", "client"],
    details: {
      by: "`administration`, `import` of a file, or `handoff` or `assertion` where a client's word made it",
      email: "its address",
    },
  },
  "account.email_set": {
    meaning: "The address of a person changed; with a tenant: the one that tenant's tokens carry.",
    always: ["account"],
    sometimes: ["tenant", "client"],
    details: {
      by: "as for account.created, or `person`, who proved the new one by a link that was mailed to it",
      email: "the new address",
      emailWas: "the old one",
      verified: "where an administrator changed it: whether they vouch for the new one",
    },
  },
  "account.email_verified": {
    meaning:
      "An administrator vouched for the address of a person, or took that back. One event for each tenant the person belongs to, or one without a tenant.",
    always: ["account"],
    sometimes: ["tenant"],
    details: { email: "the address", verified: "false: nobody vouches for it any more" },
  },
  "account.email_proven": {
    meaning:
      "A person proved their address by a link that was mailed to it. One event for each tenant the person belongs to, or one without a tenant.",
    always: ["account"],
    sometimes: ["tenant"],
    details: { email: "the address" },
  },
  "account.name_set": {
    meaning: "The name of a person changed; with a tenant: the one that tenant's tokens carry.",
    always: ["account"],
    sometimes: ["tenant", "client"],
    details: {
      by: "as for account.created, or `person`: themselves, on their own page",
      name: "the new name",
      nameWas: "the old one",
    },
  },
  "account.password_set": {
    meaning: "A password was set. One event for each tenant the person belongs to, or one without a tenant.",
    always: ["account"],
    sometimes: ["tenant"],
    details: {
      by: "`invitation` or `password_reset`, where the person set it by a link from a mail; `person`, where they did on their own page; absent: an administrator did",
    },
  },
  "factor.added": {
    meaning:
      "A person set a second factor up. One event for each tenant the person belongs to, or one without a tenant.",
    always: ["account"],
    sometimes: ["tenant"],
    details: { factor: "`totp`: an authenticator app" },
  },
  "factor.reset": {
    meaning:
      "An administrator removed every second factor of a person. One event for each tenant the person belongs to, or one without a tenant.",
    always: ["account"],
    sometimes: ["tenant"],
    details: { factors: "how many factors", recoveryCodes: "how many recovery codes" },
  },
  "factor.removed": {
    meaning:
      "A person removed a second factor of theirs. One event for each tenant the person belongs to, or one without a tenant.",
    always: ["account"],
    sometimes: ["tenant"],
    details: { factor: "`totp`: an authenticator app" },
  },
  "factor.codes_renewed": {
    meaning:
      "A person made new recovery codes; those before count no more. One event for each tenant the person belongs to, or one without a tenant.",
    always: ["account"],
    sometimes: ["tenant"],
    details: {},
  },
  "factor.recovery_used": {
    meaning:
      "A person used a recovery code in place of their second factor. One event for each tenant the person belongs to, or one without a tenant.",
    always: ["account"],
    sometimes: ["tenant"],
    details: { left: "how many codes are left" },
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
      by: "`person`: themselves, on their own page",
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
  "membership.updated": {
    meaning: "A member of a tenant got another role.",
    always: ["tenant", "account"],
    details: { role: "the role", roleWas: "the role before" },
  },
  "membership.deleted": {
    meaning: "A person is a member no longer.",
    always: ["tenant", "account"],
    sometimes: ["client"],
    details: { role: "the role that ended" },
  },
  "people.exported": {
    meaning:
      "People were exported; with an account: all that is stored of this one person. The pages of one export within a minute are one event with a count.",
    sometimes: ["tenant", "account"],
    details: { passwordHashes: "true: with the hashes of their passwords" },
  },
} as const satisfies Record<string, EventTypeEntry>;
