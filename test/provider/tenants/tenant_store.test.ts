// The contract of the tenant and membership stores, over both stores.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAccount } from "../../../src/provider/accounts/account_store.ts";
import { addDomain, giveDomain } from "../../../src/provider/tenants/domain_proof.ts";
import { listDomains } from "../../../src/provider/tenants/domain_store.ts";
import { saveLastLogin } from "../../../src/provider/tenants/last_login_store.ts";
import {
  createMembership,
  deleteMembership,
  findMembership,
  listMembershipsOfAccount,
} from "../../../src/provider/tenants/membership_store.ts";
import { parseTenantId } from "../../../src/provider/tenants/tenant_id.ts";
import {
  createTenant,
  findTenant,
  getTenant,
  listTenants,
} from "../../../src/provider/tenants/tenant_store.ts";
import { storeKinds } from "../../support/databases.ts";
import { useStore } from "../../support/use_store.ts";

const now = new Date("2026-11-24T00:00:00Z");

for (const kind of storeKinds) {
  describe(`tenant store on ${kind}`, () => {
    const store = useStore(kind, async () => {
      await createTenant(store.db, { id: "acme", name: "Acme Corporation" }, now);
      await createTenant(store.db, { id: "globex", name: "Globex" }, now);
      await createTenant(store.db, { id: "gone", name: "Gone Ltd" }, now);
      await store.db("tenants").where("id", "gone").update({ disabled_at_ms: now.getTime() });
    });

    const newAccount = (email: string) => createAccount(store.db, { email, emailVerified: true }, now);

    it("finds a tenant by its id, capitals and all", async () => {
      assert.deepEqual(await findTenant(store.db, "acme"), {
        id: "acme",
        requiredFactor: "none",
        sessionIdleMs: null,
        sessionLifeMs: null,
        name: "Acme Corporation",
        loginMethod: "local",
        presencePolicy: { name: "session" },
        discoverable: false,
        selfClose: false,
        reopenedAtMs: null,
        generation: 0,
        disabledAtMs: null,
        createdAtMs: now.getTime(),
      });
      assert.equal(await findTenant(store.db, "Acme"), undefined);
    });

    it("never gives an id out again", async () => {
      await assert.rejects(createTenant(store.db, { id: "acme", name: "Other" }, now), {
        code: "tenant_exists",
      });
      await assert.rejects(createTenant(store.db, { id: "gone", name: "Other" }, now), {
        code: "tenant_exists",
      });
    });

    it("takes no id that differs from another by capitals alone", async () => {
      for (const id of ["Acme", "ACME", "Gone"]) {
        const refusal = { code: "tenant_id_alike", field: "id" };
        await assert.rejects(createTenant(store.db, { id, name: "Other" }, now), refusal);
      }
    });

    it("does not get a tenant that is unknown or disabled", async () => {
      await assert.rejects(getTenant(store.db, "nobody"), { code: "tenant_not_found" });
      await assert.rejects(getTenant(store.db, "gone"), { code: "tenant_not_found" });
      assert.equal((await findTenant(store.db, "gone"))?.disabledAtMs, now.getTime());
    });

    it("lists tenants in pages", async () => {
      const ids = async (page: { limit?: number; afterId?: string }) =>
        (await listTenants(store.db, page)).map((tenant) => tenant.id);
      assert.deepEqual(await ids({ limit: 2 }), ["acme", "globex"]);
      assert.deepEqual(await ids({ limit: 2, afterId: "globex" }), ["gone"]);
    });

    it("gives a domain to one of many tenants that prove it at once; another has it as a shared one alone", async () => {
      const domain = "both.example";
      const deps = { db: store.db, clock: () => now, resolveTxt: async () => [] };
      const ids = Array.from({ length: 8 }, (_, number) => `claimant${number}`);
      for (const id of ids) {
        await createTenant(store.db, { id, name: id }, now);
        await addDomain(deps, { tenantId: id, domain });
      }
      const give = (tenantId: string, shared = false) =>
        store.db.transaction((trx) => giveDomain(trx, { tenantId, domain, shared }, now));
      const told = await Promise.allSettled(ids.map((id) => give(id)));
      assert.deepEqual(
        told.flatMap((one) => (one.status === "rejected" ? [one.reason.code] : [])),
        ids.slice(1).map(() => "domain_taken"),
      );
      const owners = (await listDomains(store.db)).filter((one) => one.domain === domain && one.verifiedAtMs);
      assert.equal(owners.length, 1);
      const other = ids.find((id) => id !== owners[0]?.tenantId) ?? "";
      assert.deepEqual(await give(other, true).then(({ verified, shared }) => ({ verified, shared })), {
        verified: true,
        shared: true,
      });
      await assert.rejects(give(other), { code: "domain_taken" }, "a share does not become ownership");
    });

    it("finds a membership only for the very tenant and account", async () => {
      const [ada, bob] = [await newAccount("ada@acme.example"), await newAccount("bob@globex.example")];
      await createMembership(store.db, { tenantId: "acme", accountId: ada.id, role: "admin" }, now);
      assert.deepEqual(await findMembership(store.db, "acme", ada.id), {
        tenantId: "acme",
        tenantName: "Acme Corporation",
        loginMethod: "local",
        accountId: ada.id,
        role: "admin",
        email: null,
        name: null,
        lastLoginAtMs: null,
        createdAtMs: now.getTime(),
        formerEnding: 0,
      });
      assert.equal(await findMembership(store.db, "globex", ada.id), undefined);
      assert.equal(await findMembership(store.db, "acme", bob.id), undefined);
    });

    it("counts no membership in a disabled tenant", async () => {
      const eve = await newAccount("eve@gone.example");
      await createMembership(store.db, { tenantId: "gone", accountId: eve.id, role: "member" }, now);
      assert.equal(await findMembership(store.db, "gone", eve.id), undefined);
      assert.deepEqual(await listMembershipsOfAccount(store.db, eve.id), []);
    });

    it("lists every tenant a person belongs to", async () => {
      const dual = await newAccount("dual@acme.example");
      for (const tenantId of ["globex", "acme"]) {
        await createMembership(store.db, { tenantId, accountId: dual.id, role: "member" }, now);
      }
      const memberships = await listMembershipsOfAccount(store.db, dual.id);
      assert.deepEqual(
        memberships.map((membership) => membership.tenantId),
        ["acme", "globex"],
      );
    });

    it("keeps the first role when a membership is added twice, and ends once", async () => {
      const twice = await newAccount("twice@acme.example");
      const key = { tenantId: "acme", accountId: twice.id };
      assert.equal(await createMembership(store.db, { ...key, role: "member" }, now), true);
      assert.equal(await createMembership(store.db, { ...key, role: "admin" }, now), false);
      assert.equal((await findMembership(store.db, "acme", twice.id))?.role, "member");
      assert.equal(await deleteMembership(store.db, "acme", twice.id, new Date()), true);
      assert.equal(await deleteMembership(store.db, "acme", twice.id, new Date()), false);
    });

    it("keeps the newer of two logins, in whatever order they are written", async () => {
      const late = await newAccount("late@acme.example");
      const key = { tenantId: "acme", accountId: late.id };
      await createMembership(store.db, { ...key, role: "member" }, now);
      for (const agoMs of [1_000, 5_000]) await saveLastLogin(store.db, key, now.getTime() - agoMs, now);
      assert.equal((await findMembership(store.db, "acme", late.id))?.lastLoginAtMs, now.getTime() - 1_000);
      await saveLastLogin(store.db, key, now.getTime() + 60_000, now);
      assert.equal((await findMembership(store.db, "acme", late.id))?.lastLoginAtMs, now.getTime());
    });

    it("treats a role it does not know as the least", async () => {
      const odd = await newAccount("odd@acme.example");
      await createMembership(store.db, { tenantId: "acme", accountId: odd.id, role: "admin" }, now);
      await store.db("memberships").where("account_id", odd.id).update({ role: "superuser" });
      assert.equal((await findMembership(store.db, "acme", odd.id))?.role, "member");
    });

    it("adds no membership to a tenant or account that does not exist", async () => {
      const lost = await newAccount("lost@acme.example");
      await assert.rejects(
        createMembership(store.db, { tenantId: "nowhere", accountId: lost.id, role: "member" }, now),
      );
      await assert.rejects(
        createMembership(store.db, { tenantId: "acme", accountId: "nobody", role: "member" }, now),
      );
    });
  });
}

describe("a tenant id", () => {
  it("is what AWS takes as External Id and session tag", () => {
    for (const id of ["a", "acme", "Acme_EU-2", "9lives", "x".repeat(256)]) {
      assert.equal(parseTenantId(id), id);
    }
  });

  for (const id of ["", "-acme", "_acme", "acme.com", "acme corp", "akme\u0301", "x".repeat(257), 7, null]) {
    it(`is not ${JSON.stringify(id)?.slice(0, 20)}`, () => {
      assert.throws(() => parseTenantId(id), { code: "invalid_input", field: "tenant" });
    });
  }

  it("does not let a line end smuggle more in", () => {
    assert.throws(() => parseTenantId("acme\n"), { code: "invalid_input" });
  });
});
