// Refused sign-ins: found by account, by a name nobody has, and by address; counted, bounded, without the names
// themselves; and the log's line that names the same.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type AuditContext, listEvents } from "../../src/admin/operations/audit.ts";
import { findNamesLostBefore, saveLoginNameKeys } from "../../src/audit/login_name_keys_store.ts";
import { createLoginNames } from "../../src/audit/login_names.ts";
import { systemClock } from "../../src/clock.ts";
import { openLog } from "../../src/log.ts";
import type { Account } from "../../src/provider/accounts/account_store.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import { authorizationUrl } from "../provider/support/authorization.ts";
import {
  addClient,
  addPerson,
  type ProviderFixture,
  signInAt,
  startProvider,
} from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { storesOfToday } from "../support/stores_of_today.ts";

for (const kind of storesOfToday(import.meta.url)) {
  describe(`refused sign-ins on ${kind}`, () => {
    let fixture: ProviderFixture;
    let ann: Account;
    let context: AuditContext;
    const lines: Record<string, unknown>[] = [];
    before(async () => {
      const log = openLog({
        level: "info",
        stream: { write: (line: string) => lines.push(JSON.parse(line)) },
      });
      fixture = await startProvider({ kind, log });
      ann = await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme", "globex"] });
      await addClient(fixture.db, { client_id: "app" });
      const loginNames = createLoginNames(fixture.config.secrets);
      context = {
        db: fixture.db,
        clock: systemClock,
        passwords: createPasswords(),
        actor: "cli:op",
        may: () => true,
        loginNames,
      };
    });
    after(() => fixture.close());

    const attempt = (login: string, secretWord: string) =>
      signInAt(new UserAgent(), authorizationUrl(fixture), login, secretWord);

    test("of an account are in the trail of each of its tenants, counted, with client and address", async () => {
      await attempt("ann@acme.example", "wrong-password-1");
      await attempt("Ann@Acme.example", "wrong-password-2");
      const { events } = await listEvents(context, { account: "ann@acme.example", type: "sign_in.refused" });
      assert.deepEqual(events.map(({ tenantId, times }) => `${tenantId} ${times}`).sort(), [
        "acme 2",
        "globex 2",
      ]);
      for (const event of events) {
        assert.equal(event.accountId, ann.id);
        assert.equal(event.clientId, "app");
        assert.equal(event.actor, "nobody");
        assert.deepEqual(event.details, { by: "password", reason: "invalid_credentials" });
      }
      const [line] = lines.filter(({ msg }) => msg === "sign-in refused");
      assert.equal(line?.["accountId"], ann.id);
      assert.equal(line["clientId"], "app");
      assert.equal(line["reason"], "invalid_credentials");
      assert.ok(line["address"]);
      assert.ok(line["requestId"]);
    });

    test("of a name nobody has are found by who knows the name; the name stands nowhere", async () => {
      const typed = "My-Secret-Passphrase typed into the wrong field";
      await attempt(typed, "x");
      await attempt("nobody@acme.example", "x");
      const found = async (account: string) => (await listEvents(context, { account })).events;
      assert.equal((await found(typed)).length, 1);
      const [event] = await found("NOBODY@acme.example");
      assert.equal(event?.tenantId, undefined);
      assert.equal(event?.accountId, undefined);
      assert.equal((await found("somebody@else.example")).length, 0);
      const rows = JSON.stringify(await fixture.db("audit_events").select());
      assert.doesNotMatch(rows + JSON.stringify(lines), /Passphrase|nobody@acme/i);
      const elsewhere = createLoginNames([Buffer.alloc(32, 9)]);
      const strange = await listEvents({ ...context, loginNames: elsewhere }, { account: typed });
      assert.equal(strange.events.length, 0, "without the secret the hash is worth nothing");
      const lost = strange.namesLostBeforeMs ?? 0;
      assert.ok(Math.abs(Date.now() - lost) < 60_000, "and it is said that names are matched no more");
      const rotated = createLoginNames([Buffer.alloc(32, 9), ...fixture.config.secrets]);
      assert.equal(
        (await listEvents({ ...context, loginNames: rotated }, { account: typed })).events.length,
        1,
      );
      for (const at of [context, { ...context, loginNames: rotated }]) {
        assert.equal((await listEvents(at, { account: "x" })).namesLostBeforeMs, undefined);
      }
      assert.equal((await listEvents({ ...context, loginNames: elsewhere })).namesLostBeforeMs, undefined);
    });

    test("of before the key was dropped are said to be lost up to the start with the one that is left", async () => {
      const { db } = fixture;
      const atHand = createLoginNames([Buffer.alloc(32, 8)]);
      const nowMs = Date.now() + 5_000;
      await saveLoginNameKeys(db, atHand.keyIds, nowMs);
      await saveLoginNameKeys(db, atHand.keyIds, nowMs + 1);
      const laterMs = nowMs + 1_000;
      assert.equal(await findNamesLostBefore(db, atHand.keyIds, laterMs), nowMs);
      const both = [...atHand.keyIds, ...context.loginNames.keyIds];
      assert.equal(await findNamesLostBefore(db, both, laterMs), undefined);
      assert.equal(await findNamesLostBefore(db, context.loginNames.keyIds, laterMs), laterMs);
      await db("login_name_keys")
        .where("key_id", atHand.keyIds[0] ?? "")
        .delete();
    });

    test("are found by address, page after page", async () => {
      const all = (await listEvents(context, { type: "sign_in.refused" })).events;
      const [first] = all;
      assert.ok(first?.address);
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const query = { address: first.address, type: "sign_in.refused", limit: 1 };
        const page = await listEvents(context, { ...query, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...page.events.map(({ id }) => id));
        cursor = page.cursor;
      } while (cursor !== undefined);
      assert.deepEqual(
        seen,
        all.map(({ id }) => id),
      );
      assert.equal((await listEvents(context, { address: "203.0.113.99" })).events.length, 0);
    });

    test("turned away for being too many are one row a minute, whatever names were tried", async () => {
      const rows = async () =>
        (await listEvents(context, { type: "sign_in.refused", limit: 9999 })).events.filter(
          ({ details }) => details["reason"] === "too_many_attempts",
        );
      for (let count = 0; count < 60; count += 1) await attempt(`name-${count}@flood.example`, "x");
      const found = await rows();
      assert.ok(found.length >= 1 && found.length <= 2, `${found.length} rows`);
      assert.ok(
        found.every(({ accountId, loginHash }) => accountId === undefined && loginHash === undefined),
      );
    });

    test("asked for wrongly are refused by name: tenant, type, cursor", async () => {
      await assert.rejects(listEvents(context, { tenantId: "nope" }), { code: "tenant_not_found" });
      await assert.rejects(listEvents(context, { type: "sign_in.refusd" }), {
        code: "invalid_input",
        fix: /sign_in\.refused/,
      });
      await assert.rejects(listEvents(context, { cursor: "yesterday" }), {
        code: "invalid_input",
        field: "cursor",
      });
    });
  });
}
