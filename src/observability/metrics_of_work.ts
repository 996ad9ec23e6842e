// Owns the metrics of what the installation does by itself: mails, logouts that applications are told of, what is
// removed and sealed, signing keys.
import type { MetricEntry } from "./metric_entry.ts";

const untold = { state: ["waiting", "failed"] } as const;
const age = { type: "gauge", unit: "seconds", labels: untold, of: "store" } as const;

/** What waits to be done, what came of it, and how the keys stand. */
export const metricsOfWork = {
  tti_mails_total: {
    type: "counter",
    help: "Mails by what came of them: sent (the mail server took it), delayed (it is tried again), failed (given up).",
    labels: { outcome: ["sent", "delayed", "failed"] },
    of: "instance",
    fromZero: true,
  },
  tti_mails: {
    type: "gauge",
    help: "Mails in the outbox, by state: waiting to be sent, or failed and kept to be looked at.",
    labels: { state: ["waiting", "failed"] },
    of: "store",
  },
  tti_mail_oldest_seconds: {
    ...age,
    help: "How long the oldest mail of a state lies in the outbox; 0 where there is none.",
  },
  tti_logouts: {
    type: "gauge",
    help: "Logouts that applications were not told of, by state: waiting to be told, or failed and kept to be looked at.",
    labels: { state: ["waiting", "failed"] },
    of: "store",
  },
  tti_logout_oldest_seconds: {
    ...age,
    help: "How long ago the oldest logout of a state was; 0 where there is none.",
  },
  tti_overdue_seconds: {
    type: "gauge",
    help: "For how long the oldest waits that is due: records that have ended, to be removed; events of the trail, to be sealed; 0 where there is none.",
    unit: "seconds",
    labels: { what: ["ended_records", "trail"] },
    of: "store",
  },
  tti_key_age_seconds: {
    type: "gauge",
    help: "How long the signing key may sign, and how long the next one has been published; absent where there is none.",
    unit: "seconds",
    labels: { key: ["signing", "next"] },
    of: "store",
  },
  tti_keys: {
    type: "gauge",
    help: "Signing keys by where they are in their life.",
    labels: { phase: ["next", "current", "previous", "gone", "revoked"] },
    of: "store",
  },
  tti_key_warnings: {
    type: "gauge",
    help: "What `tti key status` warns of: rotation waits, or somebody has to decide.",
    of: "store",
  },
} as const satisfies Record<string, MetricEntry>;
