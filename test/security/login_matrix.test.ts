// Class: what a login opens (S1). Every way in × every way to a token × every tenant × every right that may have ended
// meanwhile, on SQLite; on PostgreSQL what can differ there. What each cell must answer is computed by an oracle that
// knows nothing of the code.
//
// The statements are the same text on both stores. What PostgreSQL may do otherwise is to write a row or find it: the
// rows a way in leaves (vouchers, sessions, grants), and the rows an ending changes or leaves behind. The first is
// seen with nothing ended, by every way in; the second where there is most to take away, by the way in that opens every
// tenant. A way in and an ending meet in those rows alone: no statement reads both by another way.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { allowResource } from "../../src/admin/operations/resource_rights.ts";
import { setUserPassword } from "../../src/admin/operations/user_access.ts";
import { listUserSessions, revokeSession } from "../../src/admin/operations/user_sessions.ts";
import { systemClock } from "../../src/clock.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import { createMembership, deleteMembership } from "../../src/provider/tenants/membership_store.ts";
import { saveTenant } from "../../src/provider/tenants/tenant_store.ts";
import { exchange, postToken, signSubject, subjectJwk } from "../provider/grants/mint_support.ts";
import { addHandoffClients, challengeOf, IsvBackEnd, loginUrl } from "../provider/handoff/handoff_support.ts";
import { addApis, introspect, opaqueApi } from "../provider/resources/resource_support.ts";
import {
  authorizationUrl,
  basic,
  getUserinfo,
  type Params,
  redeem,
} from "../provider/support/authorization.ts";
import { deviceLetIn, pollForDevice } from "../provider/support/device.ts";
import {
  addClient,
  addPerson,
  type ProviderFixture,
  password,
  startProvider,
} from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { type StoreKind, storeKinds } from "../support/databases.ts";
import { copyStore } from "../support/store_copy.ts";

const api = { identifier: opaqueApi };
const tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const email = "person@corp.example";

/** Three customers of the same person: one takes either login, one the ISV's only, one passwords only. */
const tenants = ["ext", "globex", "acme"] as const;
type TenantId = (typeof tenants)[number];

const waysIn = [
  "password",
  "handoff for ext",
  "handoff for globex",
  "both handoffs in turn",
  "password, then handoff for globex",
  "the back end's word, no browser",
  "a session of before logins were recorded",
] as const;
type WayIn = (typeof waysIn)[number];

const waysToToken = [
  "sign-in",
  "prompt=none",
  "single sign-on",
  "code",
  "device code",
  "refresh",
  "own access token",
  "own refresh token",
  "userinfo",
  "introspection",
  "assertion",
  "jwt-bearer",
  "search",
  "account page",
] as const;
type WayToToken = (typeof waysToToken)[number];

/** Each ends for ext alone, or for the person altogether. */
const endings = [
  "nothing",
  "membership of ext",
  "membership of ext, which began again",
  "tenant ext",
  "domain at ext",
  "ext asks for a second factor",
  "account",
  "password",
  "session",
  "session, by an operator",
] as const;
type Ending = (typeof endings)[number];

// The oracle.
const vouched: Record<WayIn, readonly TenantId[]> = {
  password: ["ext", "acme"],
  "handoff for ext": ["ext"],
  "handoff for globex": ["globex"],
  "both handoffs in turn": ["ext", "globex"],
  "password, then handoff for globex": ["ext", "globex", "acme"],
  "the back end's word, no browser": [],
  "a session of before logins were recorded": [],
};

function mustOpen(wayIn: WayIn, way: WayToToken, tenant: TenantId, ending: Ending): boolean {
  if (!vouched[wayIn].includes(tenant)) return false;
  if (/^(account|password|session)/.test(ending)) return false;
  if (tenant !== "ext" || ending === "nothing") return true;
  switch (ending) {
    case "tenant ext":
    case "ext asks for a second factor":
      return false;
    case "domain at ext":
      // The account page makes no token.
      return way === "account page";
    case "membership of ext":
    case "membership of ext, which began again":
      // Whatever login the person is there by is of before the membership ended: it speaks for no later one, neither of
      // an operator's making nor of the ISV's.
      return false;
    default:
      return true;
  }
}

/** The endings tried after a way in. */
function endingsAfter(wayIn: WayIn, kind: StoreKind): readonly Ending[] {
  const opensAll = vouched[wayIn].length === tenants.length;
  return kind === "sqlite" || opensAll ? endings : ["nothing"];
}

interface Held {
  /** One that is fresh when the right ends: it lives a minute. */
  code?: string | undefined;
  /** A device's, that was let in and has not polled. */
  deviceCode: string;
  accessToken: unknown;
  refreshToken: unknown;
  /** An opaque access token for an API of the ISV's. */
  apiToken: unknown;
}

const nothing: Held = { deviceCode: "none", accessToken: "none", refreshToken: "none", apiToken: "none" };

for (const kind of storeKinds) {
  describe(`what a login opens, on ${kind}`, () => {
    let fixture: ProviderFixture;
    let isv: IsvBackEnd;
    let accountId: string;
    let searchToken: string;
    let putBack: () => Promise<void>;
    let cells = 0;

    before(async () => {
      const environment = { TTI_LOGIN_URL: loginUrl, TTI_REQUIRE_VERIFIED_DOMAIN: "on" };
      fixture = await startProvider({ kind, environment });
      const { db, issuer } = fixture;
      accountId = (await addPerson(db, { email, tenants })).id;
      await saveTenant(db, "ext", { loginMethod: "both" }, new Date());
      await saveTenant(db, "globex", { loginMethod: "handoff" }, new Date());
      await proveDomain([...tenants]);
      await addHandoffClients(fixture, ["*"]);
      await addClient(db, { client_id: "tti-demo" });
      const grants = [
        ...["authorization_code", "refresh_token", tokenExchange, jwtBearer],
        "urn:ietf:params:oauth:grant-type:device_code",
      ];
      const operator = await addApis(fixture);
      for (const tenant of tenants) {
        await addClient(db, { client_id: `app-${tenant}`, grant_types: grants, mint_tenants: ["*"] });
        await allowResource(operator, { ...api, clientId: `app-${tenant}`, scopes: ["read"] });
        await addClient(db, { client_id: `other-${tenant}` });
      }
      const keys = { keys: [subjectJwk as never] };
      await addClient(db, { client_id: "back-end", grant_types: grants, mint_tenants: ["*"], jwks: keys });
      await addClient(db, {
        client_id: "searcher",
        grant_types: ["client_credentials"],
        response_types: [],
        redirect_uris: [],
        scope: "tti:search",
        search_tenants: ["*"],
      });
      const granted = await postToken(
        issuer,
        { grant_type: "client_credentials", scope: "tti:search" },
        "searcher",
      );
      searchToken = String(granted.body["access_token"]);
      putBack = await copyStore(db);
    });
    after(() => fixture.close());

    const proveDomain = async (ids: string[]) => {
      const proven = { challenge: "c", verified_at_ms: 1, shared_at_ms: 1, created_at_ms: 1 };
      for (const tenant_id of ids)
        await fixture.db("tenant_domains").insert({ tenant_id, domain: "corp.example", ...proven });
    };

    async function enter(agent: UserAgent, wayIn: WayIn): Promise<void> {
      const byPassword = async () => {
        const page = await agent.follow(authorizationUrl(fixture, { tenant: "acme" }));
        await agent.submit(page, { email, password }, "/login");
      };
      const byHandoff = async (tenant: string) => {
        const challenge = await challengeOf(agent, fixture, { tenant });
        await agent.follow(await isv.accept(challenge, { subject: accountId, tenant }));
      };
      switch (wayIn) {
        case "password":
          return byPassword();
        case "handoff for ext":
          return byHandoff("ext");
        case "handoff for globex":
          return byHandoff("globex");
        case "both handoffs in turn":
          await byHandoff("ext");
          return byHandoff("globex");
        case "password, then handoff for globex":
          await byPassword();
          return byHandoff("globex");
        case "the back end's word, no browser":
          return;
        case "a session of before logins were recorded":
          await byPassword();
          await fixture.db("session_vouchers").delete();
      }
    }

    const silent = async (
      agent: UserAgent,
      tenant: TenantId,
      client_id: string,
      prompt = "none",
      more: Params = {},
    ) => {
      const url = authorizationUrl(fixture, { tenant, client_id, prompt, ...more });
      return (await agent.follow(url)).url.searchParams.get("code") ?? undefined;
    };

    async function hold(agent: UserAgent, tenant: TenantId): Promise<Held | undefined> {
      const client = `app-${tenant}`;
      const first = await silent(agent, tenant, client);
      if (first === undefined) return undefined;
      const { body } = await redeem(fixture, first, {}, basic(client));
      const atApi = { scope: "openid read", resource: api.identifier };
      const forApi = (await silent(agent, tenant, client, "none", atApi)) ?? "none";
      const apiToken = (await redeem(fixture, forApi, {}, basic(client))).body["access_token"];
      const deviceCode = await deviceLetIn(agent, fixture, client, { tenant });
      return {
        deviceCode,
        accessToken: body["access_token"],
        refreshToken: body["refresh_token"],
        apiToken,
      };
    }

    const operator = () => ({
      db: fixture.db,
      clock: systemClock,
      actor: "operator",
      may: () => true,
      passwords: createPasswords(),
    });

    async function end(agent: UserAgent, ending: Ending): Promise<void> {
      const { db } = fixture;
      switch (ending) {
        case "nothing":
          return;
        case "membership of ext":
          await deleteMembership(db, "ext", accountId, new Date());
          return;
        case "membership of ext, which began again":
          await deleteMembership(db, "ext", accountId, new Date());
          await createMembership(db, { tenantId: "ext", accountId, role: "member" }, new Date());
          return;
        case "tenant ext":
          await db("tenants").where({ id: "ext" }).update({ disabled_at_ms: 1 });
          return;
        case "domain at ext":
          await db("tenant_domains").where({ tenant_id: "ext" }).delete();
          return;
        case "ext asks for a second factor":
          await saveTenant(db, "ext", { requiredFactor: "any" }, new Date());
          return;
        case "account":
          await db("accounts").where({ id: accountId }).update({ disabled_at_ms: 1 });
          return;
        case "password": {
          await setUserPassword(operator(), { user: email, password });
          return;
        }
        case "session, by an operator": {
          const { sessions } = await listUserSessions(operator(), { user: email });
          for (const { id } of sessions) await revokeSession(operator(), { session: id });
          return;
        }
        case "session": {
          const question = await agent.follow(new URL("/session/end", fixture.issuer));
          if (/\/confirm"/.test(question.text)) await agent.submit(question, { logout: "yes" }, "/confirm");
        }
      }
    }

    async function opens(agent: UserAgent, way: WayToToken, tenant: TenantId, held: Held): Promise<boolean> {
      const { issuer } = fixture;
      const client = `app-${tenant}`;
      const ok = async (answer: Promise<{ status: number; body: Record<string, unknown> }>) => {
        const { status, body } = await answer;
        const token = String(body["id_token"] ?? body["access_token"]);
        if (status !== 200) return false;
        const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
        assert.equal(claims.tenant_id, tenant, "a token for another tenant than was asked for");
        return true;
      };
      const assertion = () => signSubject(issuer, { sub: accountId, tenant });
      const own = (token: unknown, type: string) =>
        exchange(
          issuer,
          String(token),
          { subject_token_type: `urn:ietf:params:oauth:token-type:${type}` },
          client,
        );
      switch (way) {
        case "sign-in":
          return (await silent(agent, tenant, client, "")) !== undefined;
        case "prompt=none":
          return (await silent(agent, tenant, client)) !== undefined;
        case "single sign-on":
          return (await silent(agent, tenant, `other-${tenant}`)) !== undefined;
        case "code":
          return ok(redeem(fixture, held.code ?? "none", {}, basic(client)));
        case "device code":
          return ok(pollForDevice(fixture, client, held.deviceCode));
        case "refresh": {
          const params = { grant_type: "refresh_token", refresh_token: String(held.refreshToken) };
          return ok(postToken(issuer, params, client));
        }
        case "own access token":
          return ok(own(held.accessToken, "access_token"));
        case "own refresh token":
          return ok(own(held.refreshToken, "refresh_token"));
        case "userinfo":
          return (await getUserinfo(fixture, held.accessToken)).status === 200;
        case "introspection": {
          const { body } = await introspect(fixture, held.apiToken);
          if (body["active"] === true) assert.equal(body["tenant_id"], tenant);
          return body["active"] === true;
        }
        case "assertion":
          return ok(exchange(issuer, await assertion()));
        case "jwt-bearer":
          return ok(postToken(issuer, { grant_type: jwtBearer, assertion: await assertion() }));
        case "search": {
          const response = await fetch(`${fixture.server.adminUrl}/v1/tenants/${tenant}/search`, {
            method: "POST",
            headers: { authorization: `Bearer ${searchToken}`, "content-type": "application/json" },
            body: JSON.stringify({ user: accountId, query: "q" }),
          });
          // Who may be searched for meets the next question: which data accessor.
          return ((await response.json()) as { error: string }).error === "accessor_not_found";
        }
        case "account page": {
          // One that is shut to the login stands there by its name with the reason; what back ends may do there does not.
          const { text } = await agent.visit(`${issuer}/account`);
          const [, told = ""] = text.split(`<strong>Tenant ${tenant}</strong>`);
          return told.split("</li>", 1)[0]?.includes('class="muted small"') ?? false;
        }
      }
    }

    // What uses something up or brings a member back comes last.
    const order: readonly WayToToken[] = [
      "own access token",
      "own refresh token",
      "userinfo",
      "introspection",
      "search",
      "account page",
      "sign-in",
      "prompt=none",
      "single sign-on",
      "code",
      "device code",
      "refresh",
      "assertion",
      "jwt-bearer",
    ];

    for (const wayIn of waysIn) {
      test(`by ${wayIn}`, async () => {
        const wrong: string[] = [];
        isv = new IsvBackEnd(fixture);
        const browser = new UserAgent();
        await enter(browser, wayIn);
        const got = new Map<TenantId, Held | undefined>();
        for (const tenant of tenants) got.set(tenant, await hold(browser, tenant));
        // Each ending meets the same login, and what was got by it.
        const letInAgain = await copyStore(fixture.db);
        for (const ending of endingsAfter(wayIn, kind)) {
          await letInAgain();
          const agent = browser.at(fixture.server);
          const held = new Map<TenantId, Held>();
          for (const tenant of tenants) {
            const mine = got.get(tenant);
            const code = mine && (await silent(agent, tenant, `app-${tenant}`));
            held.set(tenant, mine === undefined ? nothing : { ...mine, code });
          }
          await end(agent, ending);
          for (const way of order) {
            for (const tenant of tenants) {
              const expected = mustOpen(wayIn, way, tenant, ending);
              const opened = await opens(agent, way, tenant, held.get(tenant) ?? nothing);
              if (opened !== expected)
                wrong.push(`${ending} ended: ${way} for ${tenant} ${opened ? "opens" : "does not open"}`);
              cells += 1;
            }
          }
        }
        await putBack();
        assert.deepEqual(wrong, []);
      });
    }

    test("no cell was left out", () => {
      const rows = waysIn.flatMap((wayIn) => endingsAfter(wayIn, kind)).length;
      assert.equal(
        rows,
        kind === "sqlite" ? waysIn.length * endings.length : endings.length + waysIn.length - 1,
      );
      assert.equal(cells, rows * waysToToken.length * tenants.length);
      assert.equal(cells, kind === "sqlite" ? 2_940 : 672);
      assert.deepEqual([...order].sort(), [...waysToToken].sort());
    });
  });
}
