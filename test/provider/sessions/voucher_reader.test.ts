// Logins that are read together: each session gets its own, as they stand when it asks, and many share a statement.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAccount } from "../../../src/provider/accounts/account_store.ts";
import { deleteSignIns } from "../../../src/provider/sessions/end_sign_ins_store.ts";
import { createVoucherReader } from "../../../src/provider/sessions/voucher_reader_store.ts";
import { listVouchers, type SessionKey, saveVoucher } from "../../../src/provider/sessions/voucher_store.ts";
import { storeKinds } from "../../support/databases.ts";
import { sentBy } from "../../support/plans.ts";
import { useStore } from "../../support/use_store.ts";

const nowMs = 1_000_000;
const now = new Date(nowMs);

for (const kind of storeKinds) {
  describe(`logins read together, on ${kind}`, () => {
    const sessions: SessionKey[] = [];
    const store = useStore(kind, async () => {
      for (const name of ["ann", "bea", "cem"]) {
        const email = `${name}@acme.example`;
        const { id } = await createAccount(store.db, { email, emailVerified: true }, now);
        for (const [place, endsAtMs] of [nowMs + 1_000, nowMs + 2_000].entries()) {
          const session = { accountId: id, sessionUid: `${name} ${place}` };
          sessions.push(session);
          await save(session, endsAtMs);
        }
      }
    });

    async function save(session: SessionKey, endsAtMs: number): Promise<void> {
      const voucher = {
        ...({ method: "password", tenantId: null, clientId: null, clientGeneration: null } as const),
        ...{ generation: 0, memberSinceMs: null, membershipEndings: 0, tenantGeneration: null },
        ...{ level: "pwd" as const, amr: ["pwd"], acr: undefined, authTimeMs: nowMs, remembered: false },
        life: { beganAtMs: nowMs, endsAtMs },
        browser: session.sessionUid,
      };
      await saveVoucher(store.db, session, voucher, now);
    }

    test("each gets its own; who asks for another's session gets nothing", async () => {
      const read = createVoucherReader(store.db);
      const [ann, , bea] = sessions as [SessionKey, SessionKey, SessionKey];
      const foreign = { accountId: bea.accountId, sessionUid: ann.sessionUid };
      const nobody = { accountId: "nobody", sessionUid: "none" };
      const asked = [...sessions, foreign, ann, nobody];
      const found = await Promise.all(asked.map((session) => read(session, now)));
      assert.deepEqual(
        found.map((logins) => logins.map(({ browser }) => browser)),
        [...sessions.map(({ sessionUid }) => [sessionUid]), [], [ann.sessionUid], []],
      );
      assert.deepEqual(
        found,
        await Promise.all(asked.map((session) => listVouchers(store.db, session, now))),
      );
    });

    test("each is judged by the time at which it was asked for", async () => {
      const read = createVoucherReader(store.db);
      const [first, second] = sessions as [SessionKey, SessionKey];
      const at = [nowMs, nowMs + 1_000, nowMs + 2_000].map((ms) => new Date(ms));
      const standing = async (session: SessionKey) =>
        (await Promise.all(at.map((moment) => read(session, moment)))).map(({ length }) => length);
      const both = await Promise.all([standing(first), standing(second)]);
      assert.deepEqual(both, [
        [1, 0, 0],
        [1, 1, 0],
      ]);
    });

    test("who asks after sign-ins were ended gets none of them, whoever else is being answered", async () => {
      const read = createVoucherReader(store.db);
      const [session = assert.fail()] = sessions;
      const under = sessions.map((one) => read(one, now));
      await deleteSignIns(store.db, session.accountId, now);
      const after = await Promise.all(sessions.map((one) => read(one, now)));
      await Promise.all(under);
      const whose = sessions.filter((_, place) => after[place]?.length === 0);
      assert.deepEqual(
        whose,
        sessions.filter(({ accountId }) => accountId === session.accountId),
      );
    });

    test("sixteen at once are asked for in two statements of PostgreSQL", async () => {
      const asking = (db: typeof store.db) => {
        const read = createVoucherReader(db);
        return Promise.all(Array.from({ length: 16 }, () => read(sessions[5] ?? assert.fail(), now)));
      };
      const sent = await sentBy(store, asking);
      assert.equal(sent.length, kind === "postgres" ? 2 : 16);
    });
  });
}
