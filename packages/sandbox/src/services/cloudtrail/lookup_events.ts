// CloudTrail's event history: the last calls of an account in a region, newest first, by one attribute and a time range
// (API reference, LookupEvents). Events are written by the gateway (operation/event_history.ts).
import { createHash } from "node:crypto";
import { family, type Operation, type OperationContext } from "../../operation/operation.ts";
import type { RateLimiter } from "../../operation/rate_limit.ts";
import type { TrailEvent } from "../../state/index.ts";
import { refuse } from "./refuse.ts";

const DAYS_KEPT = 90;
const DAY_MS = 86_400_000;
/** Events of a page at most, and when the caller does not say. */
const MOST = 50;

type Attribute = { AttributeKey: string; AttributeValue: string };
type Input = {
  LookupAttributes?: Attribute[];
  StartTime?: Date;
  EndTime?: Date;
  EventCategory?: string;
  MaxResults?: number;
  NextToken?: string;
};

/** How an event is compared with each attribute's value. */
const MATCHES: Readonly<Record<string, (event: TrailEvent, value: string) => boolean>> = {
  EventId: (event, value) => event.eventId === value,
  EventName: (event, value) => event.eventName === value,
  ReadOnly: (event, value) => String(event.readOnly) === value,
  Username: (event, value) => event.username === value,
  ResourceType: (event, value) => event.resources.some(({ type }) => type === value),
  ResourceName: (event, value) => event.resources.some(({ name }) => name === value),
  EventSource: (event, value) => event.eventSource === value,
  AccessKeyId: (event, value) => event.accessKeyId === value,
};

/** @param limiter counts lookups, per account and region */
export function lookupOperations(limiter: RateLimiter): readonly Operation[] {
  return family("cloudtrail", {
    LookupEvents: {
      authorize: "anyResource",
      run(input: Input, context) {
        assertRate(limiter, context);
        const found = select(input, context);
        const before = readToken(input, context);
        const rest = found.filter(({ sequence }) => before === undefined || sequence < before);
        const page = rest.slice(0, input.MaxResults ?? MOST);
        const last = page.at(-1);
        return {
          Events: page.map(show),
          ...(last !== undefined &&
            rest.length > page.length && { NextToken: writeToken(last.sequence, bindingOf(input, context)) }),
        };
      },
    },
  });
}

function assertRate(limiter: RateLimiter, context: OperationContext): void {
  const limit = context.rules.getNumber("cloudtrail.lookupsPerSecond");
  if (limiter.take(`LookupEvents|${context.accountId}|${context.region}`, limit)) return;
  throw refuse("ThrottlingException", "Rate exceeded", {
    rule: "cloudtrail.lookupsPerSecond",
    why: `more than ${limit} lookups within a second by account ${context.accountId} in ${context.region}`,
    fix: "Back off and retry.",
  });
}

/** @returns the events asked for, newest first */
function select(input: Input, context: OperationContext): TrailEvent[] {
  const [attribute, ...more] = input.LookupAttributes ?? [];
  if (more.length > 0) {
    throw refuse("InvalidLookupAttributesException", "Only one lookup attribute is allowed.", {
      rule: "cloudtrail.oneAttribute",
      why: `LookupAttributes has ${more.length + 1} entries`,
      fix: "Give one attribute, and filter what comes by the others.",
    });
  }
  const { StartTime: start, EndTime: end } = input;
  if (start !== undefined && end !== undefined && start > end) {
    throw refuse("InvalidTimeRangeException", "StartTime is after EndTime.", {
      rule: "cloudtrail.timeRange",
      why: `StartTime ${start.toISOString()} is after EndTime ${end.toISOString()}`,
      fix: "Give a StartTime that is not after EndTime.",
    });
  }
  // The sandbox sees nothing unusual: there are no Insights events.
  if (input.EventCategory !== undefined) return [];
  const oldest = Math.max(context.clock().getTime() - DAYS_KEPT * DAY_MS, start?.getTime() ?? 0);
  const newest = end?.getTime() ?? Number.POSITIVE_INFINITY;
  const matches = MATCHES[attribute?.AttributeKey ?? ""];
  return [...context.world.trailEvents.values()]
    .filter(({ accountId, region }) => accountId === context.accountId && region === context.region)
    .filter(({ atMs }) => wholeSecond(atMs) >= wholeSecond(oldest) && wholeSecond(atMs) <= newest)
    .filter((event) => attribute === undefined || matches?.(event, attribute.AttributeValue) === true)
    .reverse();
}

/** Events carry whole seconds: one that is told to be at a second is found by it. */
function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

function show(event: TrailEvent) {
  return {
    EventId: event.eventId,
    EventName: event.eventName,
    ReadOnly: String(event.readOnly),
    AccessKeyId: event.accessKeyId,
    EventTime: new Date(wholeSecond(event.atMs)),
    EventSource: event.eventSource,
    Username: event.username,
    Resources: event.resources.map(({ type, name }) => ({ ResourceType: type, ResourceName: name })),
    CloudTrailEvent: JSON.stringify(event.record),
  };
}

/** A token goes down from an event, so that events that come meanwhile neither shift nor repeat a page. */
function writeToken(sequence: number, binding: string): string {
  return Buffer.from(`${binding}${sequence}`).toString("base64url");
}

/** @throws AwsError for a token that was not given for this very lookup */
function readToken(input: Input, context: OperationContext): number | undefined {
  if (input.NextToken === undefined) return undefined;
  const binding = bindingOf(input, context);
  const text = Buffer.from(input.NextToken, "base64url").toString();
  const sequence = text.slice(binding.length);
  if (text.startsWith(binding) && /^\d{1,15}$/.test(sequence)) return Number(sequence);
  throw refuse("InvalidNextTokenException", "The NextToken is not valid.", {
    rule: "cloudtrail.nextToken",
    why: "the token was not given for a lookup with these attributes and this time range, by this account in this region",
    fix: "Repeat the parameters of the call that gave the token, unchanged.",
  });
}

function bindingOf(input: Input, { accountId, region }: OperationContext): string {
  const { LookupAttributes, StartTime, EndTime, EventCategory } = input;
  return createHash("sha256")
    .update(JSON.stringify([accountId, region, LookupAttributes, StartTime, EndTime, EventCategory]))
    .digest("base64url")
    .slice(0, 16);
}
