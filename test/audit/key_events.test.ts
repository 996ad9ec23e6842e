// What happens to signing keys by itself stands in the trail as what operators do to them: made, revoked, destroyed, by
// the actor "system", each once however many instances run, and together with the change or not at all.
import assert from "node:assert/strict";
import { test } from "node:test";
import { listAuditEvents } from "../../src/audit/audit_store.ts";
import { listKeys } from "../../src/provider/keys/key_store.ts";
import { revokeKey } from "../../src/provider/keys/operations.ts";
import { rotateKeys } from "../../src/provider/keys/rotate.ts";
import { openKmsKeys } from "../../src/provider/keys/signer_kms.ts";
import { runInRequest } from "../../src/request_context.ts";
import { type KeyInstallation, openKeyInstallation } from "../provider/keys/key_installation.ts";
import { startKmsStub } from "../provider/keys/kms_stub.ts";

const day = 24 * 3600;

async function trailOf({ db }: KeyInstallation): Promise<string[]> {
  const events = await listAuditEvents(db, {});
  return events
    .filter(({ type }) => type.startsWith("key."))
    .map(({ type, actor, details }) => `${actor} ${type} ${String(details["kid"])}`);
}

test("each key of the succession is in the trail once: made, and its private half destroyed after it retired", async () => {
  const installation = await openKeyInstallation();
  try {
    const [a, b] = await Promise.all([installation.openInstance(), installation.openInstance()]);
    for (let days = 0; days < 200; days += 1) await installation.pass(day, a, b);
    const rows = await listKeys(installation.db);
    assert.ok(rows.length >= 3, `${rows.length} keys`);
    const trail = await trailOf(installation);
    for (const { kid, sealedPrivateJwk } of rows) {
      const destroyed = sealedPrivateJwk === null ? [`system key.destroyed ${kid}`] : [];
      const ofKey = trail.filter((event) => event.endsWith(kid));
      assert.deepEqual(ofKey.sort(), [...destroyed, `system key.rotated ${kid}`].sort());
    }
    assert.ok(trail.some((event) => event.startsWith("system key.destroyed")));
  } finally {
    await installation.close();
  }
});

test("a key that KMS names takes the next key's place in one transaction with its events, once for two instances", async () => {
  const stub = await startKmsStub();
  const installation = await openKeyInstallation();
  try {
    const local = await installation.openInstance();
    await local.poll();
    const [, next] = await listKeys(installation.db);
    stub.setAlias("alias/tti", stub.addKey());
    const kms = await openKmsKeys({ keyId: "alias/tti", client: stub.client });
    await Promise.all([installation.openInstance({ kms }), installation.openInstance({ kms })]);
    const adopted = (await listKeys(installation.db)).find(({ kmsKeyId }) => kmsKeyId !== null);
    const trail = (await trailOf(installation)).filter(
      (event) => event.endsWith(String(adopted?.kid)) || event.endsWith(String(next?.kid)),
    );
    assert.deepEqual(
      trail.sort(),
      [
        `system key.rotated ${adopted?.kid}`,
        `system key.rotated ${next?.kid}`,
        `system key.revoked ${next?.kid}`,
        `system key.destroyed ${next?.kid}`,
      ].sort(),
    );
  } finally {
    await installation.close();
    await stub.close();
  }
});

test("an operator who puts another key in the next one's place revokes and destroys that one by name", async () => {
  const installation = await openKeyInstallation();
  try {
    const ring = await installation.openInstance();
    await ring.poll();
    const { replacedKid, kid } = await rotateKeys(installation.context, { local: true });
    const trail = await trailOf(installation);
    for (const event of [`revoked ${replacedKid}`, `destroyed ${replacedKid}`, `rotated ${kid}`])
      assert.ok(trail.includes(`test key.${event}`), `${event} is missing of ${trail.join(", ")}`);
  } finally {
    await installation.close();
  }
});

test("where an event cannot be written, no key changes", async () => {
  const installation = await openKeyInstallation();
  try {
    const ring = await installation.openInstance();
    await ring.poll();
    const before = await listKeys(installation.db);
    await installation.db.schema.renameTable("audit_events", "audit_events_out_of_reach");
    await assert.rejects(revokeKey(installation.context, before[1]?.kid ?? ""));
    await assert.rejects(rotateKeys(installation.context, { local: true }));
    installation.time.ms += 120 * day * 1000;
    await assert.rejects(ring.poll());
    assert.deepEqual(await listKeys(installation.db), before);
    await installation.db.schema.renameTable("audit_events_out_of_reach", "audit_events");
    await ring.poll();
    assert.notDeepEqual(await listKeys(installation.db), before);
  } finally {
    await installation.close();
  }
});

test("what an instance does by itself while it serves a request is not told as that request's", async () => {
  const installation = await openKeyInstallation();
  try {
    const ring = await installation.openInstance();
    installation.time.ms += 120 * day * 1000;
    await runInRequest({ requestId: "r-1", address: "192.0.2.1" }, () => ring.poll());
    for (const event of await listAuditEvents(installation.db, {}))
      assert.deepEqual([event.address, event.requestId], [undefined, undefined], event.type);
  } finally {
    await installation.close();
  }
});
