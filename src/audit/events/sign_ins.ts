// Owns what is recorded of signing in and out.
import { type EventTypeEntry, everybody } from "./event_type.ts";

export const signInEvents = {
  "sign_in.succeeded": {
    meaning: "A person signed in and came back to the application in the same browser.",
    always: everybody,
    details: { by: "`password`, `passkey`, or `handoff` for the ISV's own login page" },
  },
  "sign_in.continued": {
    meaning: "A browser that was signed in already was let into an application (single sign-on).",
    always: everybody,
    details: {},
  },
  "sign_in.refused": {
    outcome: "refused",
    meaning:
      "Somebody tried to sign in and was refused. Equal refusals of a minute are one event with a count.",
    sometimes: everybody,
    details: {
      by: "`password`; `passkey`; `totp` or `recovery_code` where the password was right and the second factor was not, or does not do (`passkey_required`); or `handoff` where the ISV's back end vouched for somebody it may not, or said less of the login than the tenant requires",
      reason: "the error code",
      named: "the tenant a back end named and may not act for, as for token.refused",
    },
  },
  "sign_in.attacked": {
    outcome: "refused",
    meaning:
      "Somebody may be guessing passwords: more sign-ins were tried than the rate of an account, or of a network, allows. Once in ten minutes for each, as long as it goes on.",
    sometimes: everybody,
    details: {
      of: "`account`, tried from wherever; or `network`, trying many accounts: its address is the event's",
      attempts:
        "how many attempts, at the account or from that address, were refused in the ten minutes before",
    },
  },
  "attack.noticed": {
    outcome: "refused",
    meaning:
      "Somebody may be guessing something else than a password, or have mailboxes flooded. Nobody is refused by it. Once in ten minutes for each kind and network (client, mailbox), as long as it goes on.",
    sometimes: ["client"],
    details: {
      of: "`device_code`: codes of devices; `reset`: new passwords asked for from one network, `reset_mailbox`: for one mailbox, of which the event has the hash; `link`: links of mails; `client`: secrets or assertions of clients; `administration`: keys and tokens of the admin API, the back ends' and the metrics",
    },
  },
  "sign_in.vouched": {
    meaning: "The ISV's back end said that this person logged in at its page. The browser has yet to return.",
    always: everybody,
    details: { authTime: "when the person logged in there, ISO 8601", amr: "how, RFC 8176 values" },
  },
  "sign_in.rejected": {
    outcome: "refused",
    meaning: "The ISV's back end said that nobody logged in at its page.",
    sometimes: ["tenant", "client"],
    details: { error: "the OAuth error the application gets" },
  },
  sign_out: {
    meaning: "A person signed out: the browser's session is over.",
    always: ["account"],
    sometimes: ["client"],
    details: { from: "`application`, or `account` for the account page, `console` for the console" },
  },
  "session.ended": {
    meaning: "What a person held was ended for them, at once and everywhere: sessions, codes, tokens.",
    always: ["account"],
    sometimes: ["tenant", "client"],
    details: {
      reason: "the act that ended it, as an event type; `session.ended`: sessions themselves were ended",
      session: "the one session that was ended, as `tti session list` names it; absent: all of them",
      sessions: "how many browser sessions",
      grants: "how many applications' grants",
      tokens: "how many codes and tokens",
    },
  },
  "logout.failed": {
    meaning: "An application could not be told that a person's session ended, and is told no more.",
    always: ["account", "client"],
    sometimes: ["tenant"],
    details: {
      session: "the session, as `tti session list` named it",
      fault: "why, without what the application answered",
      attempts: "how often it was tried",
    },
  },
  "grant.revoked": {
    meaning: "What an application was let do for a person was revoked, with its codes and tokens.",
    always: ["account", "client"],
    sometimes: ["tenant"],
    details: { tokens: "how many codes and tokens ended" },
  },
} as const satisfies Record<string, EventTypeEntry>;
