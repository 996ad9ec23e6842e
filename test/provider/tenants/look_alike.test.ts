// Which ids of tenants are taken for each other, and that of two who choose alike one gets it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { looksOf } from "../../../src/provider/tenants/look_alike.ts";
import { createTenant } from "../../../src/provider/tenants/tenant_store.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";

const areAlike = (one: string, other: string): boolean =>
  looksOf(one).some((look) => looksOf(other).includes(look));

for (const [one, other, alike] of [
  ["acme", "ACME", true],
  ["acme-eu", "acme_eu", true],
  ["c0rp", "corp", true],
  ["team1", "teaml", true],
  ["teamI", "teaml", true],
  ["MAIL", "mail", true],
  ["mail", "mall", false],
  ["acme", "acme-2", false],
  ["acmeeu", "acme-eu", false],
] as const) {
  test(`${one} and ${other} ${alike ? "look alike" : "are told apart"}`, () =>
    assert.equal(areAlike(one, other), alike));
}

for (const kind of storesOfToday(import.meta.url)) {
  describe(`ids on ${kind}`, () => {
    const store = useStore(kind);
    const make = (id: string) => createTenant(store.db, { id, name: id }, new Date());

    test("of two tenants whose ids look alike one comes to be, and nothing of the other", async () => {
      const both = await Promise.allSettled([make("Globex-1"), make("globex_l")]);
      const codes = both.map((one) => (one.status === "fulfilled" ? "made" : one.reason.code));
      assert.deepEqual(codes.sort(), ["made", "tenant_id_alike"]);
      assert.equal((await store.db("tenants").select()).length, 1);
      await assert.rejects(make("GL0BEX-L"), { code: "tenant_id_alike", field: "id" });
      assert.equal((await make("globex-2")).id, "globex-2");
    });
  });
}
