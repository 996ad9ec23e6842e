// Owns the settings of how long a sign-in lasts.
import { setting } from "./setting.ts";
import { integer } from "./setting_values.ts";

const day = 86_400;

export const sessionsSettings = {
  sessionIdleSeconds: setting({
    name: "TTI_SESSION_IDLE",
    doc: "How long a sign-in lasts that nobody uses, in seconds, 900 to 2592000. An organization may have it shorter.",
    defaultText: "`86400` (a day)",
    fallback: () => day,
    parse: integer(900, 30 * day),
  }),
  sessionRememberedIdleSeconds: setting({
    name: "TTI_SESSION_REMEMBERED_IDLE",
    doc: "The same where the person chose to stay signed in on the device, in seconds, 900 to 7776000.",
    defaultText: "`1209600` (14 days)",
    fallback: () => 14 * day,
    parse: integer(900, 90 * day),
  }),
  sessionLifeSeconds: setting({
    name: "TTI_SESSION_LIFETIME",
    doc: "How long a sign-in lasts at most, however much it is used, in seconds, 3600 to 31536000. An organization may have it shorter. It counts for sign-ins from then on.",
    defaultText: "`2592000` (30 days)",
    fallback: () => 30 * day,
    parse: integer(3_600, 365 * day),
  }),
};
