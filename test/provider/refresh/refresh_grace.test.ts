// A refresh token serves once; whoever repeats within seconds, on any instance, gets what was lost on the way, and
// whoever comes later, or after the new token was used, ends the family. On both stores.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { listAuditEvents } from "../../../src/audit/audit_store.ts";
import type { RunningServer } from "../../../src/running_server.ts";
import { storeKinds } from "../../support/databases.ts";
import {
  basic,
  getCode,
  getUserinfo,
  type JsonAnswer,
  payloadOf,
  postForm,
  postToken,
  redeem,
  refresh,
} from "../support/authorization.ts";
import { addClient, addPerson, useProvider } from "../support/provider_fixture.ts";

for (const kind of storeKinds) {
  describe(`refreshing on ${kind}`, () => {
    let second: RunningServer;
    let accountId: string;
    let aheadMs = 0;
    const clock = () => new Date(Date.now() + aheadMs);
    const fixture = useProvider({ kind, clock }, async () => {
      second = await fixture.startAnother({}, { clock });
      accountId = (await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] })).id;
      await addClient(fixture.db, { client_id: "app" });
      await addClient(fixture.db, { client_id: "spa", token_endpoint_auth_method: "none" });
      await addClient(fixture.db, { client_id: "keeper", rotate_refresh_token: false });
    });

    async function signIn(clientId = "app"): Promise<string> {
      const code = await getCode(fixture, "ann@acme.example", { client_id: clientId });
      const authorization = clientId === "spa" ? null : basic(clientId);
      const more = clientId === "spa" ? { client_id: clientId } : {};
      return String((await redeem(fixture, code, more, authorization)).body["refresh_token"]);
    }

    const tokenOf = ({ status, body }: JsonAnswer): string => {
      assert.equal(status, 200, JSON.stringify(body));
      return String(body["refresh_token"]);
    };

    async function reuses(): Promise<number> {
      const events = await listAuditEvents(fixture.db, { limit: 100 });
      const found = events.filter(({ type }) => type === "refresh_token.reused");
      for (const event of found) {
        assert.deepEqual([event.tenantId, event.accountId, event.clientId], ["acme", accountId, "app"]);
      }
      return found.length;
    }

    it("a repeat gets the same refresh token and new tokens beside it", async () => {
      const token = await signIn();
      const [first, again] = [
        await refresh(fixture, token),
        await refresh({ issuer: second.localUrl }, token),
      ];
      assert.equal(tokenOf(again), tokenOf(first));
      assert.notEqual(tokenOf(first), token);
      assert.notEqual(again.body["access_token"], first.body["access_token"]);
      assert.notEqual(payloadOf(again.body["id_token"])["jti"], payloadOf(first.body["id_token"])["jti"]);
      assert.equal((await getUserinfo(fixture, again.body["access_token"])).status, 200);
      assert.equal((await refresh(fixture, tokenOf(again))).status, 200);
    });

    it("twenty at once on two instances all get the one next token", async () => {
      const token = await signIn();
      const instances = [{ issuer: fixture.server.localUrl }, { issuer: second.localUrl }];
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => refresh(instances[index % 2] ?? fixture, token)),
      );
      assert.equal(new Set(answers.map(tokenOf)).size, 1);
      const before = await reuses();
      assert.equal((await refresh(fixture, tokenOf(answers[0] as JsonAnswer))).status, 200);
      const reused = await refresh(fixture, token);
      assert.equal(reused.body["error"], "invalid_grant");
      assert.equal(await reuses(), before + 1);
    });

    it("a repeat after the next token was used ends the family", async () => {
      const token = await signIn();
      const next = tokenOf(await refresh(fixture, token));
      const newest = await refresh(fixture, next);
      const before = await reuses();
      assert.match(String((await refresh(fixture, token)).body["error_description"]), /used before/);
      assert.equal((await refresh(fixture, tokenOf(newest))).body["error"], "invalid_grant");
      assert.equal((await getUserinfo(fixture, newest.body["access_token"])).status, 401);
      assert.equal(await reuses(), before + 1);
    });

    it("a repeat after the grace ends the family", async () => {
      const token = await signIn();
      const next = await refresh(fixture, token);
      const before = await reuses();
      aheadMs += 30_001;
      assert.match(String((await refresh(fixture, token)).body["error_description"]), /used before/);
      assert.equal((await refresh(fixture, tokenOf(next))).body["error"], "invalid_grant");
      assert.equal(await reuses(), before + 1);
    });

    it("a repeat by another client is refused and ends nothing", async () => {
      const token = await signIn();
      const next = tokenOf(await refresh(fixture, token));
      const foreign = { grant_type: "refresh_token", refresh_token: token };
      assert.equal((await postToken(fixture, foreign, basic("keeper"))).body["error"], "invalid_grant");
      assert.equal((await refresh(fixture, next)).status, 200);
    });

    it("what was revoked does not come back by a repeat", async () => {
      const token = await signIn();
      const next = tokenOf(await refresh(fixture, token));
      const revocation = new URL("/token/revocation", fixture.issuer);
      await postForm(revocation, { token: next }, basic("app"));
      assert.equal((await refresh(fixture, token)).body["error"], "invalid_grant");
      assert.equal((await refresh(fixture, next)).body["error"], "invalid_grant");
    });

    it("a public client has the same grace", async () => {
      const token = await signIn("spa");
      const request = { grant_type: "refresh_token", refresh_token: token, client_id: "spa" };
      const answers = await Promise.all([1, 2].map(() => postToken(fixture, request, null)));
      assert.equal(new Set(answers.map(tokenOf)).size, 1);
    });

    it("a confidential client that keeps its token gets it back, and never a second one", async () => {
      const token = await signIn("keeper");
      const request = { grant_type: "refresh_token", refresh_token: token };
      for (const _ of [1, 2, 3]) {
        aheadMs += 60_000;
        assert.equal(tokenOf(await postToken(fixture, request, basic("keeper"))), token);
      }
    });

    it("the next token is the same after TTI_SECRETS changed", async () => {
      const token = await signIn();
      const next = tokenOf(await refresh(fixture, token));
      const [fresh, former] = [9, 7].map((byte) => Buffer.alloc(32, byte).toString("base64"));
      const changed = await fixture.startAnother({ TTI_SECRETS: `${fresh},${former}` }, { clock });
      assert.equal(tokenOf(await refresh({ issuer: changed.localUrl }, token)), next);
    });

    it("whoever loses two races to others finds a reuse, which ends the family and stands in the trail", async () => {
      const [fresh, former] = [9, 7].map((byte) => Buffer.alloc(32, byte).toString("base64"));
      const changed = await fixture.startAnother({ TTI_SECRETS: `${fresh},${former}` }, { clock });
      const [key] = changed.keyRing.current().providerJwks as unknown as {
        sign(...words: unknown[]): Promise<unknown>;
      }[];
      assert.ok(key);
      const token = await signIn();
      const before = await reuses();
      let next = "";
      // Each between reading and saving: the successor is another one, then it is used.
      const others = [
        async () => {
          next = tokenOf(await refresh(fixture, token));
        },
        async () => {
          tokenOf(await refresh(fixture, next));
        },
      ];
      const sign = key.sign.bind(key);
      Object.defineProperty(key, "sign", {
        configurable: true,
        value: async (...words: unknown[]) => {
          await others.shift()?.();
          return sign(...words);
        },
      });
      const lost = await refresh({ issuer: changed.localUrl }, token);
      Reflect.deleteProperty(key, "sign");
      assert.deepEqual([lost.status, lost.body["error"], others.length], [400, "invalid_grant", 0]);
      assert.equal(await reuses(), before + 1);
      assert.equal((await refresh(fixture, next)).body["error"], "invalid_grant");
    });

    it("without a grace, of twenty uses exactly one succeeds and the family ends", async () => {
      const strict = await fixture.startAnother({ TTI_REFRESH_GRACE: "0" }, { clock });
      const token = await signIn();
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => refresh({ issuer: strict.localUrl }, token)),
      );
      const winners = answers.filter(({ status }) => status === 200);
      assert.equal(winners.length, 1);
      const rest = await refresh(fixture, winners[0]?.body["refresh_token"]);
      assert.equal(rest.body["error"], "invalid_grant");
    });

    it("each refreshed ID token is in the trail", async () => {
      const { body } = await refresh(fixture, await signIn());
      const { jti } = payloadOf(body["id_token"]);
      const events = await listAuditEvents(fixture.db, { limit: 20 });
      const found = events.find(({ type, details }) => type === "token.issued" && details?.["jti"] === jti);
      assert.deepEqual([found?.tenantId, found?.accountId, found?.clientId], ["acme", accountId, "app"]);
    });
  });
}
