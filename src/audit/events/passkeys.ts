// Owns what is recorded of passkeys.
import type { EventTypeEntry } from "./event_type.ts";

const passkey = "its id, as `tti passkey list` names it";

export const passkeyEvents = {
  "passkey.added": {
    meaning: "A person added a passkey to their account.",
    always: ["account"],
    sometimes: ["tenant"],
    details: { passkey, synced: "whether it may come to be on several devices of the person" },
  },
  "passkey.renamed": {
    meaning: "A person gave a passkey another name.",
    always: ["account"],
    sometimes: ["tenant"],
    details: { passkey },
  },
  "passkey.removed": {
    meaning: "A passkey was removed, and every sign-in of the person ended with it.",
    always: ["account"],
    sometimes: ["tenant"],
    details: { passkey },
  },
  "passkey.cloned": {
    outcome: "refused",
    meaning:
      "A passkey counted backwards: of its key there may be a copy. It signs nobody in any more, and every sign-in of the person ended.",
    always: ["account"],
    sometimes: ["tenant"],
    details: { passkey },
  },
} as const satisfies Record<string, EventTypeEntry>;
