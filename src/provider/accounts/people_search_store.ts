// Owns looking for people: by how an address or a name begins, by tenant, by state, each with any other. Which index
// leads is decided here, and each page of it costs the same however many people there are (db/prefix_search.ts).
import type { Knex } from "knex";
import type { Database } from "../../db/connect.ts";
import {
  type Condition,
  type Found,
  folded,
  foldedBehindSpace,
  inRange,
  notIn,
  orderedAfter,
  type PrefixRange,
  prefixRange,
  type SearchPage,
  type SearchSource,
  searchPage,
  sourceOfEnd,
  usualWindow,
} from "../../db/prefix_search.ts";
import { addressIn, nameIn } from "../tenants/person_in_tenant.ts";
import { type Account, type AccountRow, accountColumns, toAccount } from "./account_store.ts";
import { lacksFactor } from "./factor_lack_store.ts";

/** What an account may be found by. */
export const accountStates = ["enabled", "disabled", "unproven"] as const;
export type AccountState = (typeof accountStates)[number];

/** Who is looked for; all that is given must hold. */
export interface PeopleSearch {
  /** How the address, the name, or what stands behind the name's first space begins; capitals A to Z do not matter. */
  text?: string | undefined;
  tenantId?: string | undefined;
  state?: AccountState | undefined;
  /** Only who has neither an authenticator app nor a passkey. */
  withoutFactor?: boolean | undefined;
}

// Word for word the conditions of the indexes, else SQLite does not use them.
const stateCondition: Readonly<Record<AccountState, string>> = {
  disabled: "a.disabled_at_ms is not null",
  unproven: "a.disabled_at_ms is null and a.email_verified_at_ms is null",
  enabled: "a.disabled_at_ms is null and a.email_verified_at_ms is not null",
};

type PersonRow = AccountRow & {
  key: string;
  email_there: string | null;
  name_there: string | null;
};

/**
 * Looks for people. With a tenant they are told, and found, by the address and the name they have there.
 * @returns with an end there may be more, also where the page is not full
 * @throws OperationError invalid_input for an end of another search
 */
export async function searchPeople(
  db: Database,
  search: PeopleSearch,
  page: SearchPage,
): Promise<{ rows: Account[]; end?: string }> {
  return searchPage(await sourcesOf(db, search, page), page);
}

async function sourcesOf(
  db: Database,
  search: PeopleSearch,
  { after, window = usualWindow }: SearchPage,
): Promise<SearchSource<Account>[]> {
  const { text, tenantId } = search;
  const range = text === undefined ? undefined : prefixRange(text);
  if (range === undefined)
    return [tenantId === undefined ? byId(db, search) : ofTenant(db, search, tenantId)];
  if (tenantId === undefined) return byText(db, search, range);
  // As many as one page looks at are looked through one by one; among more, an address or a name leads.
  const goingOn = sourceOfEnd(after);
  const few = goingOn === undefined ? await hasFewMembers(db, tenantId, window) : goingOn === "members";
  return few ? [ofTenant(db, search, tenantId, range)] : byTextInTenant(db, search, tenantId, range);
}

async function hasFewMembers(db: Database, tenantId: string, fewMembers: number): Promise<boolean> {
  const [most]: unknown[] = await db("memberships")
    .where("tenant_id", tenantId)
    .orderBy("account_id")
    .offset(fewMembers)
    .limit(1)
    .select("account_id");
  return most === undefined;
}

/** How candidates are taken: from which table, in the order of which text, and which of them count. */
interface Candidates {
  name: string;
  table: "accounts" | "memberships";
  /** What they are ordered by; null: by the account alone. */
  key: ((db: Database, table: string) => string) | null;
  /** Of the table `c`, which every candidate fulfils. */
  among: readonly Condition[];
  /** Of the account `a`, and the membership where a tenant is given: `w` if that is the candidate itself, else `m`. */
  that: readonly Condition[];
  tenantId?: string | undefined;
}

function sourceOf(
  db: Database,
  { name, table, key, among, that, tenantId }: Candidates,
): SearchSource<Account> {
  const id = table === "accounts" ? "c.id" : "c.account_id";
  // By the account alone come a tenant's own memberships, and no other row of theirs is needed.
  const ofTenantAlone = tenantId !== undefined && key === null;
  const keySql = key === null ? undefined : key(db, "c");
  const ordered = (after: { key: string; id: string } | undefined, limit: number): Knex.QueryBuilder => {
    const query = db(`${table} as c`);
    for (const { sql, values = [] } of among) query.whereRaw(sql, [...values]);
    if (keySql === undefined) query.whereRaw(`${id} > ?`, [after?.id ?? ""]).orderByRaw(id);
    else orderedAfter(query, { key: keySql, id, after });
    // A limit that PostgreSQL does not know makes it plan for a tenth of the table.
    return query.limit(limit, { skipBinding: true });
  };
  const place = db.raw(`${keySql ?? "''"} as key, ${id} as account_id`);
  // The window is the accounts themselves, or leads to them. (A cross join tells SQLite what leads: of a table nobody
  // analyzed it guesses that a tenant has ten members. PostgreSQL takes it for any other join.)
  const windowOf = (after: { key: string; id: string } | undefined, window: number): Knex.QueryBuilder => {
    const next = ordered(after, window).select(place);
    const columns = accountColumns.map((column) => column.replace("accounts.", "c."));
    return table === "accounts"
      ? db(next.select(columns).as("a")).select("a.key")
      : db(next.select("c.tenant_id", "c.email", "c.name").as("w"))
          .joinRaw("cross join accounts as a")
          .whereRaw("a.id = w.account_id")
          .select("w.key");
  };
  return {
    name,
    async find(after, window, limit) {
      const from = table === "accounts" ? "a" : "w";
      // Where every candidate counts, as many are looked at as are wanted.
      const query = windowOf(after, that.length === 0 ? limit : window);
      if (tenantId !== undefined && !ofTenantAlone) {
        query
          .joinRaw("cross join memberships as m")
          .whereRaw("m.account_id = a.id and m.tenant_id = ?", [tenantId]);
      }
      for (const { sql, values = [] } of that) query.whereRaw(sql, [...values]);
      const member = ofTenantAlone ? "w" : "m";
      const there = (column: string) =>
        db.raw(`${tenantId === undefined ? "null" : `${member}.${column}`} as ${column}_there`);
      const rows: PersonRow[] = await query
        // By a key that is none nothing is ordered, and who is to plan it need not find that out.
        .orderByRaw(
          `${keySql === undefined ? "" : `${from}.key, `}${table === "accounts" ? "a.id" : "w.account_id"}`,
        )
        .limit(limit)
        .select(accountColumns.map((column) => column.replace("accounts.", "a.")))
        .select(there("email"), there("name"));
      return rows.map((row) => foundOf(row, tenantId !== undefined));
    },
    async edge(after, window) {
      if (that.length === 0) return undefined;
      const [row]: { key: string; account_id: string }[] = await ordered(after, 1)
        .offset(window - 1)
        .select(place);
      return row && { key: row.key, id: row.account_id };
    },
  };
}

function foundOf(row: PersonRow, inTenant: boolean): Found<Account> {
  const account = toAccount(row);
  const there = { email: row.email_there, name: row.name_there };
  const shown = inTenant
    ? { ...account, email: addressIn(account, there), name: nameIn(account, there) }
    : account;
  return { row: shown, key: row.key, id: row.id };
}

const stateOf = ({ state }: PeopleSearch): Condition[] =>
  state === undefined ? [] : [{ sql: stateCondition[state] }];

const lackingIn = (one: PeopleSearch): Condition[] => (one.withoutFactor ? [lacksFactor] : []);
const conditionsOf = (search: PeopleSearch): Condition[] => [...stateOf(search), ...lackingIn(search)];

function byId(db: Database, search: PeopleSearch): SearchSource<Account> {
  const among = stateOf(search).map(({ sql }) => ({ sql: sql.replaceAll("a.", "c.") }));
  return sourceOf(db, { name: "id", table: "accounts", key: null, among, that: lackingIn(search) });
}

// As person_in_tenant.ts has it.
const own = (column: string): string => `case when a.external_at_ms is null then a.${column} end`;
const there = (column: "email" | "name", member: "m" | "w" = "m"): string =>
  `coalesce(${member}.${column}, ${own(column)})`;

function ofTenant(
  db: Database,
  search: PeopleSearch,
  tenantId: string,
  range?: PrefixRange,
): SearchSource<Account> {
  const [emailThere, nameThere] = [there("email", "w"), there("name", "w")];
  const texts = [folded(db, emailThere), folded(db, nameThere), foldedBehindSpace(db, nameThere)];
  const any = texts.map((text) => inRange(text, range ?? { from: "", below: "" }));
  const matches = {
    sql: `(${any.map(({ sql }) => `(${sql})`).join(" or ")})`,
    values: any.flatMap(({ values = [] }) => values),
  };
  return sourceOf(db, {
    ...{ name: "members", table: "memberships", key: null, tenantId },
    among: [{ sql: "c.tenant_id = ?", values: [tenantId] }],
    that: [...conditionsOf(search), ...(range === undefined ? [] : [matches])],
  });
}

const email = (db: Database, table: string): string => folded(db, `${table}.email`);
const name = (db: Database, table: string): string => folded(db, `${table}.name`);
const surname = (db: Database, table: string): string => foldedBehindSpace(db, `${table}.name`);
const texts = { email, name, surname } as const;

// Whoever was found by an earlier text is left out by the later ones.
function byText(db: Database, search: PeopleSearch, range: PrefixRange): SearchSource<Account>[] {
  const earlier: Condition[] = [];
  const sources: SearchSource<Account>[] = [];
  for (const [text, key] of Object.entries(texts)) {
    const among = [inRange(key(db, "c"), range)];
    sources.push(
      sourceOf(db, {
        name: text,
        table: "accounts",
        key,
        among,
        that: [...conditionsOf(search), ...earlier],
      }),
    );
    earlier.push(notIn(key(db, "a"), range));
  }
  for (const [text, key] of Object.entries(texts)) {
    const known = { sql: `c.${text === "email" ? "email" : "name"} is not null` };
    const smaller = inRange(key(db, "o"), range);
    // In several tenants by the same text, or by several: once.
    const among = [
      known,
      inRange(key(db, "c"), range),
      {
        sql: `not exists (select 1 from memberships o where o.account_id = c.account_id and ${smaller.sql}
          and (${key(db, "o")}, o.tenant_id) < (${key(db, "c")}, c.tenant_id))`,
        values: smaller.values ?? [],
      },
    ];
    sources.push(
      sourceOf(db, {
        name: `${text}-there`,
        table: "memberships",
        key,
        among,
        that: [...conditionsOf(search), ...earlier],
      }),
    );
    const one = inRange(key(db, "o"), range);
    earlier.push({
      sql: `not exists (select 1 from memberships o where o.account_id = a.id and ${one.sql})`,
      values: one.values ?? [],
    });
  }
  return sources;
}

// What counts is what the tenant knows: its own word, else the account's, if that was made here.
function byTextInTenant(
  db: Database,
  search: PeopleSearch,
  tenantId: string,
  range: PrefixRange,
): SearchSource<Account>[] {
  const earlier: Condition[] = [];
  const sources: SearchSource<Account>[] = [];
  for (const [text, key] of Object.entries(texts)) {
    const column = text === "email" ? "email" : "name";
    const that = [...stateOf(search), ...earlier];
    const ofAccount = { sql: `m.${column} is null and a.external_at_ms is null` };
    const known = { sql: `c.${column} is not null` };
    const ofTenant = { sql: "w.tenant_id = ?", values: [tenantId] };
    const among = [inRange(key(db, "c"), range)];
    sources.push(
      sourceOf(db, { name: text, table: "accounts", key, tenantId, among, that: [ofAccount, ...that] }),
      sourceOf(db, {
        ...{ name: `${text}-there`, table: "memberships", key, tenantId },
        ...{ among: [known, ...among], that: [ofTenant, ...that] },
      }),
    );
    const shown = text === "surname" ? foldedBehindSpace(db, there(column)) : folded(db, there(column));
    earlier.push(notIn(shown, range));
  }
  return sources;
}
