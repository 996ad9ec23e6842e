// Owns what a soak writes down while it runs: each happening with what was being done to the site, how often things went
// well, and a violation the moment it shows.
import type { Happening, Violation } from "./history.ts";
import { violationIn } from "./judge.ts";

type Untimed<T> = T extends Happening ? Omit<T, "atMs" | "during"> : never;

/** What is written down. */
export interface Recorder {
  history: readonly Happening[];
  counts: Readonly<Record<string, number>>;
  violations: readonly Violation[];
  /** What is being done to the site, for whoever reads a violation. */
  during: string;
  note(happening: Untimed<Happening>): void;
  count(what: string): void;
}

/** Begins. @param onViolation told at once of what one happening shows */
export function startRecorder(onViolation: (violation: Violation) => void): Recorder {
  const history: Happening[] = [];
  const counts: Record<string, number> = {};
  const violations: Violation[] = [];
  const recorder: Recorder = {
    history,
    counts,
    violations,
    during: "the start",
    note(untimed) {
      const happening = { ...untimed, atMs: Date.now(), during: recorder.during } as Happening;
      history.push(happening);
      const violation = violationIn(happening);
      if (violation === undefined) return;
      violations.push(violation);
      onViolation(violation);
    },
    count(what) {
      counts[what] = (counts[what] ?? 0) + 1;
    },
  };
  return recorder;
}
