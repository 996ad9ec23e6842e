// What administration leaves in the trail: with old values, in the trail of each tenant it concerns, and together with
// its change or not at all.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as domains from "../../src/admin/operations/domains.ts";
import * as tenants from "../../src/admin/operations/tenants.ts";
import * as access from "../../src/admin/operations/user_access.ts";
import * as users from "../../src/admin/operations/users.ts";
import { systemClock } from "../../src/clock.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import { storesOfToday } from "../support/stores_of_today.ts";
import { useStore } from "../support/use_store.ts";
import { essenceOf, eventsOf } from "./audit_world.ts";

for (const kind of storesOfToday(import.meta.url)) {
  describe(`the trail of administration on ${kind}`, () => {
    let operator: domains.DomainContext;
    let txt: string[][] = [];
    const store = useStore(kind, async () => {
      operator = {
        db: store.db,
        clock: systemClock,
        passwords: createPasswords(),
        actor: "cli:op",
        may: () => true,
        resolveTxt: async () => txt,
      };
      for (const id of ["acme", "globex"]) await tenants.createTenant(operator, { id });
    });

    const claim = { tenantId: "acme", domain: "acme.example" };

    // While nothing can be recorded, nothing may change.
    async function withoutTrail(act: () => Promise<unknown>): Promise<void> {
      await store.db.raw("alter table audit_events rename to audit_away");
      try {
        await assert.rejects(act);
      } finally {
        await store.db.raw("alter table audit_away rename to audit_events");
      }
    }

    const domainsOf = async () =>
      (await domains.listDomains(operator, { tenantId: "acme" })).domains.map(({ domain, verified }) => ({
        domain,
        verified,
      }));

    test("a domain and its event stand together or not at all, claimed, proven and removed", async () => {
      await withoutTrail(() => domains.addDomain(operator, claim));
      assert.deepEqual(await domainsOf(), []);
      txt = [[(await domains.addDomain(operator, claim)).record.value]];
      await domains.addDomain(operator, claim);
      assert.equal((await eventsOf(store.db, "domain.added")).length, 1, "claimed again is nothing new");
      await withoutTrail(() => domains.verifyDomain(operator, claim));
      assert.deepEqual(await domainsOf(), [{ domain: "acme.example", verified: false }]);
      await domains.verifyDomain(operator, { ...claim, shared: true });
      const [verified] = await eventsOf(store.db, "domain.verified");
      assert.deepEqual(verified?.details, { domain: "acme.example", shared: true });
      await withoutTrail(() => domains.removeDomain(operator, claim));
      assert.equal((await domainsOf()).length, 1);
      await domains.removeDomain(operator, claim);
      assert.deepEqual(await domainsOf(), []);
    });

    test("a tenant's settings stand with what they were; what stays is not told", async () => {
      await tenants.updateTenant(operator, {
        id: "acme",
        name: "Acme Inc",
        loginMethod: "local",
        presence: "within 12",
      });
      const [event] = await eventsOf(store.db, "tenant.updated");
      assert.deepEqual(event?.details, {
        name: "Acme Inc",
        nameWas: "acme",
        presence: "within 12",
        presenceWas: "session",
      });
      await tenants.updateTenant(operator, { id: "acme", discoverable: true });
      const [opened] = await eventsOf(store.db, "tenant.updated");
      assert.deepEqual(opened?.details, { discoverable: "on", discoverableWas: "off" });
    });

    test("an account's making and its password stand in the trail of each of its tenants", async () => {
      const memberships = [{ tenantId: "acme" }, { tenantId: "globex" }];
      const { id } = await users.createUser(operator, { email: "ann@acme.example", memberships });
      await access.setUserPassword(operator, { user: id });
      for (const type of ["account.created", "account.password_set"] as const) {
        const found = await eventsOf(store.db, type);
        assert.deepEqual(found.map(({ tenantId }) => tenantId).sort(), ["acme", "globex"], type);
        assert.ok(found.every(({ accountId, actor }) => accountId === id && actor === "cli:op"));
      }
    });

    test("reading people is told, and counted", async () => {
      for (let count = 0; count < 3; count += 1) await users.listUsers(operator, { tenantId: "acme" });
      const found = await eventsOf(store.db, "admin.read", { tenantId: "acme" });
      assert.deepEqual(found.map(essenceOf), [
        {
          actor: "cli:op",
          tenantId: "acme",
          accountId: undefined,
          clientId: undefined,
          details: { what: "users" },
          times: 3,
        },
      ]);
    });
  });
}
