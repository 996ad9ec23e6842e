// Owns the list of data accessors of all organizations, each with its last exchange.
import { listAccessors } from "../../admin/operations/accessors.ts";
import { listEvents } from "../../admin/operations/audit.ts";
import type { Cell } from "../../views/parts.ts";
import { type Place, type Visit, withQuery } from "../place.ts";
import { momentText } from "../words.ts";
import { listCard, pageOf } from "./list_page.ts";
import { organizationPath } from "./organizations.ts";

const path = "/console/accessors";
// So many of an organization's latest searches are looked through for those by one of its accessors.
const mostLooked = 50;

/** Every data accessor. */
export const accessorsPlace: Place = {
  path,
  section: "accessors",
  operation: listAccessors,
  async show(visit) {
    const { query, context } = visit;
    const { accessors, cursor } = await listAccessors(context, pageOf(query));
    const lastOf = await readLastExchanges(visit, [...new Set(accessors.map(({ tenantId }) => tenantId))]);
    return {
      head: {
        title: "Data accessors",
        lead: "What each customer handed over at AWS, and when it was last searched with.",
      },
      cards: [
        listCard({
          ...{ path, query, label: "Data accessors", one: "data accessor", cursor },
          table: {
            caption: "Data accessors",
            columns: [
              { label: "Organization" },
              { label: "Application" },
              { label: "Region" },
              { label: "Last exchange", kind: "number" },
            ],
            rows: accessors.map((one): Cell[] => [
              {
                text: one.tenantId,
                url: organizationPath(one.tenantId),
                note: one.name === "default" ? undefined : one.name,
              },
              { text: one.applicationId, code: true, note: one.idcApplicationArn },
              {
                text: one.qRegion,
                note: one.idcRegion === one.qRegion ? undefined : `Identity Center: ${one.idcRegion}`,
              },
              lastOf(one.tenantId, one.name),
            ]),
          },
          empty: {
            strong: "No data accessor yet",
            text: "Enter what a customer handed over on the organization's page.",
          },
        }),
      ],
    };
  },
};

// By the trail: each search over this provider's own API leaves an event. Who exchanges with the client library alone leaves
// the token it asked for.
async function readLastExchanges(visit: Visit, tenantIds: readonly string[]) {
  const found = new Map<string, { atMs: number; results: unknown }>();
  for (const tenantId of tenantIds) {
    const { events } = await listEvents(visit.context, { tenantId, type: "search.made", limit: mostLooked });
    for (const { atMs, details } of [...events].reverse()) {
      found.set(`${tenantId}/${String(details["accessor"])}`, { atMs, results: details["results"] });
    }
    const minted = await listEvents(visit.context, { tenantId, type: "token.minted", limit: 1 });
    const [last] = minted.events;
    if (last !== undefined) found.set(tenantId, { atMs: last.atMs, results: undefined });
  }
  return (tenantId: string, name: string): Cell => {
    const url = withQuery("/console/activity", { organization: tenantId, type: "search.made" });
    const search = found.get(`${tenantId}/${name}`);
    if (search !== undefined)
      return { text: momentText(search.atMs, visit.now), url, note: `${String(search.results)} results` };
    const minted = found.get(tenantId);
    if (minted !== undefined)
      return { text: "none here", note: `last token for it ${momentText(minted.atMs, visit.now)}` };
    return { text: "never" };
  };
}
