// Owns the page of what back ends did in a person's name: by application, and one by one, the newest first, for the organizations
// the person's sign-in speaks for and no others.
import { type Act, readActs } from "../../audit/acts_store.ts";
import { currentWords } from "../../views/frame.ts";
import { renderPage } from "../../views/render.ts";
import { findClients } from "../clients/client_store.ts";
import type { AccountPageDeps, AccountPageHandler } from "./account_page_routes.ts";
import type { AccountPerson } from "./account_person.ts";
import { accountPages } from "./account_tabs.ts";

/** How far back it tells, in days. */
const daysTold = 30;
const perPage = 25;

/** The page. */
export function donePage(deps: AccountPageDeps): AccountPageHandler {
  return {
    page: "done",
    show: async ({ person, query, shell }) => {
      const { done: words, day } = currentWords();
      const before = placeIn(query.get("before"));
      const fromMs = deps.clock().getTime() - daysTold * 86_400_000;
      const { acts, end } = await readActs(deps.db, { ...ofPerson(person), fromMs, before });
      const shown = acts.slice(0, perPage);
      // What was not looked at is not counted either: the page says since when it counts.
      const sinceMs = before === undefined ? (end?.atMs ?? fromMs) : fromMs;
      const on = acts.length > perPage ? shown.at(-1) : end;
      const names = await namesOf(deps, person, acts);
      const pager = {
        label: words.pages,
        summary: before === undefined ? words.newest : words.earlier,
        previousUrl: before && accountPages.done.path,
        nextUrl: on && `${accountPages.done.path}?before=${on.atMs}.${encodeURIComponent(on.id)}`,
      };
      return renderPage("account_done", {
        shell: shell({ title: words.title }),
        lead: words.lead(day(sinceMs)),
        sums: before === undefined ? sumsOf(acts, names) : undefined,
        none: shown.length > 0 ? undefined : before === undefined ? words.none : words.noneEarlier,
        acts: { entries: shown.map((act) => entryOf(act, names)) },
        pager: pager.previousUrl === undefined && pager.nextUrl === undefined ? undefined : pager,
      });
    },
  };
}

const ofPerson = ({ accountId, tenants }: AccountPerson) => ({
  accountId,
  tenantIds: tenants.map(({ id }) => id),
});

// Whatever else stands there begins at the newest.
function placeIn(text: string | undefined) {
  const [, atMs, id] = /^(\d{1,15})\.([\w-]{1,100})$/.exec(text ?? "") ?? [];
  return atMs === undefined || id === undefined ? undefined : { atMs: Number(atMs), id };
}

interface Names {
  clientName: string;
  tenantName: string;
}

type NamesOf = (act: Act) => Names;

async function namesOf(
  { db }: AccountPageDeps,
  { tenants }: AccountPerson,
  acts: readonly Act[],
): Promise<NamesOf> {
  const clients = await findClients(db, [...new Set(acts.map(({ clientId }) => clientId))]);
  const clientNames = new Map(clients.map(({ clientId, metadata }) => [clientId, metadata.client_name]));
  const tenantNames = new Map(tenants.map(({ id, name }) => [id, name]));
  return ({ clientId, tenantId }) => ({
    clientName: clientNames.get(clientId) ?? clientId,
    tenantName: tenantNames.get(tenantId) ?? tenantId,
  });
}

// In the order in which they did something last.
function sumsOf(acts: readonly Act[], names: NamesOf) {
  const { sums, moment } = currentWords().done;
  const by = Map.groupBy(
    acts.filter(({ tried }) => !tried),
    ({ clientId, tenantId }) => JSON.stringify([clientId, tenantId]),
  );
  return [...by.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const kinds = [...Map.groupBy(own, ({ kind }) => kind)];
    const lines = kinds.map(([kind, done]) => sums[kind](done.length, moment(done[0]?.atMs ?? 0)));
    return { ...names(first), lines };
  });
}

function entryOf(act: Act, names: NamesOf) {
  const { applications, done: words } = currentWords();
  const { clientName, tenantName } = names(act);
  const isInVain = act.kind === "named_in_vain" || act.kind === "searched_in_vain";
  return {
    strong: applications.at({ application: clientName, organization: tenantName }),
    text: words.acts[act.kind](act.results ?? 0),
    note: act.tried ? `${words.moment(act.atMs)}, ${words.tried}` : words.moment(act.atMs),
    tone: isInVain ? ("warn" as const) : ("none" as const),
  };
}
