// An error explained over both stores: by the id of its request, for whoever may see that trail only, and from its text,
// of which nothing stays.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { explainError } from "../../src/accessors/explained_error.ts";
import { createAuditEvent } from "../../src/audit/audit_store.ts";
import type { NewAuditEvent } from "../../src/audit/event_types.ts";
import { errorCatalogue } from "../../src/errors.ts";
import { createTenant } from "../../src/provider/tenants/tenant_store.ts";
import { storesOfToday } from "../support/stores_of_today.ts";
import { useStore } from "../support/use_store.ts";
import { readWholeStore } from "../support/whole_store.ts";

const now = new Date("2026-11-26T00:00:00Z");
const ofSearch = "0f8fad5b-d9cb-469f-a165-70867728950e";
const ofToken = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
const parties = { actor: "client:app", tenantId: "acme", accountId: "a1", clientId: "app" } as const;

for (const kind of storesOfToday(import.meta.url)) {
  describe(`an error explained on ${kind}`, () => {
    const store = useStore(kind, async () => {
      for (const id of ["acme", "globex"]) await createTenant(store.db, { id, name: id }, now);
      const refused = { refused: "slow_down", step: "create-token-with-iam" };
      const recorded: [NewAuditEvent, string][] = [
        [{ type: "token.minted", ...parties, details: { by: "search" } }, ofSearch],
        [
          {
            type: "search.made",
            ...parties,
            details: { accessor: "default", results: 0, page: 1, ...refused },
          },
          ofSearch,
        ],
        [{ type: "token.refused", ...parties, details: { reason: "presence_required" } }, ofToken],
      ];
      for (const [event, requestId] of recorded)
        await createAuditEvent(store.db, event, now, { address: undefined, requestId });
    });
    const codes = async (text: string, tenantId?: string) =>
      (await explainError(store.db, text, tenantId)).explanations.map(({ code }) => code);

    it("finds what a request was refused for, whatever else it left", async () => {
      assert.deepEqual(await codes(ofSearch), ["slow_down"]);
      assert.deepEqual(await codes(` ${ofSearch.toUpperCase()}\n`), ["slow_down"]);
      const { event, explanations } = await explainError(store.db, ofToken, undefined);
      assert.equal(event?.type, "token.refused");
      assert.equal(explanations[0]?.code, "presence_required");
      assert.ok((explanations[0]?.fix.length ?? 0) > 10);
    });

    it("finds it inside an answer that names the request", async () => {
      const answer = `{"error":"exchange_failed","message":"AWS refused","request_id":"${ofSearch}"}`;
      assert.deepEqual(await codes(answer), ["slow_down", "exchange_failed"]);
    });

    it("knows each code of the catalogue by itself, and no other word", async () => {
      for (const code of Object.keys(errorCatalogue).filter((one) => one.includes("_")))
        assert.ok((await codes(` ${code}\n`)).includes(code), code);
      assert.deepEqual(await codes("no_such_code"), []);
    });

    it("finds nothing in another tenant's trail", async () => {
      assert.deepEqual(await codes(ofSearch, "acme"), ["slow_down"]);
      const stranger = await explainError(store.db, ofSearch, "globex");
      assert.deepEqual([stranger.explanations, stranger.event], [[], undefined]);
    });

    it("writes nothing down, not even the text without its secrets", async () => {
      const before = await readWholeStore(store.db);
      const secret = `eyJhbGciOiJSUzI1NiJ9.${"a1B2".repeat(20)}.c2lnbmF0dXJl`;
      const told = await explainError(store.db, `InvalidGrantException ${secret} ${ofSearch}`, undefined);
      assert.deepEqual(told.dropped, ["a token (JWT)"]);
      assert.ok(!JSON.stringify(told).includes("a1B2a1B2"));
      assert.deepEqual(await readWholeStore(store.db), before);
    });
  });
}
