// An attack in progress shows while it goes on: one event for an account, one for a network, in ten minutes, with counts, from
// however many instances; and the doctor counts what the store knows of the last hour.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { countRefusedSignIns, listAttackKinds } from "../../src/audit/attacks_store.ts";
import { listAuditEvents } from "../../src/audit/audit_store.ts";
import { createLoginNames } from "../../src/audit/login_names.ts";
import { OperationError } from "../../src/errors.ts";
import { silentLog } from "../../src/log.ts";
import { attackToldForMs } from "../../src/observability/throttle_kinds.ts";
import { attemptRates } from "../../src/provider/accounts/attempt_rates.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import { signIn } from "../../src/provider/accounts/sign_in.ts";
import { recordSignInRefusal } from "../../src/provider/interactions/sign_in_refusal.ts";
import { runInRequest } from "../../src/request_context.ts";
import { addPerson } from "../provider/support/provider_fixture.ts";
import { storesOfToday } from "../support/stores_of_today.ts";
import { useStore } from "../support/use_store.ts";

const passwords = { ...createPasswords(), verifyPassword: async () => false };

for (const kind of storesOfToday(import.meta.url)) {
  describe(`an attack in progress, on ${kind}`, () => {
    const store = useStore(kind);
    let nowMs = Date.parse("2026-11-24T00:00:00Z");
    const deps = () => ({
      db: store.db,
      clock: () => new Date(nowMs),
      log: silentLog,
      loginNames: createLoginNames([Buffer.alloc(32, 1)]),
      passwords,
    });

    /** Guesses once, as the sign-in page is tried. */
    async function guess(login: string, clientAddress: string): Promise<void> {
      const error = await signIn(deps(), { login, password: "a guess", clientAddress }).catch(
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof OperationError);
      const request = { requestId: randomUUID(), address: clientAddress };
      await runInRequest(request, () =>
        recordSignInRefusal(deps(), { login, clientId: "app", clientAddress }, error),
      );
    }

    const attacks = async () =>
      (await listAuditEvents(store.db, { type: "sign_in.attacked", limit: 100 })).map(
        ({ accountId, tenantId, details, times }) => ({
          ...{ accountId, tenantId, times },
          of: details["of"],
          attempts: Number(details["attempts"]),
        }),
      );

    test("of an account is one event in ten minutes in each of its tenants, from however many addresses", async () => {
      const { id } = await addPerson(store.db, { email: "ann@acme.example", tenants: ["acme", "globex"] });
      const { burst } = attemptRates.account;
      for (let n = 0; n < burst - 1; n += 1) await guess("ann@acme.example", `198.51.100.${n}`);
      assert.deepEqual(await attacks(), [], "who only mistypes is no attack");
      // Of those at once, on whichever instance, one tells.
      await Promise.all(Array.from({ length: 8 }, (_, n) => guess("Ann@Acme.example", `203.0.113.${n}`)));
      const told = await attacks();
      assert.deepEqual(told.map(({ tenantId }) => tenantId).sort(), ["acme", "globex"]);
      for (const { accountId, of, attempts, times } of told) {
        assert.deepEqual([accountId, of, times], [id, "account", undefined]);
        assert.ok(attempts >= burst && attempts <= burst + 7, `${attempts} attempts`);
      }
      nowMs += attackToldForMs / 2;
      for (let n = 0; n < burst; n += 1) await guess("ann@acme.example", `192.0.2.${n}`);
      assert.equal((await attacks()).length, 2, "told once");
      nowMs += attackToldForMs / 2 + 1;
      for (let n = 0; n < burst; n += 1) await guess("ann@acme.example", `192.0.2.${n + 100}`);
      assert.equal((await attacks()).length, 4, "it goes on");
    });

    test("of a network is one event that names nobody, though it tries many names", async () => {
      nowMs += 24 * 3_600_000;
      const before = (await attacks()).length;
      const { burst } = attemptRates.address;
      for (let n = 0; n < burst + 5; n += 1) await guess(`walker${n}@acme.example`, `2001:db8::${n}`);
      const told = (await attacks()).slice(0, (await attacks()).length - before);
      assert.deepEqual(
        told.map(({ accountId, tenantId, of }) => ({ accountId, tenantId, of })),
        [{ accountId: undefined, tenantId: undefined, of: "network" }],
      );
      assert.ok((told[0]?.attempts ?? 0) > 0);
      const text = JSON.stringify(await store.db("audit_events").where("type", "sign_in.attacked"));
      assert.ok(!text.includes("walker"));
    });

    test("is counted for whoever runs the installation: attempts once each, though several trails name them", async () => {
      nowMs += 24 * 3_600_000;
      const anHourAgo = nowMs - 3_600_000;
      assert.equal(await countRefusedSignIns(store.db, anHourAgo), 0);
      for (let n = 0; n < 3; n += 1) await guess("ann@acme.example", "198.51.100.7");
      assert.equal(await countRefusedSignIns(store.db, anHourAgo), 3);
      assert.deepEqual(await listAttackKinds(store.db, anHourAgo), []);
      const kinds = await listAttackKinds(store.db, 0);
      assert.deepEqual([...kinds].sort(), ["account", "account", "network"]);
    });
  });
}
