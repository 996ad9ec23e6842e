// The contract of the accessor store, over both stores, and what counts as a well-formed accessor.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ExchangeSettingsError } from "tti-exchange";
import {
  createAccessor,
  deleteAccessor,
  getAccessor,
  listAccessors,
} from "../../src/accessors/accessor_store.ts";
import { connectionOf, parseAccessor } from "../../src/accessors/connection.ts";
import { createTenant } from "../../src/provider/tenants/tenant_store.ts";
import { storeKinds } from "../support/databases.ts";
import { useStore } from "../support/use_store.ts";

const now = new Date("2026-11-24T00:00:00Z");
const handedOver = {
  name: "default",
  tenantId: "acme",
  applicationId: "11111111-2222-3333-4444-555555555555",
  retrieverId: "66666666-7777-8888-9999-000000000000",
  qRegion: "us-east-1",
  idcApplicationArn: "arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef",
  idcRegion: "eu-central-1",
} as const;

for (const kind of storeKinds) {
  describe(`accessor store on ${kind}`, () => {
    const store = useStore(kind, async () => {
      for (const id of ["acme", "globex"]) await createTenant(store.db, { id, name: id }, now);
    });

    it("keeps what a customer handed over", async () => {
      const accessor = await createAccessor(store.db, parseAccessor(handedOver), now);
      assert.deepEqual(accessor, { ...handedOver, method: "tti", createdAtMs: now.getTime() });
      assert.deepEqual(await getAccessor(store.db, "acme", "default"), accessor);
    });

    it("never finds one tenant's accessor for another", async () => {
      await assert.rejects(getAccessor(store.db, "globex", "default"), { code: "accessor_not_found" });
      assert.deepEqual(await listAccessors(store.db, { tenantId: "globex" }), []);
      assert.equal(await deleteAccessor(store.db, "globex", "default"), false);
      assert.equal((await listAccessors(store.db)).length, 1);
    });

    it("refuses a second one of the same name, and takes one of another", async () => {
      await assert.rejects(createAccessor(store.db, parseAccessor(handedOver), now), {
        code: "accessor_exists",
      });
      await createAccessor(store.db, parseAccessor({ ...handedOver, name: "archive" }), now);
      const names = (await listAccessors(store.db, { tenantId: "acme" })).map(({ name }) => name);
      assert.deepEqual(names, ["archive", "default"]);
    });

    it("needs its tenant", async () => {
      await assert.rejects(
        createAccessor(store.db, parseAccessor({ ...handedOver, tenantId: "nobody" }), now),
      );
    });

    it("forgets once", async () => {
      assert.equal(await deleteAccessor(store.db, "acme", "archive"), true);
      assert.equal(await deleteAccessor(store.db, "acme", "archive"), false);
    });
  });
}

describe("what a customer handed over", () => {
  for (const [field, value] of [
    ["tenantId", "acme.com"],
    ["applicationId", "too-short"],
    ["retrieverId", ""],
    ["qRegion", "Frankfurt"],
    ["idcApplicationArn", "arn:aws:sso:::instance/ssoins-1234567890abcdef"],
    ["idcRegion", "us-east-1\n"],
    ["method", "password"],
  ] as const) {
    it(`is refused with ${field} ${JSON.stringify(value)}, naming the field`, () => {
      assert.throws(
        () => parseAccessor({ ...handedOver, [field]: value }),
        (error) =>
          error instanceof ExchangeSettingsError && error.faults.map((one) => one.field).join() === field,
      );
    });
  }

  it("is refused with a name that could not stand in a path", () => {
    assert.throws(() => parseAccessor({ ...handedOver, name: "../default" }), { field: "name" });
  });

  it("becomes a connection only with the role registered with AWS", () => {
    const accessor = { ...parseAccessor(handedOver), createdAtMs: 0 };
    assert.throws(() => connectionOf(accessor, undefined), { code: "invalid_config" });
    const { name: _name, ...connection } = handedOver;
    const roleArn = "arn:aws:iam::111122223333:role/Isv";
    assert.deepEqual(connectionOf(accessor, roleArn), { ...connection, method: "tti", roleArn });
  });
});
