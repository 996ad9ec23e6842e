// Lists: pages that lose and repeat nothing while others come in between, and as many statements for ten thousand rows
// as for ten.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { listAccessors } from "../../../src/admin/operations/accessors.ts";
import { listClients } from "../../../src/admin/operations/clients.ts";
import { listDomains } from "../../../src/admin/operations/domains.ts";
import type { OperationContext } from "../../../src/admin/operations/operation.ts";
import { listTenants } from "../../../src/admin/operations/tenants.ts";
import { listUsers } from "../../../src/admin/operations/users.ts";
import { systemClock } from "../../../src/clock.ts";
import { createDomain } from "../../../src/provider/tenants/domain_store.ts";
import { cliContext } from "../../support/cli_context.ts";
import { openTestDatabase, type TestDatabase } from "../../support/databases.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";

type Page = { cursor?: string | undefined } & Record<string, unknown>;
type List = (context: OperationContext, input: unknown) => Promise<Page>;

const people = 2_500;
const tenants = ["acme", "globex", "initech"];

for (const kind of storesOfToday(import.meta.url)) {
  describe(`lists on ${kind}`, () => {
    let store: TestDatabase;
    let context: OperationContext;
    before(async () => {
      store = await openTestDatabase(kind);
      context = cliContext(store.db);
      const made = { created_at_ms: 1, updated_at_ms: 1 };
      await store.db("tenants").insert(tenants.map((id) => ({ id, name: id, ...made })));
      for (let from = 0; from < people; from += 500) {
        const ids = Array.from({ length: 500 }, (_, index) => `u${String(from + index).padStart(5, "0")}`);
        await store.db("accounts").insert(ids.map((id) => ({ id, email: `${id}@x.example`, ...made })));
        await store
          .db("memberships")
          .insert(ids.map((id) => ({ tenant_id: "acme", account_id: id, role: "member", created_at_ms: 1 })));
      }
      for (const tenantId of tenants) {
        for (const domain of ["a.example", "b.example", "c.example"]) {
          await createDomain(store.db, { tenantId, domain, challenge: "x" }, systemClock());
        }
      }
    });
    after(() => store.close());

    async function statementsOf(list: List, input: unknown): Promise<number> {
      let count = 0;
      const listener = () => {
        count += 1;
      };
      store.db.on("query", listener);
      try {
        await list(context, input);
      } finally {
        store.db.removeListener("query", listener);
      }
      return count;
    }

    it("of people take as many statements for thousands as for ten (H1)", async () => {
      for (const scope of [{}, { tenantId: "acme" }]) {
        const few = await statementsOf(listUsers as List, { limit: 10, ...scope });
        const many = await statementsOf(listUsers as List, { limit: 9_999, ...scope });
        assert.equal(many, few);
        assert.ok(many <= 8, `${many} statements`);
      }
      const { users } = await listUsers(context, { limit: 9_999 });
      assert.equal(users.length, people);
      assert.deepEqual(users[7]?.memberships, [{ tenantId: "acme", role: "member" }]);
    });

    it("go on behind the last row, and say when there is no more", async () => {
      for (const [list, member, limit] of [
        [listTenants, "tenants", 2],
        [listUsers, "users", 999],
        [listDomains, "domains", 2],
        [listClients, "clients", 2],
        [listAccessors, "accessors", 2],
      ] as const) {
        const whole = (await (list as List)(context, { limit: 9_999 }))[member] as unknown[];
        const walked: unknown[] = [];
        let cursor: string | undefined;
        do {
          const page: Page = await (list as List)(context, {
            limit,
            ...(cursor === undefined ? {} : { cursor }),
          });
          const rows = page[member] as unknown[];
          assert.ok(rows.length <= limit);
          walked.push(...rows);
          cursor = page.cursor;
        } while (cursor !== undefined);
        assert.deepEqual(walked, whole, member);
      }
      assert.equal((await listDomains(context, { tenantId: "acme" })).domains.length, 3);
    });

    it("lose nothing when rows come and go before the cursor meanwhile", async () => {
      const made = { name: "x", created_at_ms: 1, updated_at_ms: 1 };
      await store.db("tenants").insert({ id: "hooli", ...made });
      const first = await listTenants(context, { limit: 3 });
      assert.equal(first.tenants.at(-1)?.id, "hooli");
      await store.db("tenants").insert({ id: "a-new-one", ...made });
      await store.db("tenants").where("id", "hooli").delete();
      const { tenants: rest } = await listTenants(context, { cursor: first.cursor });
      assert.deepEqual(
        rest.map(({ id }) => id),
        ["initech"],
        "not even the row the cursor names has to be there",
      );
    });

    it("take the cursor of another list, or two beginnings, for a slip", async () => {
      const { cursor } = await listTenants(context, { limit: 1 });
      const fault = { code: "invalid_input" };
      await assert.rejects(listUsers(context, { cursor }), { ...fault, field: "cursor" });
      await assert.rejects(listTenants(context, { cursor, afterId: "acme" }), { ...fault, field: "afterId" });
      const { tenants: after } = await listTenants(context, { afterId: "b", limit: 1 });
      assert.equal(after[0]?.id, "globex", "an id may begin where none is");
    });
  });
}
