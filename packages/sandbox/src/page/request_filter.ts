// Which requests the list shows: by person, customer, service and outcome, all of it in the address. Pure.
import type { RequestRecord } from "../operation/request_log.ts";
import { type Outcome, resultClass } from "./request_parts.ts";

/** What is asked for; an empty text asks for all. */
export type RequestFilter = { user: string; tenant: string; service: string; outcome: Outcome | "" };

const outcomes: Readonly<Record<string, Outcome>> = { ok: "ok", warned: "warned", refused: "refused" };
const MAX_LENGTH = 256;

/** @returns the filter of an address; what it does not know is left out */
export function readFilter(query: URLSearchParams): RequestFilter {
  const text = (name: string) => (query.get(name) ?? "").trim().slice(0, MAX_LENGTH);
  // `show=refused` was the address before there were others.
  const outcome = text("outcome") || text("show");
  return {
    user: text("user"),
    tenant: text("tenant"),
    service: text("service"),
    outcome: Object.hasOwn(outcomes, outcome) ? (outcomes[outcome] ?? "") : "",
  };
}

/** @returns the address of the list with this filter */
export function listAddress(filter: RequestFilter): string {
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== ""));
  return query.size === 0 ? "/" : `/?${query}`;
}

/** @returns whether anything is asked for */
export function isFiltered(filter: RequestFilter): boolean {
  return Object.values(filter).some((value) => value !== "");
}

/** @returns whether the list shows a request */
export function matches(record: RequestRecord, { user, tenant, service, outcome }: RequestFilter): boolean {
  return (
    (user === "" || namesOf(record).some((name) => holds(name, user))) &&
    (tenant === "" || record.links?.tenant?.toLowerCase() === tenant.toLowerCase()) &&
    (service === "" || record.service === service) &&
    (outcome === "" || resultClass(record) === outcome)
  );
}

/** @returns what of the remembered requests can be asked for, sorted */
export function choicesOf(records: readonly RequestRecord[]) {
  const distinct = (values: (string | null | undefined)[]) =>
    [...new Set(values.filter((value) => typeof value === "string"))].sort();
  return {
    users: distinct(records.map(({ links }) => links?.person?.name)),
    tenants: distinct(records.map(({ links }) => links?.tenant)),
    services: distinct(records.map(({ service }) => service)),
  };
}

/** The person alone: the caller is whoever signs for everybody, and its ARN has parts of anybody's name. */
function namesOf({ links, onBehalfOf }: RequestRecord): string[] {
  return [links?.person?.name, links?.person?.email, onBehalfOf?.userName, onBehalfOf?.userId].filter(
    (name) => typeof name === "string",
  );
}

function holds(name: string, part: string): boolean {
  return name.toLowerCase().includes(part.toLowerCase());
}
