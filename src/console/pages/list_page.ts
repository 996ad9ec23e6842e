// Owns what every list of the console has in common: its state is its address (filters, order, page), a way to the rows before
// and after, and what stands there when there are none. Pure.

import { many } from "../../admin/operations/ended_text.ts";
import { parseJson } from "../../input/json_text.ts";
import type { ConsoleCard, ConsolePart } from "../../views/console_pages.ts";
import type { Column, Empty, Field, Table } from "../../views/parts.ts";
import { withQuery } from "../place.ts";

/** Rows on a page. */
const rowsPerPage = 25;
// How far back "Previous" leads page by page; from there it leads to the first page.
const mostPagesBack = 5;

/** A list. */
export interface ShownList {
  path: string;
  query: ReadonlyMap<string, string>;
  /** What it lists: `Pages of people`, `People`. */
  label: string;
  /** What a row is called, one and several. */
  one: string;
  several?: string | undefined;
  /** Filters; the value of each is the query's. */
  filters?: readonly Field[] | undefined;
  /** Names of the query that an order is kept in. */
  kept?: readonly string[] | undefined;
  table: Table;
  /** Where the next page begins, as the operation says. */
  cursor?: string | undefined;
  /** What is said where there are no rows and nothing is filtered. */
  empty: Empty;
}

/** The input of a list operation for the page that is asked for. */
export function pageOf(query: ReadonlyMap<string, string>): { limit: number; cursor?: string } {
  const cursor = query.get("after");
  return { limit: rowsPerPage, ...(cursor === undefined || cursor === "" ? {} : { cursor }) };
}

/**
 * The input of a list operation for what is filtered.
 * @param names what the query calls each of the operation's members
 */
export function asksFor(
  query: ReadonlyMap<string, string>,
  names: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(names).flatMap(([member, name]) => {
      const value = query.get(name)?.trim() ?? "";
      return value === "" ? [] : [[member, value]];
    }),
  );
}

/** The order that a list's address asks for: `name`, or `-name` for the other way around. */
interface AskedOrder {
  by: string;
  descending: boolean;
}

function readOrder(query: ReadonlyMap<string, string>): AskedOrder | undefined {
  const order = query.get("order") ?? "";
  if (order === "") return undefined;
  return { by: order.replace(/^-/, ""), descending: order.startsWith("-") };
}

const isFiltered = (query: ReadonlyMap<string, string>, filters: readonly Field[]): boolean =>
  filters.some(({ id, name }) => (query.get(name ?? id)?.trim() ?? "") !== "");

/**
 * The input of a list operation for the order that is asked for.
 * @param filters beside which there is none: only the whole list has another order than that of ids
 */
export function orderFor(
  query: ReadonlyMap<string, string>,
  filters: readonly Field[] = [],
): { sort?: string; descending?: boolean } {
  const order = readOrder(query);
  if (order === undefined || isFiltered(query, filters)) return {};
  return { sort: order.by, descending: order.descending };
}

/** How a list may be ordered. */
export interface Orders {
  path: string;
  query: ReadonlyMap<string, string>;
  /** Filters, beside which there is no order. */
  filters?: readonly Field[];
}

/**
 * A column whose head orders the list by it; pressed again, the other way around.
 * @param by what the operation calls it
 */
export function ordering({ path, query, filters = [] }: Orders, column: Column, by: string): Column {
  if (isFiltered(query, filters)) return column;
  const order = readOrder(query);
  const is = order?.by === by ? order : undefined;
  // Who orders by a moment wants the newest.
  const turned = is === undefined ? by === "created" : !is.descending;
  return {
    ...column,
    url: withQuery(path, { order: turned ? `-${by}` : by }),
    ...(is === undefined ? {} : { sorted: is.descending ? "descending" : "ascending" }),
  };
}

/** The card of a list. */
export function listCard(list: ShownList): ConsoleCard {
  const { path, query, filters = [], kept = [], table, cursor, one, several } = list;
  const names = filters.map(({ id, name }) => name ?? id);
  const asked = Object.fromEntries([...names, ...kept].map((name) => [name, query.get(name)]));
  const filtered = isFiltered(query, filters);
  const back = readBack(query.get("back"));
  const after = query.get("after") ?? "";
  const more = cursor !== undefined;
  const shown = `${many(table.rows.length, one, several)} on this page${more ? ", and there are more" : ""}`;
  const parts: ConsolePart[] = [];
  if (filters.length > 0) {
    const hidden = Object.fromEntries(
      kept.flatMap((name) => (query.get(name) ? [[name, query.get(name) ?? ""]] : [])),
    );
    const valued = filters.map((field) => ({ ...field, value: query.get(field.name ?? field.id) ?? "" }));
    const clearUrl = filtered ? path : undefined;
    parts.push({
      filters: { action: path, label: list.label, fields: valued, hidden, result: shown, clearUrl },
    });
  }
  if (table.rows.length === 0) {
    const none = {
      strong: "Nothing matches",
      text: "Nothing here fits what was asked for.",
      action: { label: "Show all", url: path },
    };
    parts.push({ empty: filtered || after !== "" ? none : list.empty });
  } else {
    parts.push({ table });
  }
  if (more || after !== "") {
    const nextUrl = more
      ? withQuery(path, { ...asked, after: cursor, back: formatBack([...back, after]) })
      : undefined;
    const before = back.at(-1);
    const previousUrl =
      after === ""
        ? undefined
        : withQuery(path, { ...asked, after: before, back: formatBack(back.slice(0, -1)) });
    parts.push({
      pager: { label: `Pages of ${list.label.toLowerCase()}`, summary: shown, nextUrl, previousUrl },
    });
  }
  return { parts };
}

// Where the pages before began, the newest last; "" is the first page.
function readBack(text: string | undefined): string[] {
  if (text === undefined || text === "") return [];
  try {
    const found = parseJson(Buffer.from(text, "base64url"));
    return Array.isArray(found)
      ? found.filter((one): one is string => typeof one === "string").slice(-mostPagesBack)
      : [];
  } catch {
    return [];
  }
}

function formatBack(back: readonly string[]): string | undefined {
  return back.length === 0
    ? undefined
    : Buffer.from(JSON.stringify(back.slice(-mostPagesBack))).toString("base64url");
}
