// Owns what is recorded of mail, and of the links that mails carry.
import type { EventTypeEntry } from "./event_type.ts";

export const mailEvents = {
  "account.invited": {
    meaning: "A person was invited: a mail with a link to choose a password was put in the outbox.",
    always: ["account"],
    sometimes: ["tenant"],
    details: { email: "the address it goes to" },
  },
  "account.invitation_withdrawn": {
    meaning:
      "The invitations of a person were withdrawn, by an administrator or because the last membership they were for ended: their links count no more.",
    always: ["account"],
    sometimes: ["tenant"],
    details: { invitations: "how many there were" },
  },
  "account.mail_returned": {
    meaning:
      "Mail to the address of a person comes back, by the mail server's word or an administrator's; or an administrator said that it arrives. One event for each tenant the person belongs to, or one without a tenant.",
    always: ["account"],
    sometimes: ["tenant"],
    details: { email: "the address", returned: "false: it arrives again" },
  },
  "account.link_made": {
    meaning: "A one-time link was made for a person and mailed to them.",
    always: ["account"],
    sometimes: ["tenant"],
    details: {
      purpose: "`invitation`, `password_reset`, `address_proof` or `address_change`",
      expiresAt: "until when it counts (RFC 3339)",
    },
  },
  "mail.failed": {
    meaning: "A mail could not be sent and was given up.",
    sometimes: ["tenant", "account"],
    details: {
      mail: "its id in the outbox",
      kind: "which mail, e.g. `invitation`",
      fault: "why, without the server's own words",
      attempts: "how often it was tried",
    },
  },
  "mail.retried": {
    meaning: "An administrator had a mail that had failed tried again.",
    sometimes: ["tenant", "account"],
    details: { mail: "its id in the outbox", kind: "which mail" },
  },
} as const satisfies Record<string, EventTypeEntry>;
