// Looking for people and tenants: whatever is asked for together, in pages of any size, exactly those who fit come, each
// once; told by an oracle that goes through everybody.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { prefixRange } from "../../../src/db/prefix_search.ts";
import {
  type AccountState,
  accountStates,
  type PeopleSearch,
  searchPeople,
} from "../../../src/provider/accounts/people_search_store.ts";
import { searchTenants, type TenantSearch } from "../../../src/provider/tenants/tenant_search_store.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";

interface Person {
  id: string;
  email: string | null;
  name: string | null;
  external: boolean;
  state: AccountState;
  /** By tenant: what it was told. */
  places: Record<string, { email: string | null; name: string | null }>;
}

const firstNames = ["Ada", "ada", "Adam", "Béa", "Øyvind", "Zoe", "李", "A_a", "A%a"];
const lastNames = ["Lovelace", "adams", "van der Berg", "O'Neil", "Ødegård", ""];
const tenantIds = ["acme", "Globex", "initech"];

// The same people at each run: every combination comes.
const people: Person[] = Array.from({ length: 160 }, (_, n) => {
  const name = `${firstNames[n % 9]} ${lastNames[(n >> 1) % 6]}`.trim();
  const told = (at: number) => ({
    email: (n + at) % 4 === 0 ? `Ada.${n % 20}@t${at}.example` : null,
    name: (n + at) % 5 === 0 ? `Told ${lastNames[n % 6]}`.trim() : null,
  });
  const places = tenantIds.flatMap((id, at) =>
    (n + at) % 3 === 0 || n % 7 === at ? [[id, told(at)] as const] : [],
  );
  return {
    id: `p${String(n).padStart(3, "0")}`,
    email: n % 11 === 0 ? null : `${n % 2 === 0 ? "Ada" : "zed"}${n}@acme.example`,
    name: n % 10 === 0 ? null : name,
    external: n % 6 === 0,
    state: accountStates[n % 13 === 0 ? 1 : n % 5 === 0 ? 2 : 0] ?? "enabled",
    places: Object.fromEntries(places),
  };
});

const fold = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const begins = (value: string | null, text: string) => value !== null && fold(value).startsWith(fold(text));
const fits = (email: string | null, name: string | null, text: string) =>
  begins(email, text) ||
  begins(name, text) ||
  begins(name === null ? null : name.slice(name.indexOf(" ") + 1), text);

function mustFind({ text, tenantId, state }: PeopleSearch): string[] {
  const found = people.filter((person) => {
    if (state !== undefined && person.state !== state) return false;
    const own = person.external ? { email: null, name: null } : person;
    const place = tenantId === undefined ? undefined : person.places[tenantId];
    if (tenantId !== undefined && place === undefined) return false;
    if (text === undefined) return true;
    if (place !== undefined) return fits(place.email ?? own.email, place.name ?? own.name, text);
    const told = Object.values(person.places);
    return fits(person.email, person.name, text) || told.some(({ email, name }) => fits(email, name, text));
  });
  return found.map(({ id }) => id);
}

for (const kind of storesOfToday(import.meta.url)) {
  describe(`searches on ${kind}`, () => {
    const store = useStore(kind, async () => {
      const times = { created_at_ms: 1, updated_at_ms: 1 };
      for (const id of tenantIds) {
        const disabled_at_ms = id === "initech" ? 1 : null;
        await store.db("tenants").insert({ id, name: `${id} (Acme group)`, disabled_at_ms, ...times });
      }
      await store.db("accounts").insert(
        people.map(({ id, email, name, external, state }) => ({
          ...{ id, email, name, ...times },
          external_at_ms: external ? 1 : null,
          disabled_at_ms: state === "disabled" ? 1 : null,
          email_verified_at_ms: state === "unproven" ? null : 1,
        })),
      );
      const members = people.flatMap(({ id, places }) =>
        Object.entries(places).map(([tenant_id, told]) => ({
          tenant_id,
          account_id: id,
          role: "member",
          ...told,
        })),
      );
      await store.db("memberships").insert(members.map((member) => ({ ...member, created_at_ms: 1 })));
    });

    async function walk(search: PeopleSearch, limit: number, window: number): Promise<string[]> {
      const found: string[] = [];
      let after: string | undefined;
      for (let pages = 0; ; pages += 1) {
        assert.ok(pages < 2_000, "the pages do not end");
        const page = await searchPeople(store.db, search, { limit, after, window });
        assert.ok(page.rows.length <= limit);
        found.push(...page.rows.map(({ id }) => id));
        if (page.end === undefined) return found;
        after = page.end;
      }
    }

    for (const tenantId of [undefined, "acme", "Globex"]) {
      test(`find whom they are to, each once, ${tenantId ? `in ${tenantId}` : "everywhere"}`, async () => {
        const wrong: string[] = [];
        let hits = 0;
        for (const text of [undefined, "ada", "ADA.1", "van der", "ø", "Ø", "told", "A_", "x"]) {
          for (const state of [undefined, ...(text === undefined || text === "ada" ? accountStates : [])]) {
            const search = { text, state, tenantId };
            const expected = mustFind(search);
            hits += expected.length;
            // With a window of a few rows, what leads is the address or the name also in a tenant.
            for (const [limit, window] of [
              [500, 2_000],
              [25, 30],
            ] as const) {
              const found = await walk(search, limit, window);
              if (JSON.stringify(found.toSorted()) !== JSON.stringify(expected))
                wrong.push(`${JSON.stringify(search)} by ${limit}: ${found} for ${expected}`);
            }
          }
        }
        assert.deepEqual(wrong, []);
        assert.ok(hits > 200, `${hits} were to be found`);
      });
    }

    test("in a tenant tell the address and the name that it knows, and no other customer's", async () => {
      const there = people.filter(({ places, external }) => external && places["acme"]?.email != null);
      const { rows } = await searchPeople(store.db, { text: "ada.", tenantId: "acme" }, { limit: 500 });
      for (const person of there) {
        const row = rows.find(({ id }) => id === person.id);
        assert.equal(row?.email, person.places["acme"]?.email);
        assert.equal(row?.name, person.places["acme"]?.name);
      }
      assert.ok(there.length > 0);
    });

    test("a page never looks at more than its window, and says where to go on", async () => {
      const page = await searchPeople(store.db, { text: "ada", state: "disabled" }, { limit: 50, window: 5 });
      assert.ok(page.rows.length <= 5);
      assert.ok(page.end !== undefined);
      await assert.rejects(searchPeople(store.db, { text: "ada" }, { limit: 5, after: "nonsense" }), {
        code: "invalid_input",
        field: "cursor",
      });
    });

    test("of tenants go by id, name and state", async () => {
      for (const [search, expected] of [
        [{ text: "glob" }, ["Globex"]],
        [{ text: "GLOBEX (A" }, ["Globex"]],
        [{ text: "i" }, ["initech"]],
        [{ text: "i", state: "enabled" }, []],
        [{ state: "disabled" }, ["initech"]],
        [{ state: "enabled" }, ["Globex", "acme"]],
        [{ text: "acme_" }, []],
      ] as [TenantSearch, string[]][]) {
        const found: string[] = [];
        let after: string | undefined;
        do {
          const page = await searchTenants(store.db, search, { limit: 1, after });
          found.push(...page.rows.map(({ id }) => id));
          after = page.end;
        } while (after !== undefined);
        assert.deepEqual(found.toSorted(), expected, JSON.stringify(search));
      }
    });
  });
}

test("the texts that begin alike lie between two, whatever the last letter", () => {
  for (const [text, below] of [
    ["Ada", "adb"],
    ["z\u{10ffff}", "{"],
    ["\ud7ff", "\ue000"],
    ["é", "ê"],
  ] as const) {
    assert.equal(prefixRange(text).below, below);
  }
});
