// Owns how the console says times and states. Pure; times are in UTC, so that they read as the log and the audit trail do.
import type { Badge } from "../views/parts.ts";

/** A moment, as people read it: `today 14:02`, else the day and the time, in UTC. */
export function momentText(atMs: number, now: Date): string {
  const [day = "", time = ""] = new Date(atMs).toISOString().split("T");
  const clock = time.slice(0, 5);
  return day === now.toISOString().slice(0, 10) ? `today ${clock} UTC` : `${day} ${clock} UTC`;
}

/** A moment, or a word for none. */
export function momentOr(atMs: number | null | undefined, none: string, now: Date): string {
  return atMs === null || atMs === undefined ? none : momentText(atMs, now);
}

/** The badge of what is disabled; what may be used has none. */
export function disabledBadge({ disabledAtMs }: { disabledAtMs: number | null }): Badge | undefined {
  return disabledAtMs === null ? undefined : { text: "Disabled", tone: "bad" };
}
