// Owns what back ends did in one person's name, as the trail has it: newest first, found by the person's own events, of which a
// page looks at no more than a window holds. So it costs the same however long the trail is.
import type { Database } from "../db/connect.ts";
import { runStatement } from "../db/statement.ts";
import { grantTypes, signInGrants } from "../grants_and_scopes.ts";
import type { EventPlace } from "./audit_filters_store.ts";
import type { DetailValue } from "./event_types.ts";

/** What was done: told who the person is, searched as them, or asked in vain for either. */
export type ActKind = "named" | "searched" | "named_in_vain" | "searched_in_vain";

/** One act. */
export interface Act extends EventPlace {
  kind: ActKind;
  tenantId: string;
  clientId: string;
  /** Who administers did it, to try what the client may. */
  tried: boolean;
  /** Of a search: how many results came. */
  results?: number;
}

/** The acts of a page, and where what it looked at ends. */
export interface ActsPage {
  acts: Act[];
  /** The last event that was looked at; absent: there is none beyond. */
  end?: EventPlace;
}

/** The most events that are looked at at once. */
const window = 2_000;

interface Row {
  id: string;
  at_ms: number;
  type: string;
  tenant_id: string;
  client_id: string;
  actor: string;
  details: string;
}

/**
 * Reads what back ends did in a person's name.
 * @param of for which tenants; since when, in epoch milliseconds; only what is older than an event
 */
export async function readActs(
  db: Database,
  of: { accountId: string; tenantIds: readonly string[]; fromMs: number; before?: EventPlace | undefined },
): Promise<ActsPage> {
  const { accountId, fromMs } = of;
  const before = of.before ?? { atMs: Number.MAX_SAFE_INTEGER, id: "" };
  const rows = await runStatement<Row>(
    db,
    "acts_of_person",
    `select id, at_ms, type, tenant_id, client_id, actor, details from audit_events
     where account_id = ? and at_ms >= ? and (at_ms, id) < (?, ?)
     order by at_ms desc, id desc limit ${window}`,
    [accountId, fromMs, before.atMs, before.id],
  );
  const last = rows.at(-1);
  return {
    acts: rows.filter(({ tenant_id }) => of.tenantIds.includes(tenant_id)).flatMap(toAct),
    ...(rows.length < window || last === undefined ? {} : { end: { atMs: last.at_ms, id: last.id } }),
  };
}

// A token that was refused names its tenant only where the client serves it.
function toAct({ id, at_ms: atMs, type, tenant_id, client_id, actor, details }: Row): Act[] {
  const told = JSON.parse(details) as Readonly<Record<string, DetailValue>>;
  const kind = kindOf(type, told);
  if (kind === undefined || client_id === null) return [];
  const results = Number(told["results"] ?? 0);
  // Whoever it was that asked, a client's own way or somebody who administers.
  const tried = !/^(?:client:|nobody$)/.test(actor);
  const act = { id, atMs, kind, tenantId: tenant_id, clientId: client_id, tried };
  return [kind === "searched" ? { ...act, results } : act];
}

const ofSignIns: readonly string[] = ["device_code", ...signInGrants];

function kindOf(type: string, told: Readonly<Record<string, DetailValue>>): ActKind | undefined {
  switch (type) {
    case "token.minted":
      // Of a search it is a part; that is told by itself.
      return told["by"] === "search" ? undefined : "named";
    case "token.issued":
      return told["by"] === grantTypes.refreshToken ? "named" : undefined;
    case "token.refused":
      // At a sign-in of the person's own it was not in their name.
      if (ofSignIns.includes(String(told["by"]))) return undefined;
      return told["by"] === "search" ? "searched_in_vain" : "named_in_vain";
    case "search.made":
      // Further pages of a search belong to it.
      if (told["page"] !== undefined && told["page"] !== 1) return undefined;
      return told["refused"] === undefined ? "searched" : "searched_in_vain";
    default:
      return undefined;
  }
}
