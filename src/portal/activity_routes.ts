// Owns the portal's page of activity: every token and exchange made for the organization's people, and every change of its
// settings, from the audit trail, without what speaks of anybody else.
import { type AuditPage, listEvents } from "../admin/operations/audit.ts";
import { auditEventTypes } from "../audit/event_types.ts";
import type { Database } from "../db/connect.ts";
import { OperationError } from "../errors.ts";
import type { createPortalEdge, Visit } from "./edge_routes.ts";
import { namesOfMembers } from "./member_store.ts";
import { activityKinds, eventWords, shownDetails } from "./words.ts";

const perPage = 50;
type AuditEvent = AuditPage["events"][number];

// As the form sends it: an address that says something else is not answered with everything.
function kindOf(text: string | undefined) {
  if (text === undefined || text === "") return undefined;
  const kind = activityKinds.find((one) => one === text);
  if (kind !== undefined) return kind;
  throw new OperationError("invalid_input", "There is no such kind of activity.", {
    field: "kind",
    fix: `Choose one of the list: ${activityKinds.map((one) => eventWords[one]).join(", ")}.`,
  });
}

/** Adds its address. */
export function addActivityRoutes(
  { get }: ReturnType<typeof createPortalEdge>,
  { db }: { db: Database },
): void {
  get("/activity", (visit) => showActivity(visit, db));
}

async function showActivity({ ctx, call, show, base, tenant }: Visit, db: Database): Promise<void> {
  const text = (name: string) => (typeof ctx.query[name] === "string" ? String(ctx.query[name]) : undefined);
  const kind = kindOf(text("kind"));
  const cursor = text("after");
  const { events, cursor: next } = await call(listEvents, { limit: perPage, cursor, type: kind });
  const people = events.flatMap(({ accountId, actor }) =>
    [accountId ?? [], actorAccount(actor) ?? []].flat(),
  );
  const names = await namesOfMembers(db, tenant.id, people);
  const query = kind === undefined ? "" : `kind=${kind}&`;
  show({
    tab: "activity",
    head: {
      title: "Activity",
      lead: "Every token and exchange made for your people, and every change here, newest first.",
    },
    sections: [
      {
        id: "activity",
        title: "Events",
        filters: {
          action: `${base}/activity`,
          label: "Activity",
          fields: [
            {
              id: "kind",
              label: "Kind",
              type: "select",
              value: kind ?? "",
              options: [
                { value: "", label: "All" },
                ...activityKinds.map((value) => ({ value, label: eventWords[value] })),
              ],
            },
          ],
          result: `${events.length} on this page`,
        },
        ...(events.length === 0
          ? { empty: { strong: "Nothing yet", text: "What happens for your people is told here." } }
          : { timeline: { entries: events.map((event) => entryOf(event, names)) } }),
        pager: {
          label: "Pages of activity",
          summary: cursor === undefined ? "The newest" : "Earlier",
          previousUrl: cursor === undefined ? undefined : `${base}/activity?${query}`,
          nextUrl:
            next === undefined ? undefined : `${base}/activity?${query}after=${encodeURIComponent(next)}`,
        },
      },
    ],
  });
}

function entryOf(event: AuditEvent, names: ReadonlyMap<string, string>) {
  const { type, atMs, times, accountId, clientId, actor, details } = event;
  const person =
    accountId === undefined ? undefined : (names.get(accountId) ?? "somebody who is no member any more");
  const about = [person, clientId === undefined ? undefined : `application ${clientId}`]
    .filter(Boolean)
    .join(", ");
  const told = Object.entries(details).flatMap(([name, value]) =>
    Object.hasOwn(shownDetails, name) ? [`${shownDetails[name]}: ${String(value)}`] : [],
  );
  const refused = "outcome" in auditEventTypes[type];
  return {
    strong: eventWords[type] ?? type,
    text: about === "" ? undefined : `– ${about}`,
    note: [
      `${new Date(atMs).toISOString().slice(0, 19).replace("T", " ")} UTC`,
      ...(times === undefined ? [] : [`${times} times`]),
      `by ${actorWords(actor, names)}`,
      ...told,
    ].join(" · "),
    tone: refused ? ("bad" as const) : ("none" as const),
  };
}

const actorAccount = (actor: string): string | undefined => /^account:(.+)$/.exec(actor)?.[1];

function actorWords(actor: string, names: ReadonlyMap<string, string>): string {
  const account = actorAccount(actor);
  if (account !== undefined) return names.get(account) ?? "the service";
  const client = /^client:(.+)$/.exec(actor)?.[1];
  if (client !== undefined) return `application ${client}`;
  if (actor.startsWith("onboarding:")) return "whoever holds the link to your set-up at AWS";
  return actor === "nobody" ? "nobody who proved who they are" : "the service";
}
