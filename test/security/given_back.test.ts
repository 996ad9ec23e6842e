// Class: what was taken from a client by a change of its registration, and comes back with the right (S2): what nobody
// agreed to, what somebody agreed to while it could do it, and a login that waits in a sign-in under way. On both stores,
// asked at another instance than the one that gave it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { updateClient } from "../../src/admin/operations/client_update.ts";
import type { OperationContext } from "../../src/admin/operations/operation.ts";
import { hasOfflineConsent, saveOfflineConsent } from "../../src/provider/presence/offline_consent_store.ts";
import type { RunningServer } from "../../src/running_server.ts";
import {
  addMintingClients,
  backEndId,
  exchange,
  setTenant,
  signSubject,
} from "../provider/grants/mint_support.ts";
import {
  addIsvClient,
  challengeOf,
  IsvBackEnd,
  isvId,
  loginUrl,
} from "../provider/handoff/handoff_support.ts";
import { authorizationUrl, basic, codeOf, postToken, redeem } from "../provider/support/authorization.ts";
import { addClient, addPerson, signInAt, useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { storeKinds } from "../support/databases.ts";

for (const kind of storeKinds) {
  describe(`given back, on ${kind}`, () => {
    let other: RunningServer;
    let context: OperationContext;
    let accountId: string;
    const fixture = useProvider({ kind, environment: { TTI_LOGIN_URL: loginUrl } }, async () => {
      other = await fixture.startAnother({ TTI_LOGIN_URL: loginUrl });
      context = cliContext(fixture.db);
      await addMintingClients(fixture.db);
      await addClient(fixture.db, { client_id: "app" });
      await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
      await addPerson(fixture.db, { email: "eve@ext.example", tenants: ["ext"] });
      const ann = await fixture.db("accounts").where("email", "ann@acme.example").first("id");
      accountId = ann.id;
      await setTenant(fixture.db, "acme", { presencePolicy: { name: "offline" } });
      await setTenant(fixture.db, "ext", { loginMethod: "both" });
    });
    const elsewhere = () => ({ issuer: other.localUrl });

    test("what the ISV's own client was let do without asking is nobody's consent once it is a third party's", async () => {
      const clientId = "own";
      await addClient(fixture.db, { client_id: clientId });
      const agent = new UserAgent();
      const url = authorizationUrl(fixture, { client_id: clientId, tenant: "acme" });
      const first = await signInAt(agent, url, "ann@acme.example");
      const { body } = await redeem(fixture, codeOf(first), {}, basic(clientId));
      const codes = [codeOf(await agent.follow(url)), codeOf(await agent.follow(url))];

      const { ended } = await updateClient(context, { clientId, firstParty: false });
      assert.ok(ended.grants > 0 && ended.tokens > 0, JSON.stringify(ended));
      const refresh = { grant_type: "refresh_token", refresh_token: String(body["refresh_token"]) };
      const refreshed = async () => (await postToken(elsewhere(), refresh, basic(clientId))).body["error"];
      const redeemed = async (at = 0) =>
        (await redeem(elsewhere(), codes[at] ?? "", {}, basic(clientId))).body["error"];
      assert.deepEqual([await refreshed(), await redeemed()], ["invalid_grant", "invalid_grant"]);
      const asked = await agent.follow(url);
      assert.equal(asked.url.origin, fixture.issuer, "the person is asked");
      assert.match(asked.text, /\/consent"/);
      const silent = await agent.follow(
        authorizationUrl(fixture, { client_id: clientId, tenant: "acme", prompt: "none" }),
      );
      assert.equal(silent.url.searchParams.get("error"), "consent_required");

      await updateClient(context, { clientId, firstParty: true });
      assert.deepEqual([await refreshed(), await redeemed(1)], ["invalid_grant", "invalid_grant"]);
    });

    for (const [what, less, again] of [
      ["the tenant", { mintTenants: ["globex"] }, { mintTenants: ["acme", "globex"] }],
      [
        "the purpose",
        { purposes: ["login"] },
        { purposes: ["login", "mint"], mintTenants: ["acme", "globex"] },
      ],
      ["all but another tenant", { mintTenants: ["globex"] }, { mintTenants: ["*"] }],
    ] as const) {
      test(`whoever agreed to be acted for is asked anew when ${what} was taken`, async () => {
        const clientId = backEndId;
        const key = { tenantId: "acme", accountId, clientId };
        const mints = async () =>
          (await exchange(other.localUrl, await signSubject(fixture.issuer, { sub: accountId }))).status ===
          200;
        await saveOfflineConsent(fixture.db, key, new Date());
        await saveOfflineConsent(fixture.db, { ...key, tenantId: "globex" }, new Date());
        assert.equal(await mints(), true);
        const kept = await fixture.db("offline_consents").where({ client_id: clientId, tenant_id: "acme" });

        const { ended } = await updateClient(context, { clientId, ...less } as never);
        assert.equal(ended.consents, what === "the purpose" ? 2 : 1);
        assert.equal(await mints(), false);
        assert.equal(
          await hasOfflineConsent(fixture.db, { ...key, tenantId: "globex" }),
          what !== "the purpose",
        );
        // A form that was sent meanwhile is written late.
        await fixture.db("offline_consents").where({ client_id: clientId, tenant_id: "acme" }).delete();
        await fixture.db("offline_consents").insert(kept);
        await updateClient(context, { clientId, ...again } as never);
        assert.equal(await mints(), false);
        await saveOfflineConsent(fixture.db, key, new Date());
        assert.equal(await mints(), true);
      });
    }

    test("a login the ISV vouched for, waiting in a sign-in under way, is none when the tenant is given back", async () => {
      await addIsvClient(fixture, isvId, ["ext", "acme"]);
      const eve = await fixture.db("accounts").where("email", "eve@ext.example").first("id");
      const waiting = async () => {
        const agent = new UserAgent();
        const challenge = await challengeOf(agent, fixture, { tenant: "ext" });
        const back = await new IsvBackEnd(fixture).accept(challenge, { subject: eve.id, tenant: "ext" });
        const answer = await agent.visit(back);
        return { agent, url: new URL(answer.headers.get("location") ?? "", answer.url) };
      };
      const [goes, stops] = [await waiting(), await waiting()];
      assert.ok((await goes.agent.follow(goes.url)).url.searchParams.has("code"));
      await updateClient(context, { clientId: isvId, handoffTenants: ["acme"] });
      await updateClient(context, { clientId: isvId, handoffTenants: ["acme", "ext"] });
      const stopped = await stops.agent.follow(stops.url);
      assert.equal(stopped.url.searchParams.has("code"), false);
    });
  });
}
