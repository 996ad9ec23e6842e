// Owns whether this machine has what the papers' scripts run in; tests of them are skipped by name where it has not.
import { execFileSync } from "node:child_process";

/** Whether there is a bash. */
export function hasBash(): boolean {
  try {
    execFileSync("bash", ["-c", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
