// Owns the settings of how long a sign-in lasts, and of what the doors of the service itself demand of one.
import { type FactorDemand, factorDemands } from "../login_levels.ts";
import { type Mode, setting } from "./setting.ts";
import { integer, oneOf } from "./setting_values.ts";

const day = 86_400;
const demanded = (mode: Mode): FactorDemand => (mode === "production" ? "required" : "optional");

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
  consoleFactor: setting<FactorDemand>({
    name: "TTI_CONSOLE_FACTOR",
    doc: "`required`: the console opens to whoever proved two factors; who has no second one sets it up as they sign in to it. `optional`: whoever has one proves it, and nobody has to have one.",
    defaultText: "`required`; `optional` in development",
    fallback: demanded,
    parse: oneOf(factorDemands),
  }),
  portalFactor: setting<FactorDemand>({
    name: "TTI_PORTAL_FACTOR",
    doc: "`required`: the portal opens to an organization's administrator whose login here proved two factors; who has no second one sets it up on the way there. `optional`: whoever has one proves it. What your own login page vouches for is judged by `tti tenant update ID --factor`.",
    defaultText: "`required`; `optional` in development",
    fallback: demanded,
    parse: oneOf(factorDemands),
  }),
};
