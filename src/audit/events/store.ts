// Owns what is recorded of the store as a whole.
import type { EventTypeEntry } from "./event_type.ts";

export const storeEvents = {
  "store.backed_up": {
    meaning: "A backup of the embedded store was made: a copy of everything left it.",
    details: { file: "the name of its file, without folders" },
  },
  "store.restored": {
    meaning:
      "This store was restored from a backup: what happened since that is not in this trail. What had been given out before was ended, unless it was kept.",
    details: {
      backupMadeAt: "when the backup was made, ISO 8601; absent: nobody knows",
      kept: "true: sessions, grants and tokens of the backup were left as they were",
      sessions: "how many browser sessions ended",
      grants: "how many applications' grants",
      tokens: "how many codes and tokens",
      consents: "how many agreements",
      links: "how many one-time links that had been mailed or handed over",
      mails: "how many mails that waited to be sent",
    },
  },
  "store.moved": {
    meaning: "Everything came here from another database, and was compared with it.",
    details: {
      from: "where it was",
      rows: "how many rows came",
      anchor: "the last block of the trail as it came, `NUMBER:HASH`",
    },
  },
} as const satisfies Readonly<Record<string, EventTypeEntry>>;
