// Owns the audit trail in the console: filters, newest first, page after page.

import { listEvents } from "../../admin/operations/audit.ts";
import { inWordsOf } from "../../admin/operations/input_faults.ts";
import { auditEventTypes } from "../../audit/event_types.ts";
import { OperationError } from "../../errors.ts";
import { nameOfId } from "../../input/account_name.ts";
import type { ConsolePage } from "../../views/console_pages.ts";
import type { Cell, Field } from "../../views/parts.ts";
import type { Place, Visit } from "../place.ts";
import { momentText } from "../words.ts";
import { detailsText, eventName, noteOf, toneOf } from "./event_words.ts";
import { asksFor, listCard, pageOf } from "./list_page.ts";

const path = "/console/activity";

const filters: Field[] = [
  { id: "account", label: "Person: id or address", type: "search" },
  { id: "organization", label: "Organization id", type: "search" },
  { id: "application", label: "Client id", type: "search" },
  {
    id: "type",
    label: "Event",
    type: "select",
    options: [
      { value: "", label: "All" },
      ...Object.keys(auditEventTypes)
        .sort()
        .map((value) => ({ value, label: eventName(value) })),
    ],
  },
  {
    id: "outcome",
    label: "Outcome",
    type: "select",
    options: [
      { value: "", label: "All" },
      { value: "done", label: "Done" },
      { value: "refused", label: "Refused" },
    ],
  },
  { id: "from", label: "From (UTC)", type: "date" },
  { id: "until", label: "Until (UTC)", type: "date" },
];

// What each member of the operation is called here.
const members: Readonly<Record<string, string>> = {
  account: "account",
  tenantId: "organization",
  clientId: "application",
  type: "type",
  outcome: "outcome",
};

// And each filter, in the words that stand beside it.
const labels: Readonly<Record<string, string>> = {
  account: "Person",
  tenantId: "Organization id",
  clientId: "Client id",
  type: "Event",
  outcome: "Outcome",
  fromMs: "From",
  from: "From",
  beforeMs: "Until",
  until: "Until",
};

/** The audit trail. */
export const activityPlace: Place = {
  path,
  section: "activity",
  operation: listEvents,
  async show(visit) {
    try {
      return await readPage(visit);
    } catch (error) {
      // What was asked for stands in the address: it is said beside the filters.
      if (
        !(error instanceof OperationError) ||
        error.status >= 500 ||
        error.status === 401 ||
        error.status === 403
      )
        throw error;
      const told = inWordsOf(error, ([member]) => labels[String(member)]) as OperationError;
      return {
        ...pageWith(visit, [], undefined),
        errors: {
          title: "This cannot be looked for",
          errors: [{ message: `${told.message} ${told.fix}` }],
          code: told.code,
        },
      };
    }
  },
};

async function readPage(visit: Visit): Promise<ConsolePage> {
  const { query, context } = visit;
  const from = dayOf(query.get("from"), "from");
  const until = dayOf(query.get("until"), "until");
  const { events, cursor } = await listEvents(context, {
    ...asksFor(query, members),
    ...(from === undefined ? {} : { fromMs: from }),
    // The day that was named is part of it.
    ...(until === undefined ? {} : { beforeMs: until + 86_400_000 }),
    ...pageOf(query),
  });
  return pageWith(visit, events, cursor);
}

function dayOf(text: string | undefined, field: string): number | undefined {
  if (text === undefined || text === "") return undefined;
  const atMs = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isFinite(atMs) && atMs >= 0) return atMs;
  throw new OperationError("invalid_input", `${field} is no day.`, { field, fix: "Write it as 2026-11-26." });
}

type Events = Awaited<ReturnType<typeof listEvents>>["events"];

function pageWith({ query, now }: Visit, events: Events, cursor: string | undefined): ConsolePage {
  const row = (event: Events[number]): Cell[] => [
    { text: eventName(event.type), note: detailsText(event) || undefined },
    toneOf(event) === "bad" ? { text: "Refused", tone: "bad" } : { text: "Done" },
    {
      text: event.accountId ?? "",
      url:
        event.accountId === undefined
          ? undefined
          : `/console/people/${encodeURIComponent(nameOfId(event.accountId))}`,
    },
    { text: momentText(event.atMs, now), note: noteOf(event, now).split(" · ").slice(1).join(" · ") },
  ];
  return {
    head: { title: "Activity", lead: "The audit trail, newest first." },
    cards: [
      listCard({
        ...{ path, query, label: "Events", one: "event", filters, cursor },
        table: {
          caption: "Events of the audit trail",
          columns: [
            { label: "What" },
            { label: "Outcome", kind: "state" },
            { label: "Person" },
            { label: "When and by whom" },
          ],
          rows: events.map(row),
        },
        empty: { strong: "No events yet", text: "Whatever is done or refused stands here." },
      }),
    ],
  };
}
