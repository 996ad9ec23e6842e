// The audit trail's contract, over both stores: only added to, newest first, one tenant's events apart, pages that
// lose nothing, equal refusals counted.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, test } from "node:test";
import * as audit from "../../src/audit/audit_store.ts";
import { runInRequest } from "../../src/request_context.ts";
import { storeKinds } from "../support/databases.ts";
import { useStore } from "../support/use_store.ts";

const root = join(import.meta.dirname, "../..");
const start = Date.parse("2026-11-24T00:00:00Z");
const minted = (tenantId: string, second: number) =>
  ({
    type: "token.minted",
    actor: "client:app",
    tenantId,
    accountId: `account-${second}`,
    clientId: "app",
    details: { by: "assertion", jti: String(second) },
  }) as const;

for (const kind of storeKinds) {
  describe(`audit store on ${kind}`, () => {
    const store = useStore(kind, async () => {
      for (const [second, tenantId] of ["acme", "globex", "acme", "initech"].entries()) {
        await runInRequest({ requestId: `request-${second}`, address: `192.0.2.${second}` }, () =>
          audit.createAuditEvent(store.db, minted(tenantId, second), new Date(start + second * 1000)),
        );
      }
    });

    const jtis = async (query: audit.AuditQuery) =>
      (await audit.listAuditEvents(store.db, query)).map(({ details }) => details["jti"]);

    it("keeps an event whole, with the address and the id of its request", async () => {
      const [event] = await audit.listAuditEvents(store.db, { tenantId: "globex" });
      assert.deepEqual(
        { ...event, id: "" },
        { ...minted("globex", 1), id: "", atMs: start + 1000, address: "192.0.2.1", requestId: "request-1" },
      );
    });

    it("lists newest first, by what is asked", async () => {
      assert.deepEqual(await jtis({}), ["3", "2", "1", "0"]);
      assert.deepEqual(await jtis({ tenantId: "acme" }), ["2", "0"]);
      assert.deepEqual(await jtis({ limit: 2 }), ["3", "2"]);
      assert.deepEqual(await jtis({ limit: 2, beforeMs: start + 2000 }), ["1", "0"]);
      assert.deepEqual(await jtis({ fromMs: start + 2000 }), ["3", "2"]);
      assert.deepEqual(await jtis({ address: "192.0.2.2" }), ["2"]);
      assert.deepEqual(await jtis({ clientId: "other" }), []);
      assert.deepEqual(await jtis({ type: "token.refused" }), []);
      assert.deepEqual(await jtis({ actor: "client:app", tenantId: "globex" }), ["1"]);
      assert.deepEqual(await jtis({ actor: "client:other" }), []);
      assert.deepEqual(await jtis({ outcome: "done", limit: 1 }), ["3"]);
      assert.deepEqual(await jtis({ outcome: "refused" }), []);
      assert.deepEqual(await jtis({ subject: { accountId: "account-0", loginHashes: [] } }), ["0"]);
      assert.deepEqual(await jtis({ subject: { loginHashes: [] } }), []);
    });

    it("turns pages without losing or repeating an event of a shared millisecond", async () => {
      const now = new Date(start + 60_000);
      for (let index = 0; index < 7; index += 1) {
        await audit.createAuditEvent(store.db, minted("umbrella", index), now);
      }
      const seen: string[] = [];
      let before: { atMs: number; id: string } | undefined;
      do {
        const page = await audit.listAuditEvents(store.db, { tenantId: "umbrella", limit: 2, before });
        seen.push(...page.map(({ id }) => id));
        before = page.at(-1);
      } while (before !== undefined);
      assert.equal(seen.length, 7);
      assert.equal(new Set(seen).size, 7);
    });

    it("ends a page early where few events are meant, and loses none between pages", async () => {
      for (let index = 0; index < 40; index += 1) {
        const event = { ...minted("large", index), clientId: index % 9 === 0 ? "rare" : "usual" };
        await audit.createAuditEvent(store.db, event, new Date(start + 120_000 + index));
      }
      // Neither filter leads to as few as a page looks at.
      const query = { actor: "client:app", clientId: "rare", limit: 2, window: 3 };
      const seen: unknown[] = [];
      const sizes = new Set<number>();
      let before: { atMs: number; id: string } | undefined;
      do {
        const { events, end } = await audit.readAuditPage(store.db, { ...query, before });
        seen.push(...events.map(({ details }) => details["jti"]));
        sizes.add(events.length);
        before = end;
      } while (before !== undefined);
      assert.deepEqual(seen, ["36", "27", "18", "9", "0"]);
      assert.ok(sizes.has(0), "some page ended before it found any");
      // Of two filters the one leads that leads to few, so that one page holds all of it.
      const few = { actor: "client:app", subject: { accountId: "account-7", loginHashes: [] } };
      assert.equal(
        (await audit.readAuditPage(store.db, { ...few, tenantId: "large", limit: 9, window: 4 })).end,
        undefined,
      );
    });

    it("stands or falls with the change it belongs to", async () => {
      await assert.rejects(
        store.db.transaction(async (trx) => {
          const event = { type: "tenant.created", actor: "x", tenantId: "undone" } as const;
          await audit.createAuditEvent(trx, event, new Date(start));
          throw new Error("the change failed");
        }),
      );
      assert.equal((await audit.listAuditEvents(store.db, { tenantId: "undone" })).length, 0);
    });

    it("stands in the trail of each tenant it concerns, or in none", async () => {
      const event = { type: "account.password_set", actor: "cli:op", accountId: "both" } as const;
      await audit.createAuditEventInTenants(store.db, event, ["one", "two", "one"], new Date(start));
      await audit.createAuditEventInTenants(store.db, event, [], new Date(start));
      const found = await audit.listAuditEvents(store.db, {
        subject: { accountId: "both", loginHashes: [] },
      });
      assert.deepEqual(found.map(({ tenantId }) => tenantId ?? "").sort(), ["", "one", "two"]);
    });

    it("counts equal refusals of one address and minute in one row, and no others", async () => {
      const refuse = (address: string, second: number, loginHash: string) =>
        runInRequest({ requestId: "r", address }, () =>
          audit.countAuditEvent(
            store.db,
            { type: "sign_in.refused", actor: "nobody", details: { by: "password", reason: "x" } },
            new Date(start + second * 1000),
            loginHash,
          ),
        );
      await Promise.all(Array.from({ length: 30 }, (_, second) => refuse("198.51.100.1", second, "ann")));
      await refuse("198.51.100.1", 60, "ann");
      await refuse("198.51.100.2", 0, "ann");
      await refuse("198.51.100.1", 0, "bob");
      const found = await audit.listAuditEvents(store.db, { type: "sign_in.refused" });
      const rows = found.map(({ address, loginHash, times }) => `${address} ${loginHash} ${times ?? 1}`);
      assert.deepEqual(rows.sort(), [
        "198.51.100.1 ann 1",
        "198.51.100.1 ann 30",
        "198.51.100.1 bob 1",
        "198.51.100.2 ann 1",
      ]);
      const refused = await audit.listAuditEvents(store.db, { outcome: "refused" });
      assert.equal(refused.length, 4);
      const ofAnn = await audit.listAuditEvents(store.db, { subject: { loginHashes: ["ann"] } });
      assert.equal(ofAnn.length, 3);
    });

    it("takes only known types, their parties and their details", () => {
      const now = new Date(start);
      const attempts = [
        // @ts-expect-error: no such type
        () => audit.createAuditEvent(store.db, { type: "tenant.eaten", actor: "x" }, now),
        // @ts-expect-error: the tenant is missing
        () => audit.createAuditEvent(store.db, { type: "tenant.created", actor: "x" }, now),
        () =>
          audit.createAuditEvent(
            store.db,
            // @ts-expect-error: no such detail
            { type: "tenant.created", actor: "x", tenantId: "t", details: { secret: "s" } },
            now,
          ),
        // @ts-expect-error: a key belongs to no tenant
        () => audit.createAuditEvent(store.db, { type: "key.revoked", actor: "x", tenantId: "t" }, now),
      ];
      assert.equal(attempts.length, 4);
    });
  });
}

test("events are removed by retention alone, and changed only by an erasure, by the count of a refusal, and by sealing", () => {
  const sources = globSync("src/**/*.ts", { cwd: root }).map((path) => path.split("\\").join("/"));
  const acts = sources.flatMap((path) =>
    functionsOf(readFileSync(join(root, path), "utf8"))
      .filter(({ text }) => text.includes("audit_events"))
      .flatMap(({ name, text }) =>
        // The builder's words, and SQL's own.
        [
          ...text.matchAll(
            /\.(update|merge|del|delete|truncate|increment|decrement)\(|\b(update|delete|truncate|replace)\s+(?:from|into|set|table|audit_events)\b/gi,
          ),
        ].map(([, builder, sql]) => `${path} ${name}: ${(builder ?? sql ?? "").toLowerCase()}`),
      ),
  );
  assert.deepEqual([...new Set(acts)].sort(), [
    "src/audit/audit_store.ts countRow: update",
    "src/audit/audit_store.ts forgetPersonalDetails: update",
    "src/audit/chain/chain_store.ts pruneSomeBlocks: delete",
    "src/audit/chain/chain_store.ts putIntoBlock: update",
  ]);
});

/** What stands between one function at the margin and the next. */
function functionsOf(text: string): { name: string; text: string }[] {
  return text.split(/^(?=(?:export )?(?:async )?function |(?:export )?const )/m).map((part) => ({
    name: /^(?:export )?(?:async )?(?:function|const) (\w+)/.exec(part)?.[1] ?? "",
    text: part,
  }));
}
