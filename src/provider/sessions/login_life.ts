// Owns how long a login holds: so long in all, and so long without anybody there. The installation's limits go with the
// login from its beginning; a tenant's own are asked each time, and the shorter holds. Pure.

/** How long a sign-in is fresh enough for what is delicate, such as setting up a factor, in seconds. */
export const recentSignInSeconds = 600;

/** Since when a login holds, and until when. Epoch milliseconds. */
export interface LoginLife {
  /** When it was made here. */
  beganAtMs: number;
  /** When it ends by the installation's limit; null: none is known. */
  endsAtMs: number | null;
}

/** How the browser of a login was used since. */
export interface LoginUse {
  /** When it was last noted that somebody was there, epoch milliseconds. */
  seenAtMs: number;
  /** The longest time until then in which nobody was: a login that was left for too long does not come back. */
  longestIdleMs: number;
  /** The installation's limit of such a time, in milliseconds; null: none is known. */
  idleMs: number | null;
}

/** A tenant's own limits, at a moment. */
export interface TenantLimits {
  nowMs: number;
  /** The longest a login opens the tenant, in milliseconds; null: as the installation has it. */
  sessionLifeMs: number | null;
  /** The longest it does without use; null: as the installation has it. */
  sessionIdleMs: number | null;
}

/** The installation's limits, in seconds. */
export interface SessionLimits {
  sessionIdleSeconds: number;
  sessionRememberedIdleSeconds: number;
  sessionLifeSeconds: number;
}

/** How exactly it is noted that somebody was there: a use within this long of the last one is not written down. */
export const seenEveryMs = 300_000;

/**
 * What holds for a login that is made now.
 * @param remembered whether the person asked to stay signed in on this device
 */
export function beginLogin(limits: SessionLimits, remembered: boolean, nowMs: number): LoginLife & LoginUse {
  const idleSeconds = remembered ? limits.sessionRememberedIdleSeconds : limits.sessionIdleSeconds;
  return {
    ...{ beganAtMs: nowMs, endsAtMs: nowMs + limits.sessionLifeSeconds * 1000 },
    ...{ seenAtMs: nowMs, longestIdleMs: 0, idleMs: idleSeconds * 1000 },
  };
}

/** Tells whether a login may be as old as it is, for a tenant. */
export function isYoungEnough({ beganAtMs, endsAtMs }: LoginLife, tenant: TenantLimits): boolean {
  if (endsAtMs !== null && tenant.nowMs >= endsAtMs) return false;
  return tenant.sessionLifeMs === null || tenant.nowMs - beganAtMs < tenant.sessionLifeMs;
}

/** Tells whether somebody was there often enough, for a tenant. */
export function isInUse({ seenAtMs, longestIdleMs, idleMs }: LoginUse, tenant: TenantLimits): boolean {
  const longest = Math.max(longestIdleMs, tenant.nowMs - seenAtMs);
  return [idleMs, tenant.sessionIdleMs].every((limit) => limit === null || longest < limit);
}

/**
 * Tells until when a login opens a tenant if nobody uses it any more.
 * @returns epoch milliseconds; undefined: no limit is known
 */
export function opensUntilMs(
  { life, use }: { life?: LoginLife | undefined; use?: LoginUse | undefined },
  { sessionLifeMs, sessionIdleMs }: Pick<TenantLimits, "sessionLifeMs" | "sessionIdleMs">,
): number | undefined {
  const ends = [
    life?.endsAtMs ?? null,
    life && sessionLifeMs !== null ? life.beganAtMs + sessionLifeMs : null,
    use && use.idleMs !== null ? use.seenAtMs + use.idleMs : null,
    use && sessionIdleMs !== null ? use.seenAtMs + sessionIdleMs : null,
  ].filter((end) => end !== null);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** Tells whether a login stands by the installation's limits, whichever tenant it is for. */
export function standsAt(login: Partial<LoginLife & LoginUse>, nowMs: number): boolean {
  const { beganAtMs = nowMs, endsAtMs = null, seenAtMs = nowMs, longestIdleMs = 0, idleMs = null } = login;
  const anyTenant = { nowMs, sessionLifeMs: null, sessionIdleMs: null };
  return (
    isYoungEnough({ beganAtMs, endsAtMs }, anyTenant) &&
    isInUse({ seenAtMs, longestIdleMs, idleMs }, anyTenant)
  );
}
