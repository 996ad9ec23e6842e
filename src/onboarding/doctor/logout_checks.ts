// Owns the judgement of whether applications are told of logouts (OpenID Connect Back-Channel Logout 1.0). Pure.
import type { LogoutsState } from "../../provider/storage/told_logout_store.ts";
import { type Finding, passed, warning } from "./finding.ts";

/** Checks how applications are told that sessions of theirs ended. */
export function checkLogouts({ late, failed }: LogoutsState): Finding {
  if (failed.logouts > 0) {
    return warning("logouts", {
      message: `Logouts that applications were not told of, given up in the last 24 hours: ${failed.logouts}; the latest of ${failed.clientId}`,
      cause:
        "Who signed out, or was signed out, may go on there until the application asks for a token. Tokens of ours ended at once.",
      fix: "See which and why: tti session logouts --state failed. End those sessions at the application itself.",
    });
  }
  if (late !== null) {
    return warning("logouts", {
      message: `Logouts wait that ${late.clientId} could not be told of: ${late.fault}`,
      cause: `The oldest is of ${new Date(late.createdAtMs).toISOString()}. It is tried again by itself for a day; until then the person may go on there.`,
      fix: "See which: tti session logouts. Look whether the application answers at its --backchannel-logout-uri.",
    });
  }
  return passed(
    "logouts",
    "every application that asks for it is told of logouts; none is late, none was given up",
  );
}
