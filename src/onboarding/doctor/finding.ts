// Owns what the doctor says: one finding for each thing a named check looked at, with cause and fix where
// something is wrong. Pure.

/** How a check ended. Only `failed` makes the doctor fail. */
export type Outcome = "passed" | "information" | "warning" | "failed";

/** One finding. */
export interface Finding {
  /** The check's stable name. */
  check: string;
  outcome: Outcome;
  /** What is the case. */
  message: string;
  /** Why it matters, or what it comes of. */
  cause?: string;
  /** What to do. */
  fix?: string;
  /** Numbers of the profile's rules it tells of; absent: all that its check looks at. */
  rules?: readonly string[];
}

/** What is wrong, why it matters, and what to do. */
export interface Complaint {
  message: string;
  cause: string;
  fix: string;
  rules?: readonly string[];
}

/** A check that found nothing wrong. */
export const passed = (check: string, message: string, ...rules: string[]): Finding => ({
  check,
  outcome: "passed",
  message,
  ...(rules.length === 0 ? {} : { rules }),
});

/** Something worth knowing that is neither right nor wrong. */
export const information = (check: string, message: string): Finding => ({
  check,
  outcome: "information",
  message,
});

/** Something that works and should not stay so. */
export const warning = (check: string, complaint: Complaint): Finding => ({
  check,
  outcome: "warning",
  ...complaint,
});

/** Something that does not work. */
export const failed = (check: string, complaint: Complaint): Finding => ({
  check,
  outcome: "failed",
  ...complaint,
});

/** Whether nothing failed; warnings are allowed. */
export function isHealthy(findings: readonly Finding[]): boolean {
  return findings.every(({ outcome }) => outcome !== "failed");
}

/** Foreign text for a message: quoted, short. */
export function quoted(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
