// Writes each call into the event history of CloudTrail: of the caller's account, and of the account that owns what it
// names (CloudTrail user guide, "sharedEventID"). Bounded: the oldest events go first.
import type { TrailEvent, TrailResource, World } from "../state/index.ts";
import { eventRecord, isReading, type RecordedCall, resourcesOf } from "./event_record.ts";

/** How many events are kept, of all accounts together. */
export const MAX_TRAIL_EVENTS = 500;

/** What S3 logs as data events, which no event history holds (S3 user guide, "Amazon S3 CloudTrail events"). */
const DATA_EVENTS = new Set(["DeleteObject", "GetObject", "HeadObject", "ListObjectsV2", "PutObject"]);

/**
 * Records a call whose caller is known.
 *
 * @param makeId gives ids of events
 */
export function recordEvent(world: World, call: RecordedCall, makeId: () => string): void {
  if (call.service === "s3" && DATA_EVENTS.has(call.operation)) return;
  const record = eventRecord(call, world);
  const resources = resourcesOf(call, world);
  const owners = call.error === undefined ? ownersOf(call, resources) : [];
  const recipients = [...new Set([call.caller.accountId, ...owners])];
  const shared = recipients.length > 1 ? { sharedEventID: makeId() } : {};
  for (const accountId of recipients) {
    const eventId = makeId();
    add(world, {
      eventId,
      sequence: lastSequence(world) + 1,
      accountId,
      region: call.region,
      atMs: Date.parse(call.at),
      eventName: call.operation,
      eventSource: call.eventSource,
      readOnly: isReading(call.operation),
      username: usernameOf(call),
      accessKeyId: call.caller.accessKeyId,
      resources,
      record: { ...record, eventID: eventId, recipientAccountId: accountId, ...shared },
    });
  }
}

function add(world: World, event: TrailEvent): void {
  const { trailEvents } = world;
  trailEvents.set(event.eventId, event);
  lastSequences.set(world, event.sequence);
  for (const oldest of trailEvents.keys()) {
    if (trailEvents.size <= MAX_TRAIL_EVENTS) break;
    trailEvents.delete(oldest);
  }
}

/** Remembered: looking all events over with each call would have all of them compared with what is on disk. */
const lastSequences = new WeakMap<World, number>();

/** By the last key: to go through all events would count as touching each. */
function lastSequence({ trailEvents }: World): number {
  let last = "";
  for (const eventId of trailEvents.keys()) last = eventId;
  return trailEvents.get(last)?.sequence ?? 0;
}

/** A user by name, a session by the name it was given. */
function usernameOf({ caller }: RecordedCall): string {
  return caller.session?.roleSessionName ?? caller.user?.userName ?? "root";
}

/**
 * Accounts that own what a call was about: not whoever a policy or a registration names, so that roles count for STS alone.
 */
function ownersOf({ service }: RecordedCall, resources: readonly TrailResource[]): string[] {
  return resources
    .filter(({ type }) => service === "sts" || !type.startsWith("AWS::IAM::"))
    .map(({ name }) => name.split(":")[4] ?? "")
    .filter((id) => /^\d{12}$/.test(id));
}
