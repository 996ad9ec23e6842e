// Lists in another order than that of ids: every row once, whatever the page's size, upwards and down, those without a name last,
// each page along an index.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { listClients } from "../../../src/admin/operations/clients.ts";
import { listTenants } from "../../../src/admin/operations/tenants.ts";
import { listUsers } from "../../../src/admin/operations/users.ts";
import type { OperationError } from "../../../src/errors.ts";
import { listPeopleInOrder, type PeopleOrder } from "../../../src/provider/accounts/people_order_store.ts";
import { listTenantsInOrder } from "../../../src/provider/tenants/tenant_search_store.ts";
import { cliContext } from "../../support/cli_context.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";

const names = ["Zoë", "ada", "Ada", null, "Émile", "bob", null, "BOB", "mia", "Ada", "zed", null];
const people = names.map((name, at) => ({
  id: `u${(at * 7) % names.length}`,
  name,
  email: at % 5 === 4 ? null : `${at % 2 === 0 ? "P" : "p"}${(at * 5) % names.length}@x.example`,
  // Some in the same moment.
  created_at_ms: 1_000_000_000_000 + Math.floor(at / 2),
  updated_at_ms: 1,
  email_verified_at_ms: 1,
  disabled_at_ms: at % 4 === 0 ? 5 : null,
}));
type Person = (typeof people)[number];

// The order of bytes, capitals A to Z as small letters.
const folded = (text: string) => Buffer.from(text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
const keys: Readonly<Record<PeopleOrder["by"], (one: Person) => Buffer | number | null>> = {
  name: ({ name }) => (name === null ? null : folded(name)),
  email: ({ email }) => (email === null ? null : folded(email)),
  created: ({ created_at_ms }) => created_at_ms,
};
const compare = (a: Buffer | number | null, b: Buffer | number | null): number =>
  Buffer.isBuffer(a) && Buffer.isBuffer(b) ? Buffer.compare(a, b) : Number(a) - Number(b);

function inOrder(rows: readonly Person[], by: PeopleOrder["by"], descending: boolean): string[] {
  const way = descending ? -1 : 1;
  const [known, lacking] = [
    rows.filter((one) => keys[by](one) !== null),
    rows.filter((one) => keys[by](one) === null),
  ];
  const byId = (a: Person, b: Person) => way * Buffer.compare(Buffer.from(a.id), Buffer.from(b.id));
  known.sort((a, b) => way * compare(keys[by](a), keys[by](b)) || byId(a, b));
  return [...known, ...lacking.sort(byId)].map(({ id }) => id);
}

/** Reads a list to its end, page by page. */
async function wholeOf(
  page: (after?: string) => Promise<{ ids: string[]; end?: string | undefined }>,
): Promise<string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  for (let n = 0; n < 200; n += 1) {
    const read = await page(after);
    ids.push(...read.ids);
    if (read.end === undefined) return ids;
    after = read.end;
  }
  return assert.fail("the list has no end");
}

for (const kind of storesOfToday(import.meta.url)) {
  describe(`sorted lists on ${kind}`, () => {
    const store = useStore(kind);
    before(async () => {
      await store.db("accounts").insert(people);
      const rows = ["b", "B2", "a", "c"].map((id, at) => ({
        ...{ id, name: id.toUpperCase(), created_at_ms: 4 - at, updated_at_ms: 1 },
        disabled_at_ms: at % 2 === 0 ? 5 : null,
      }));
      await store.db("tenants").insert(rows);
      await store.db("tenants").insert({ ...rows[0], id: "gone", deleted_at_ms: 9 });
      const made = (client_id: string, created_at_ms: number) => ({
        ...{ client_id, created_at_ms, updated_at_ms: 1 },
        metadata: JSON.stringify({ client_id }),
      });
      await store.db("clients").insert([made("one", 3), made("two", 1), made("three", 1), made("four", 2)]);
    });

    for (const by of ["name", "email", "created"] as const) {
      for (const descending of [false, true]) {
        for (const limit of [1, 5, 100]) {
          test(`people by ${by}, ${descending ? "downwards" : "upwards"}, ${limit} a page`, async () => {
            const read = await wholeOf(async (cursor) => {
              const asked = { sort: by, descending, limit, ...(cursor === undefined ? {} : { cursor }) };
              const { users, cursor: end } = await listUsers(cliContext(store.db), asked);
              return { ids: users.map(({ id }) => id), end };
            });
            assert.deepEqual(read, inOrder(people, by, descending));
          });
        }
      }
    }

    test("tenants and clients come in their orders, without those that are deleted", async () => {
      const context = cliContext(store.db);
      const tenants = async (input: object) =>
        (await listTenants(context, input)).tenants.map(({ id }) => id);
      assert.deepEqual(await tenants({ sort: "name" }), ["a", "b", "B2", "c"]);
      assert.deepEqual(await tenants({ sort: "name", descending: true }), ["c", "B2", "b", "a"]);
      assert.deepEqual(await tenants({ sort: "created" }), ["c", "a", "B2", "b"]);
      const clients = async (input: object) =>
        (await listClients(context, input)).clients.map(({ clientId }) => clientId);
      assert.deepEqual(await clients({ sort: "created" }), ["three", "two", "four", "one"]);
      assert.deepEqual(await clients({ sort: "created", descending: true }), ["one", "four", "two", "three"]);
    });

    test("a page goes on where the one before ended, whoever comes in between", async () => {
      const context = cliContext(store.db);
      const first = await listUsers(context, { sort: "name", limit: 4 });
      const come = (id: string, name: string) => ({ id, name, created_at_ms: 1, updated_at_ms: 1 });
      await store.db("accounts").insert([come("new-before", "AAA"), come("new-after", "zzz")]);
      const rest = await listUsers(context, { sort: "name", cursor: first.cursor });
      const ids = [...first.users, ...rest.users].map(({ id }) => id);
      await store.db("accounts").whereIn("id", ["new-before", "new-after"]).delete();
      assert.ok(ids.includes("new-after") && !ids.includes("new-before"));
      assert.equal(new Set(ids).size, ids.length);
      assert.equal(ids.length, people.length + 1);
    });

    test("an order stands beside no search, no list of one tenant, and no page of another order", async () => {
      const context = cliContext(store.db);
      const { cursor } = await listUsers(context, { sort: "name", limit: 1 });
      const { cursor: moment } = await listTenants(context, { sort: "created", limit: 1 });
      for (const [list, input, field] of [
        [listUsers, { sort: "name", search: "a" }, "sort"],
        [listUsers, { sort: "name", tenantId: "a" }, "sort"],
        [listUsers, { sort: "name", state: "enabled" }, "sort"],
        [listTenants, { sort: "name", state: "enabled" }, "sort"],
        [listUsers, { descending: true }, "descending"],
        [listUsers, { sort: "size" }, "sort"],
        [listUsers, { sort: "name", descending: true, cursor }, "cursor"],
        [listUsers, { sort: "email", cursor }, "cursor"],
        [listUsers, { cursor }, "cursor"],
        [listUsers, { sort: "name", afterId: "u1" }, "afterId"],
        [listTenants, { sort: "created", search: "a" }, "sort"],
        [listTenants, { sort: "name", cursor: moment }, "cursor"],
        [listClients, { descending: false }, "descending"],
      ] as const) {
        await assert.rejects(list(context, input), (error: OperationError) => {
          assert.deepEqual([error.code, error.field], ["invalid_input", field], JSON.stringify(input));
          return true;
        });
      }
      const made = JSON.stringify(["sorted", "soon", "a"]);
      const order = { by: "created", descending: false } as const;
      await assert.rejects(listTenantsInOrder(store.db, order, { limit: 1, after: made }), {
        code: "invalid_input",
      });
    });

    if (kind === "sqlite") {
      test("every page is read along an index of its order", async () => {
        const plans: string[] = [];
        for (const by of ["name", "email", "created"] as const) {
          for (const descending of [false, true]) {
            const asked: { sql: string; bindings: unknown[] }[] = [];
            const listen = (query: { sql: string; bindings: unknown[] }) => asked.push(query);
            store.db.on("query", listen);
            await wholeOf(async (after) => {
              const page = { limit: 2, ...(after === undefined ? {} : { after }) };
              const { rows, end } = await listPeopleInOrder(store.db, { by, descending }, page);
              return { ids: rows.map(({ id }) => id), end };
            });
            store.db.removeListener("query", listen);
            for (const { sql, bindings } of asked) {
              const rows: { detail: string }[] = await store.db.raw(
                `explain query plan ${sql}`,
                bindings as never,
              );
              plans.push(...rows.map(({ detail }) => `${detail} <- ${sql}`));
            }
          }
        }
        const read = plans.filter((plan) => /^(?:SCAN|SEARCH) accounts/.test(plan));
        assert.ok(read.length >= 30);
        for (const plan of read)
          assert.match(plan, /USING (?:COVERING )?INDEX accounts_(?:by|without)_(?:name|email|creation)/);
        assert.deepEqual(
          plans.filter((plan) => plan.startsWith("USE TEMP B-TREE")),
          [],
          "nothing is sorted",
        );
      });
    }
  });
}
