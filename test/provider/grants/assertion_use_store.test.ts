import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { listAuditEvents } from "../../../src/audit/audit_store.ts";
import { createAccount } from "../../../src/provider/accounts/account_store.ts";
import {
  createUse,
  createUseRecorder,
  createUsesWithEvents,
  type UseOutcome,
} from "../../../src/provider/grants/assertion_use_store.ts";
import { createSubjectReader, readSubject } from "../../../src/provider/subjects/subject_store.ts";
import { createMembership } from "../../../src/provider/tenants/membership_store.ts";
import { createTenant } from "../../../src/provider/tenants/tenant_store.ts";
import { storeKinds } from "../../support/databases.ts";
import { useStore } from "../../support/use_store.ts";

const now = new Date("2026-03-01T00:00:00Z");

function outcomeOf(id: string, tenantId: string): UseOutcome {
  const use = { id, issuer: "subject:isv", expiresAtSeconds: 2_000_000_000, parameter: "assertion" } as const;
  const parties = { tenantId, accountId: "ann", clientId: "isv" };
  const event = { type: "token.minted", actor: "client:isv", ...parties, details: { jti: id } } as const;
  return { use, event, now, origin: { address: "192.0.2.7", requestId: `request-${id}` } };
}

for (const kind of storeKinds) {
  describe(`uses of assertions on ${kind}`, () => {
    const store = useStore(kind);

    const recorded = async (tenantId: string) =>
      (await listAuditEvents(store.db, { tenantId })).map(({ details }) => details["jti"]).sort();

    test("are recorded with their events, and one used before leaves no event", async () => {
      const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()].sort();
      const ids = [third ?? "", first ?? "", second ?? ""];
      assert.equal(await createUse(store.db, outcomeOf(ids[1] ?? "", "t1").use), true);
      const outcomes = ids.map((id) => outcomeOf(id, "t1"));
      assert.deepEqual(await createUsesWithEvents(store.db, outcomes), [true, false, true]);
      assert.deepEqual(await recorded("t1"), [ids[0], ids[2]].sort());
      assert.equal(await createUse(store.db, outcomeOf(ids[0] ?? "", "t1").use), false);
    });

    test("asked for many times at once, on two instances, are granted once each", async () => {
      const ids = Array.from({ length: 20 }, () => randomUUID());
      const recorders = [createUseRecorder(store.db), createUseRecorder(store.openAnother())];
      const asked = [...ids, ...ids.toReversed()].flatMap((id) =>
        recorders.map(async (record) => ((await record(outcomeOf(id, "t2"))) ? id : undefined)),
      );
      const granted = (await Promise.all(asked)).filter((id) => id !== undefined);
      assert.deepEqual(granted.sort(), ids.toSorted());
      assert.deepEqual(await recorded("t2"), ids.toSorted());
    });

    test("asked for in opposite orders on two instances, wait for each other in no circle", async () => {
      const other = store.openAnother();
      for (let round = 0; round < (kind === "postgres" ? 10 : 1); round += 1) {
        const outcomes = Array.from({ length: 50 }, () => outcomeOf(randomUUID(), "t3"));
        const [ahead, back] = await Promise.all([
          createUsesWithEvents(store.db, outcomes),
          createUsesWithEvents(other, outcomes.toReversed()),
        ]);
        assert.deepEqual(
          ahead,
          back.toReversed().map((first) => !first),
        );
      }
    });

    test("an unknown subject, an unknown tenant and no tenant, read together, are what they are alone", async () => {
      const account = await createAccount(store.db, { email: "ann@acme.example", emailVerified: true }, now);
      await createTenant(store.db, { id: "acme", name: "Acme" }, now);
      await createMembership(store.db, { tenantId: "acme", accountId: account.id, role: "member" }, now);
      const common = { clientId: "isv", nowMs: now.getTime() };
      const queries = [
        { ...common, accountId: account.id, tenantId: "acme" },
        { ...common, accountId: "nobody", tenantId: "acme" },
        { ...common, accountId: account.id, tenantId: "nowhere" },
        { ...common, accountId: account.id, tenantId: undefined },
        { ...common, accountId: account.id, tenantId: "acme" },
      ];
      const together = await Promise.all(queries.map(createSubjectReader(store.db)));
      const alone = [];
      for (const query of queries) alone.push(await readSubject(store.db, query));
      assert.deepEqual(together, alone);
      assert.deepEqual(
        together.map(({ account: found, tenant, membership }) => [found?.id, tenant?.id, membership?.role]),
        [
          [account.id, "acme", "member"],
          [undefined, "acme", undefined],
          [account.id, undefined, undefined],
          [account.id, undefined, undefined],
          [account.id, "acme", "member"],
        ],
      );
    });
  });
}
