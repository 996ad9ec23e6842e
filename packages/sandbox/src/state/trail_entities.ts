// What CloudTrail keeps of a call: one event for each account that receives it.
import type { Json } from "../ground/errors.ts";

/** A thing an event names. */
export type TrailResource = { type: string; name: string };

/** One event of an account's event history. */
export type TrailEvent = {
  /** The key in {@link World.trailEvents}. */
  eventId: string;
  /** Counts up; pages of a lookup go down along it. */
  sequence: number;
  /** The account that received it (`recipientAccountId`). */
  accountId: string;
  region: string;
  atMs: number;
  eventName: string;
  /** E.g. `sts.amazonaws.com`. */
  eventSource: string;
  readOnly: boolean;
  username: string;
  accessKeyId: string;
  resources: TrailResource[];
  /** The record as `CloudTrailEvent` has it, without secrets. */
  record: Json;
};
