// Class: a login the ISV vouched for that outlives the end of who vouched (S2). Every place in which such a login waits or
// lives × every end of the client that vouched and of the tenant, asked at another instance, on both stores. What ended
// must not come back, neither from a row that was deleted nor from a carrier that nobody deletes.
//
// Every cell on SQLite. PostgreSQL has the same statements, so by day each end meets a third of the places there, the next
// end another third, and each place meets ends of both kinds; a night tries every cell of both.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deleteClient, disableClient, enableClient } from "../../src/admin/operations/client_access.ts";
import { rotateClientSecret } from "../../src/admin/operations/client_secrets.ts";
import type { OperationContext } from "../../src/admin/operations/operation.ts";
import { disableTenant, enableTenant } from "../../src/admin/operations/tenant_access.ts";
import { listAuditEvents } from "../../src/audit/audit_store.ts";
import { systemClock } from "../../src/clock.ts";
import { acceptHandoff } from "../../src/provider/handoff/login_handoff.ts";
import type { RunningServer } from "../../src/running_server.ts";
import { addMintingClients, exchange, setTenant } from "../provider/grants/mint_support.ts";
import {
  addIsvClient,
  challengeOf,
  IsvBackEnd,
  loginUrl,
  redeem,
} from "../provider/handoff/handoff_support.ts";
import { getUserinfo, postToken } from "../provider/support/authorization.ts";
import { addClient, addPerson, redirectUri, useProvider } from "../provider/support/provider_fixture.ts";
import { formsOf, UserAgent, type Visit } from "../provider/support/user_agent.ts";
import { atNight } from "../support/at_night.ts";
import { cliContext } from "../support/cli_context.ts";
import { storeKinds } from "../support/databases.ts";

const tenant = "ext";

/** Where a login is when the end comes. */
const carriers = [
  "an answer nobody came back with",
  "an answer that was redeemed, and waits",
  "an open consent page",
  "a code",
  "an access token",
  "a refresh token",
  "a refresh token as subject token",
  "a browser session",
  "the account page",
] as const;
type Carrier = (typeof carriers)[number];

const endings = [
  "nothing",
  "another secret of the client",
  "another client disabled",
  "client disabled",
  "client disabled, enabled",
  "client deleted",
  "client deleted, registered anew",
  "tenant disabled",
  "tenant disabled, enabled",
  "client disabled, tenant disabled and enabled",
] as const;
type Ending = (typeof endings)[number];

// The oracle. A secret proves the client; what it vouched for was true.
const leavesOpen: readonly Ending[] = ["nothing", "another secret of the client", "another client disabled"];

for (const kind of storeKinds) {
  describe(`a login on its way, on ${kind}`, () => {
    let other: RunningServer;
    let context: OperationContext;
    let made = 0;
    let cells = 0;
    const isWhole = atNight || kind === "sqlite";
    const environment = { TTI_LOGIN_URL: loginUrl };
    const fixture = useProvider({ kind, environment }, async () => {
      other = await fixture.startAnother(environment);
      const { db } = fixture;
      context = cliContext(db);
      await addPerson(db, { email: "nobody@there.example", tenants: [tenant] });
      await setTenant(db, tenant, { loginMethod: "handoff", presencePolicy: { name: "within", hours: 12 } });
      await addMintingClients(db, ["*"]);
      const grants = [
        "authorization_code",
        "refresh_token",
        "urn:ietf:params:oauth:grant-type:token-exchange",
      ];
      await addClient(db, { client_id: "app", grant_types: grants, mint_tenants: ["*"] });
      await addClient(db, { client_id: "third", first_party: false });
      for (const id of ["bystander", "standing"]) await addIsvClient(fixture, id, ["*"]);
    });

    const got = (visit: Visit) => visit.url.searchParams.has("code");
    const elsewhere = () => ({ issuer: other.localUrl });
    const authorization = (params: Record<string, string>) => {
      const url = new URL("/auth", fixture.issuer);
      url.search = new URLSearchParams({
        ...{ client_id: "app", response_type: "code", scope: "openid" },
        redirect_uri: redirectUri,
        code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        ...{ code_challenge_method: "S256", tenant, ...params },
      }).toString();
      return url;
    };

    /** Brings a login as far as a carrier; what it returns tells whether that opens something by now. */
    async function bring(isv: IsvBackEnd, carrier: Carrier): Promise<() => Promise<boolean>> {
      made += 1;
      const login = { subject: `vip-${made}`, tenant, email: `vip${made}@ext.example` };
      const agent = new UserAgent();
      const offline = { tenant, scope: "openid offline_access", prompt: "consent" };
      const params = carrier === "an open consent page" ? { tenant, client_id: "third" } : offline;
      const back = new URL(await isv.accept(await challengeOf(agent, fixture, params), login));
      if (carrier === "an answer nobody came back with")
        return async () => got(await agent.at(other).follow(back));
      if (carrier === "an answer that was redeemed, and waits") {
        const redeemed = await agent.visit(back);
        const resume = new URL(redeemed.headers.get("location") ?? "", redeemed.url);
        assert.match(resume.pathname, /^\/auth\//);
        return async () => {
          const browser = agent.at(other);
          const opened = got(await browser.follow(resume));
          const signedIn = (await browser.follow(new URL("/account", fixture.issuer))).status === 200;
          const trail = await listAuditEvents(fixture.db, {
            subject: { accountId: login.subject, loginHashes: [] },
          });
          const recorded = trail.some(({ type }) => type === "sign_in.succeeded");
          assert.deepEqual(
            [signedIn, recorded],
            [opened, opened],
            "the session, or the trail, tells another story",
          );
          return opened;
        };
      }
      const arrived = await agent.follow(back);
      if (carrier === "an open consent page") {
        const form = formsOf(arrived).find(({ action }) => action.endsWith("/consent"));
        assert.ok(form, arrived.text);
        const body = new URLSearchParams([...form.fields, ["decision", "allow"]]);
        return async () => {
          const browser = agent.at(other);
          const opened = got(
            await browser.follow(new URL(form.action, arrived.url), { method: "POST", body }),
          );
          const signedIn = (await browser.follow(new URL("/account", fixture.issuer))).status === 200;
          assert.equal(signedIn, opened, "the session tells another story");
          return opened;
        };
      }
      assert.ok(got(arrived), arrived.text);
      const at = { ...fixture, issuer: other.localUrl };
      if (carrier === "a code") return async () => "id_token" in (await redeem(at, arrived));
      const { access_token, refresh_token } = await redeem(fixture, arrived);
      assert.ok(access_token && refresh_token);
      switch (carrier) {
        case "an access token":
          return async () => (await getUserinfo(elsewhere(), access_token)).status === 200;
        case "a refresh token": {
          const params = { grant_type: "refresh_token", refresh_token: String(refresh_token) };
          return async () => (await postToken(elsewhere(), params)).status === 200;
        }
        case "a refresh token as subject token": {
          const type = { subject_token_type: "urn:ietf:params:oauth:token-type:refresh_token" };
          const asked = () => exchange(other.localUrl, String(refresh_token), type, "app");
          return async () => (await asked()).status === 200;
        }
        case "a browser session":
          return async () => got(await agent.at(other).follow(authorization({ prompt: "none" })));
        case "the account page": {
          const page = new URL("/account", fixture.issuer);
          return async () => (await agent.at(other).follow(page)).status === 200;
        }
      }
    }

    async function end(clientId: string, ending: Ending): Promise<void> {
      const reopenTenant = async () => {
        await disableTenant(context, { id: tenant });
        await enableTenant(context, { id: tenant });
      };
      switch (ending) {
        case "nothing":
          return;
        case "another secret of the client":
          await rotateClientSecret(context, { clientId });
          return;
        case "another client disabled":
          await disableClient(context, { clientId: "bystander" });
          return;
        case "client disabled":
          await disableClient(context, { clientId });
          return;
        case "client disabled, enabled":
          await disableClient(context, { clientId });
          await enableClient(context, { clientId });
          return;
        case "client deleted":
          await deleteClient(context, { clientId });
          return;
        case "client deleted, registered anew":
          await deleteClient(context, { clientId });
          await addIsvClient(fixture, clientId, ["*"]);
          return;
        case "tenant disabled":
          await disableTenant(context, { id: tenant });
          return;
        case "tenant disabled, enabled":
          return reopenTenant();
        case "client disabled, tenant disabled and enabled":
          await disableClient(context, { clientId });
          return reopenTenant();
      }
    }

    endings.forEach((ending, number) => {
      test(`${ending}: what was vouched for before ${leavesOpen.includes(ending) ? "opens" : "opens nothing"}`, async () => {
        const clientId = `isv-${number}`;
        await addIsvClient(fixture, clientId, ["*"]);
        const isv = new IsvBackEnd(fixture, clientId);
        const held = new Map<Carrier, () => Promise<boolean>>();
        const tried = carriers.filter((_, place) => isWhole || place % 3 === number % 3);
        for (const carrier of tried) held.set(carrier, await bring(isv, carrier));
        await end(clientId, ending);
        const wrong: string[] = [];
        for (const [carrier, opens] of held) {
          if ((await opens()) !== leavesOpen.includes(ending)) wrong.push(carrier);
          cells += 1;
        }
        if (ending === "tenant disabled") await enableTenant(context, { id: tenant });
        // Once what ended it is over, the next login opens, and nothing of before does.
        const next = new IsvBackEnd(fixture, "standing");
        assert.equal(await (await bring(next, "a code"))(), true);
        if (ending === "client disabled") await enableClient(context, { clientId });
        for (const carrier of ["a refresh token", "a browser session"] as const) {
          if (!leavesOpen.includes(ending) && (await held.get(carrier)?.()))
            wrong.push(`${carrier}, afterwards`);
        }
        assert.deepEqual(wrong, []);
      });
    });

    test("an ended login that is redeemed late does not replace one that stands", async () => {
      await addIsvClient(fixture, "late", ["*"]);
      const late = new IsvBackEnd(fixture, "late");
      const agent = new UserAgent();
      const login = { subject: "vip-late", tenant, email: "late@ext.example", auth_time: 1_700_000_000 };
      await agent.follow(
        await new IsvBackEnd(fixture, "standing").accept(await challengeOf(agent, fixture), login),
      );
      const challenge = await challengeOf(agent, fixture, { prompt: "login" });
      const fresh = { ...login, auth_time: Math.floor(Date.now() / 1000) };
      const redeemed = await agent.visit(await late.accept(challenge, fresh));
      await disableTenant(context, { id: tenant });
      await enableTenant(context, { id: tenant });
      const standing = new IsvBackEnd(fixture, "standing");
      const again = await challengeOf(agent, fixture, { tenant_hint: tenant });
      await agent.follow(await standing.accept(again, login));
      assert.ok(got(await agent.follow(authorization({ prompt: "none" }))));
      await agent.visit(new URL(redeemed.headers.get("location") ?? "", redeemed.url));
      assert.ok(got(await agent.follow(authorization({ prompt: "none" }))), "the login that stands is gone");
    });

    test("an answer by a token that ended while it was given vouches for nobody", async () => {
      const challenge = await challengeOf(new UserAgent(), fixture, { tenant });
      const { db, issuer } = fixture;
      const deps = { db, clock: systemClock, issuer, requireVerifiedDomain: false };
      const login = { subject: "vip-ended", tenant, email: "ended@ext.example", name: undefined };
      const given = { ...login, authTime: Math.floor(Date.now() / 1000), amr: [] };
      const actor = {
        clientId: "standing",
        tokenHash: "of a token that was",
        mayActFor: () => true,
        still: async () => {},
      };
      await assert.rejects(acceptHandoff(deps, challenge, given, actor), { code: "unauthenticated" });
      assert.deepEqual(await db("accounts").where("id", "vip-ended"), []);
      assert.ok(await new IsvBackEnd(fixture, "standing").accept(challenge, login));
    });

    test("no cell was left out", () => {
      assert.equal(carriers.length * endings.length, 90);
      assert.equal(cells, isWhole ? 90 : 30);
    });
  });
}
