// Class: what is written of a person or of a grant at the very moment that ends. On PostgreSQL each has begun when the other does,
// in both orders; on SQLite, where writers take turns, one comes after the other.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../../../src/db/connect.ts";
import { silentLog } from "../../../src/log.ts";
import { startSweeper } from "../../../src/provider/assembly/sweeper.ts";
import { saveConsent } from "../../../src/provider/sessions/consent_store.ts";
import { erasePerson } from "../../../src/provider/sessions/erase_person.ts";
import { endConsent, endGrant } from "../../../src/provider/sessions/grant_store.ts";
import type { GrantLogin } from "../../../src/provider/sessions/tenant_grant.ts";
import { saveVoucher } from "../../../src/provider/sessions/voucher_store.ts";
import { hashRecordId } from "../../../src/provider/storage/record_payload.ts";
import { saveRecord } from "../../../src/provider/storage/record_store.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";
import { addClient, addPerson } from "../support/provider_fixture.ts";

const now = new Date();

for (const kind of storesOfToday(import.meta.url)) {
  describe(`on ${kind}`, () => {
    const store = useStore(kind, async () => {
      await addClient(store.db, { client_id: "third", first_party: false });
    });
    let made = 0;

    /** Somebody with a login, and a grant of it that stands. */
    async function person() {
      made += 1;
      const { id } = await addPerson(store.db, { email: `p${made}@acme.example`, tenants: ["acme"] });
      const member = await store.db("memberships").where({ account_id: id }).first("created_at_ms");
      const login: GrantLogin = {
        ...({ method: "password", level: "pwd", generation: 0, membershipEndings: 0 } as const),
        ...{
          memberSinceMs: member.created_at_ms,
          clientId: null,
          clientGeneration: null,
          tenantGeneration: 0,
        },
        life: undefined,
      };
      const at = {
        tenantId: null,
        memberSinceMs: null,
        tenantGeneration: null,
        amr: ["pwd"],
        acr: undefined,
      };
      const voucher = { ...login, ...at, authTimeMs: 1, madeAtMs: 1 };
      const key = { accountId: id, clientId: "third", tenantId: "acme" };
      const [grantId, sessionUid] = [`grant-${id}`, `session-${id}`];
      await saveVoucher(store.db, { sessionUid, accountId: id }, voucher, now);
      await saveRecord(store.db, "Grant", grantId, { ...key, jti: grantId }, null);
      const by = { login, clientGeneration: 0, sessionUid, grantId };
      return {
        ...{ id, key },
        grant: `g_${hashRecordId(grantId)}`,
        consents: () => store.db("consents").where({ account_id: id }),
        vouchers: () => store.db("session_vouchers").where({ account_id: id }),
        remember: (db: Database) => saveConsent(db, key, { scopes: ["openid"], resources: {} }, by, now),
        signIn: (db: Database) => saveVoucher(db, { sessionUid: `late-${id}`, accountId: id }, voucher, now),
      };
    }

    /** Begins one when the other has done its part and not said so yet. */
    async function within(
      first: (trx: Database) => Promise<unknown>,
      second: (db: Database) => Promise<unknown>,
    ): Promise<void> {
      const trx = await store.db.transaction();
      await first(trx);
      if (kind === "sqlite") {
        await trx.commit();
        await store.db.transaction(second);
        return;
      }
      const { rows } = await trx.raw("select pg_backend_pid() as pid");
      let done = false;
      const other = store.db.transaction(second).finally(() => {
        done = true;
      });
      const isWaiting = async () =>
        (
          await store.db.raw("select 1 from pg_stat_activity where ? = any(pg_blocking_pids(pid))", [
            rows[0].pid,
          ])
        ).rows.length > 0;
      while (!done && !(await isWaiting())) await sleep(5);
      await trx.commit();
      await other;
    }

    type Person = Awaited<ReturnType<typeof person>>;
    const endings: Record<string, (db: Database, of: Person) => Promise<unknown>> = {
      "taking it back": (db, { key }) => endConsent(db, key, now),
      "revoking its grant": (db, { id, grant }) => endGrant(db, { id: grant, accountId: id }, now),
      "erasing the person": (db, { id }) => erasePerson(db, id, now),
    };
    for (const [name, end] of Object.entries(endings)) {
      for (const before of [false, true]) {
        const again = before ? ", where one stood before" : "";
        test(`a consent does not outlive ${name}, whichever came first${again}`, async () => {
          for (const endFirst of [true, false]) {
            const ann = await person();
            if (before) assert.equal(await ann.remember(store.db), true);
            const ending = (db: Database) => end(db, ann);
            await (endFirst ? within(ending, ann.remember) : within(ann.remember, ending));
            assert.deepEqual(await ann.consents(), [], endFirst ? "ended first" : "remembered first");
          }
        });
      }
    }

    test("a login does not outlive the person, whichever came first", async () => {
      for (const endFirst of [true, false]) {
        const ann = await person();
        assert.equal((await ann.vouchers()).length, 1);
        const ending = (db: Database) => erasePerson(db, ann.id, now);
        await (endFirst ? within(ending, ann.signIn) : within(ann.signIn, ending));
        assert.deepEqual(await ann.vouchers(), [], endFirst ? "ended first" : "signed in first");
      }
    });

    test("consents of people who are gone are swept, batch after batch, and no one else's", async () => {
      await store.db("consents").delete();
      const [ann, gone] = [await person(), await person()];
      await ann.remember(store.db);
      const [row] = await ann.consents();
      const left = ["0", "zz"].map((id) => ({ ...row, account_id: id }));
      await gone.remember(store.db);
      await store.db("consents").insert(left);
      const sweeper = startSweeper(
        { db: store.db, clock: () => now, log: silentLog },
        { intervalMs: 3_600_000, keepMs: 3_600_000, batchSize: 1 },
      );
      for (let count = 0; count < 5; count += 1) await sweeper.sweep();
      await sweeper.stop();
      const kept: { account_id: string }[] = await store.db("consents").select("account_id");
      assert.deepEqual(kept.map((one) => one.account_id).sort(), [ann.id, gone.id].sort());
    });
  });
}
