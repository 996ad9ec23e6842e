// Owns the metrics of what fails around an instance: the store, the clock, the process's own time, AWS KMS, signatures. The kinds
// are closed lists of whoever tells them apart; docs/faults.md says what each means to a caller and an operator.
import { storeFaultKinds } from "../db/store_fault_kinds.ts";
import { kmsFaultKinds, kmsOperations, unsignedReasons } from "./fault_kinds.ts";
import type { MetricEntry } from "./metric_entry.ts";

const keysOf = <Name extends string>(table: Readonly<Record<Name, unknown>>): readonly Name[] =>
  Object.keys(table) as Name[];

/** What fails. */
export const metricsOfFaults = {
  tti_store_faults_total: {
    type: "counter",
    help: "Statements, and askings for a connection, that failed by the store's fault, by kind.",
    labels: { kind: keysOf(storeFaultKinds) },
    of: "instance",
    fromZero: true,
  },
  tti_clock_difference_seconds: {
    type: "gauge",
    help: "How far this instance's clock is ahead of the database's, or behind it (then below 0); 0 with the embedded store.",
    unit: "seconds",
    of: "instance",
  },
  tti_clock_steps_total: {
    type: "counter",
    help: "How often the clock of this machine was set by seconds while the instance ran, by direction.",
    labels: { direction: ["forward", "back"] },
    of: "instance",
    fromZero: true,
  },
  tti_pauses_total: {
    type: "counter",
    help: "How often this process stood still for five seconds or more: paused, starved, or held up by one computation.",
    of: "instance",
    fromZero: true,
  },
  tti_kms_failures_total: {
    type: "counter",
    help: "Calls of AWS KMS that failed, by operation and kind.",
    labels: { operation: kmsOperations, kind: keysOf(kmsFaultKinds) },
    of: "instance",
    fromZero: true,
  },
  tti_signatures_refused_total: {
    type: "counter",
    help: "Signatures that were not made: the keys could not be read or the clock is in doubt (`stale`), the key is published no more (`revoked`), or its keeper failed (`signer`).",
    labels: { reason: keysOf(unsignedReasons) },
    of: "instance",
    fromZero: true,
  },
} as const satisfies Record<string, MetricEntry>;
