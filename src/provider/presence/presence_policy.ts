// Owns the answer to the enterprise's worry that an ISV can act for its users without them: a tenant's
// presence policy decides, at every mint, whether the back end may act for this user now. Pure.
import { OperationError } from "../../errors.ts";

/** A tenant's rule: when a back end may mint a token for a user who is not in front of a browser. */
export type PresencePolicy =
  /** Only while the user has a live login at the provider. */
  | { name: "session" }
  /** For this many hours after the user's last login. */
  | { name: "within"; hours: number }
  /** Whenever the user has recorded consent for the client, until the user takes it back. */
  | { name: "offline" }
  /** Not at all: tokens come from the user's own browser login only. */
  | { name: "never" };

/** What is known of the user's presence at the moment of a mint. */
export interface Presence {
  /** Whether the account has a live session here that speaks for the tenant. */
  hasLiveSession: boolean;
  /** The user's last login to this tenant, epoch milliseconds; null: none known. */
  lastLoginAtMs: number | null;
  /** Whether the user's consent to offline use by this client stands. */
  hasOfflineConsent: boolean;
}

const hourMs = 3_600_000;

/** The longest `within` a tenant may choose: thirty days. */
export const mostHours = 720;

/**
 * Parses a policy as operators write it: `session`, `within 12` (hours), `offline`, `never`.
 * @throws OperationError invalid_input
 */
export function parsePresencePolicy(value: unknown, field = "presence"): PresencePolicy {
  const words = typeof value === "string" ? value.trim().split(/[\s:]+/) : [];
  const [name, hoursText, ...rest] = words;
  const hours = Number(hoursText);
  if (name === "within" && rest.length === 0 && Number.isInteger(hours) && hours >= 1 && hours <= mostHours) {
    return { name, hours };
  }
  if ((name === "session" || name === "offline" || name === "never") && hoursText === undefined)
    return { name };
  throw new OperationError("invalid_input", `${field} is not a presence policy.`, {
    field,
    fix: `Use session, offline, never, or within HOURS with 1 to ${mostHours} hours, e.g. "within 12".`,
  });
}

/** A policy as operators write it. */
export function presencePolicyText(policy: PresencePolicy): string {
  return policy.name === "within" ? `within ${policy.hours}` : policy.name;
}

/**
 * Decides whether a back end may act for a user now.
 * @param policy the tenant's rule
 * @param presence what is known of the user
 * @param now the moment of the mint
 * @throws OperationError presence_required, saying what the user must do
 */
export function assertPresence(policy: PresencePolicy, presence: Presence, now: Date): void {
  const refusal = refusalOf(policy, presence, now);
  if (refusal !== undefined) {
    throw new OperationError("presence_required", refusal.what, { fix: refusal.fix });
  }
}

function refusalOf(
  policy: PresencePolicy,
  presence: Presence,
  now: Date,
): { what: string; fix: string } | undefined {
  switch (policy.name) {
    case "session":
      return presence.hasLiveSession
        ? undefined
        : {
            what: "The tenant lets a back end act for a user only while the user is logged in, and this user is not.",
            fix: "Have the user log in, or ask the tenant's administrator for another presence policy.",
          };
    case "within": {
      const last = presence.lastLoginAtMs;
      // A login in the future is a wrong clock somewhere, not presence.
      if (last !== null && last <= now.getTime() && now.getTime() - last <= policy.hours * hourMs)
        return undefined;
      return {
        what: `The tenant lets a back end act for a user for ${policy.hours} hours after a login; the user's last is ${last === null ? "unknown" : "longer ago"}.`,
        fix: "Have the user log in again.",
      };
    }
    case "offline":
      return presence.hasOfflineConsent
        ? undefined
        : {
            what: "The tenant lets a back end act for a user who agreed to it, and this user has not, or took it back.",
            fix: "Have the user agree on the account page.",
          };
    case "never":
      return {
        what: "The tenant lets no back end act for its users.",
        fix: "Use the ID token of the user's own login, or ask the tenant's administrator for another presence policy.",
      };
  }
}
