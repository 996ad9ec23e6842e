// Owns how an event of the audit trail is told in the console: what happened, to whom, by whom, from where. Pure.
import type { AuditPage } from "../../admin/operations/audit.ts";
import { refusalTypes } from "../../audit/event_types.ts";
import type { ConsolePart } from "../../views/console_pages.ts";
import type { Timeline, Tone } from "../../views/parts.ts";
import { momentText } from "../words.ts";

type AuditEvent = AuditPage["events"][number];

/** What an event is called: its type in words, e.g. `Account disabled`. */
export function eventName(type: string): string {
  const words = type.replaceAll(/[._]/g, " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** Who did it, in words. */
function actorText(actor: string): string {
  const colon = actor.indexOf(":");
  const [kind, name] = colon < 0 ? [actor, ""] : [actor.slice(0, colon), actor.slice(colon + 1)];
  if (kind === "account") return `person ${name}`;
  if (kind === "client") return `application ${name}`;
  if (actor === "first-start") return "the link of the first start";
  if (kind === "cli") return `${name} at the command line`;
  return actor;
}

/** What its details say, in words. */
export function detailsText({ details }: AuditEvent): string {
  return Object.entries(details)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(", ");
}

/** Whether it was refused. */
export function toneOf({ type }: AuditEvent): Tone {
  return refusalTypes.some((one) => one === type) ? "bad" : "none";
}

/** Events as a timeline; what stands in place of one where there are none. */
export function eventsPart(events: readonly AuditEvent[], now: Date): ConsolePart {
  if (events.length === 0) {
    return { empty: { strong: "No events", text: "Nothing of this stands in the audit trail." } };
  }
  return { timeline: timelineOf(events, now) };
}

function timelineOf(events: readonly AuditEvent[], now: Date): Timeline {
  return {
    entries: events.map((event) => ({
      strong: eventName(event.type),
      text: detailsText(event) || undefined,
      note: noteOf(event, now),
      tone: toneOf(event),
    })),
  };
}

/** When, by whom, for whom, from where, how often. */
export function noteOf(event: AuditEvent, now: Date): string {
  const { atMs, actor, tenantId, clientId, address, times } = event;
  return [
    momentText(atMs, now),
    `by ${actorText(actor)}`,
    tenantId === undefined ? undefined : `organization ${tenantId}`,
    clientId === undefined || actor === `client:${clientId}` ? undefined : `application ${clientId}`,
    address === undefined ? undefined : `from ${address}`,
    times === undefined || times < 2 ? undefined : `${times} times`,
  ]
    .filter((one) => one !== undefined)
    .join(" · ");
}
