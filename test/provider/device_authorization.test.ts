// Device authorization (RFC 8628), for the clients that have it turned on and for no other: a device without a browser
// shows a code, a person types it elsewhere, the device gets tokens as by any sign-in. Asked, typed, gone on and polled at
// two instances, on both stores.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as oauth from "oauth4webapi";
import { disableClient, enableClient } from "../../src/admin/operations/client_access.ts";
import { updateClient } from "../../src/admin/operations/client_update.ts";
import { removeMember } from "../../src/admin/operations/members.ts";
import type { OperationContext } from "../../src/admin/operations/operation.ts";
import { allowResource } from "../../src/admin/operations/resource_rights.ts";
import { disableTenant } from "../../src/admin/operations/tenant_access.ts";
import { disableUser, signUserOut } from "../../src/admin/operations/user_access.ts";
import { listAuditEvents } from "../../src/audit/audit_store.ts";
import { systemClock } from "../../src/clock.ts";
import { grantTypes } from "../../src/grants_and_scopes.ts";
import type { RunningServer } from "../../src/running_server.ts";
import { cliContext } from "../support/cli_context.ts";
import { storesOfToday } from "../support/stores_of_today.ts";
import { addApis, introspect, opaqueApi } from "./resources/resource_support.ts";
import {
  getUserinfo,
  type JsonAnswer,
  type Params,
  payloadOf,
  postForm,
  refresh,
} from "./support/authorization.ts";
import { addClient, addPerson, password, useProvider } from "./support/provider_fixture.ts";
import { formsOf, UserAgent, type Visit } from "./support/user_agent.ts";

const email = "ann@acme.example";
const device = {
  token_endpoint_auth_method: "none",
  grant_types: [grantTypes.deviceCode, grantTypes.refreshToken],
  response_types: [],
  redirect_uris: [],
} as const;
const registration = () => structuredClone(device) as never as object;

interface Asked {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  expires_in: number;
}

for (const kind of storesOfToday(import.meta.url)) {
  describe(`device authorization, on ${kind}`, () => {
    let other: RunningServer;
    let context: OperationContext;
    let made = 0;
    let aheadMs = 0;
    const clock = () => new Date(systemClock().getTime() + aheadMs);
    const fixture = useProvider({ kind, clock, writesMeanwhile: true }, async () => {
      other = await fixture.startAnother({}, { clock });
      context = cliContext(fixture.db);
      await addPerson(fixture.db, { email, tenants: ["acme"] });
      await addPerson(fixture.db, { email: "both@x.example", tenants: ["acme", "bolt"] });
      await addClient(fixture.db, { client_id: "tv", client_name: "TV <b>", ...registration() });
      await addClient(fixture.db, { client_id: "third", first_party: false, ...registration() });
      await addClient(fixture.db, { client_id: "plain", token_endpoint_auth_method: "none" });
      await addApis(fixture);
    });

    const ask = (params: Params = {}): Promise<JsonAnswer> =>
      postForm(new URL("/device-authorization", fixture.issuer), {
        client_id: "tv",
        scope: "openid email profile",
        ...params,
      });
    const asked = async (params: Params = {}): Promise<Asked> => {
      const { status, body } = await ask(params);
      assert.equal(status, 200, JSON.stringify(body));
      return body as never as Asked;
    };
    const poll = (code: string, client_id = "tv", issuer = other.localUrl): Promise<JsonAnswer> =>
      postForm(new URL("/token", issuer), {
        grant_type: grantTypes.deviceCode,
        device_code: code,
        client_id,
      });
    /** Time for another poll. */
    const wait = () => {
      aheadMs += 5_000;
    };
    const type = async (agent: UserAgent, userCode: string): Promise<Visit> =>
      agent.submit(
        await agent.follow(new URL("/device", fixture.issuer)),
        { user_code: userCode },
        "/device",
      );
    const goOn = (agent: UserAgent, page: Visit) => agent.submit(page, { confirm: "yes" }, "/device");
    const signIn = (agent: UserAgent, page: Visit, who = email) =>
      agent.submit(page, { email: who, password }, "/login");
    const isDone = ({ text }: Visit) => /<h1>Device connected</.test(text);

    /** Lets a device in, from its code to the end at the browser. */
    async function letIn({ user_code }: Asked, agent = new UserAgent()): Promise<Visit> {
      const typed = await type(agent, user_code);
      const page = /<h1>Sign in on a device/.test(typed.text) ? await goOn(agent, typed) : typed;
      return /<h1>Sign in</.test(page.text) ? signIn(agent, page) : page;
    }
    const newClient = async (): Promise<string> => {
      made += 1;
      await addClient(fixture.db, { client_id: `tv${made}`, ...registration() });
      return `tv${made}`;
    };

    test("a person types the code, is asked whether they began it, signs in; the device gets tokens, once", async () => {
      const one = await asked({ scope: "openid email profile" });
      assert.match(one.user_code, /^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/);
      assert.deepEqual([one.verification_uri, one.expires_in], [`${fixture.issuer}/device`, 600]);
      assert.equal((await poll(one.device_code)).body["error"], "authorization_pending");
      const agent = new UserAgent();
      const confirm = await type(agent, one.user_code.toLowerCase().replace("-", " "));
      assert.match(confirm.text, /TV &lt;b&gt;/);
      assert.ok(confirm.text.includes(one.user_code), "the code is shown, to be compared");
      assert.match(confirm.text, /Go on only if you started this yourself/);
      const end = await signIn(agent, await goOn(agent, confirm));
      assert.ok(isDone(end), end.text);
      const { status, body } = await poll(one.device_code);
      assert.equal(status, 200, JSON.stringify(body));
      const claims = payloadOf(body["id_token"]);
      assert.deepEqual([claims["tenant_id"], claims["email"], claims["aud"]], ["acme", email, "tv"]);
      assert.ok(Number.isInteger(claims["auth_time"]));
      assert.equal((await getUserinfo(fixture, body["access_token"])).body["email"], email);
      const next = await postForm(new URL("/token", fixture.issuer), {
        grant_type: grantTypes.refreshToken,
        refresh_token: String(body["refresh_token"]),
        client_id: "tv",
      });
      assert.equal(next.status, 200, JSON.stringify(next.body));
      const types = (await listAuditEvents(fixture.db, { clientId: "tv" })).map((event) => event.type);
      for (const type of ["sign_in.succeeded", "token.issued"])
        assert.ok(types.includes(type as never), type);
      assert.ok(!types.includes("token.refused"), "to wait is not to be refused");
      const issued = await listAuditEvents(fixture.db, { type: "token.issued", clientId: "tv" });
      assert.equal(issued.at(-1)?.details["by"], "device_code");
      // Once: a second time ends what the first gave.
      assert.equal((await poll(one.device_code)).body["error"], "invalid_grant");
      assert.equal((await getUserinfo(fixture, next.body["access_token"])).status, 401);
      assert.equal((await listAuditEvents(fixture.db, { type: "code.reused", clientId: "tv" })).length, 1);
    });

    test("no code of either kind can be read from the store, and what stands there is none", async () => {
      const one = await asked();
      const whole = JSON.stringify(await fixture.db("oidc_records"));
      for (const secret of [one.device_code, one.user_code, one.user_code.replace("-", "")]) {
        assert.ok(!whole.includes(secret), secret);
      }
      const row = await fixture
        .db("oidc_records")
        .where("model", "DeviceCode")
        .orderBy("expires_at_ms", "desc")
        .first();
      for (const value of [row.id_hash, `stored:${row.id_hash}`]) {
        assert.equal((await poll(value)).body["error"], "invalid_grant");
      }
    });

    test("the address with the code fills it in and sends nothing on; the question is asked all the same", async () => {
      const one = await asked();
      const agent = new UserAgent();
      const page = await agent.follow(new URL(one.verification_uri_complete));
      assert.ok(page.text.includes(`value="${one.user_code}"`));
      assert.doesNotMatch(page.text, /<script/);
      assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'/);
      const confirm = await agent.submit(page, { user_code: one.user_code }, "/device");
      assert.match(confirm.text, /Go on only if you started this yourself/);
      const strange = await agent.follow(new URL("/device?user_code=%22%3E%3Cb%3E", fixture.issuer));
      assert.doesNotMatch(strange.text, /"><b>/);
    });

    test("who cancels denies it; what was decided is decided, and a form from elsewhere decides nothing", async () => {
      const one = await asked();
      const agent = new UserAgent();
      const confirm = await type(agent, one.user_code);
      const stranger = new UserAgent();
      await stranger.follow(new URL("/device", fixture.issuer));
      const forged = new URLSearchParams({ user_code: one.user_code, confirm: "yes", xsrf: "x" });
      const foreign = await stranger.visit(new URL("/device", fixture.issuer), {
        method: "POST",
        body: forged,
      });
      assert.equal(foreign.status, 400);
      const end = await agent.submit(confirm, { abort: "yes" }, "/device");
      assert.match(end.text, /<h1>Cancelled</);
      assert.equal((await poll(one.device_code)).body["error"], "access_denied");
      assert.match((await type(agent, one.user_code)).text, /was used already|no such code/);
    });

    test("a form of another site, or of a neighbouring host, types no code and lets no device in, with the right secret too", async () => {
      const one = await asked();
      const agent = new UserAgent();
      const typing = await agent.follow(new URL("/device", fixture.issuer));
      const confirm = await agent.submit(typing, { user_code: one.user_code }, "/device");
      for (const [page, given] of [
        [typing, { user_code: one.user_code }],
        [confirm, { confirm: "yes" }],
        [confirm, { abort: "yes" }],
      ] as const) {
        const form = formsOf(page).find(({ action }) => action.endsWith("/device"));
        const pairs = [...(form?.fields ?? []), ...Object.entries(given)] as [string, string][];
        assert.ok(pairs.some(([name, value]) => name === "xsrf" && value.length > 10));
        for (const headers of [
          { origin: "https://evil.example" },
          { "sec-fetch-site": "cross-site" },
          { "sec-fetch-site": "same-site", origin: fixture.issuer },
        ] as Record<string, string>[]) {
          for (const path of ["/device", "/Device/"]) {
            const body = new URLSearchParams(pairs);
            const sent = await agent.visit(new URL(path, fixture.issuer), { method: "POST", body, headers });
            assert.equal(sent.status, 403, `${path} ${JSON.stringify(headers)}`);
            assert.match(sent.text, /<code>forbidden/);
          }
        }
      }
      assert.equal((await poll(one.device_code)).body["error"], "authorization_pending");
      const own = { origin: fixture.issuer, "sec-fetch-site": "same-origin" };
      const form = formsOf(confirm).find(({ action }) => action.endsWith("/device"));
      const body = new URLSearchParams([...(form?.fields ?? []), ["confirm", "yes"]]);
      const login = await agent.follow(new URL("/device", fixture.issuer), {
        method: "POST",
        body,
        headers: own,
      });
      assert.match(login.text, /<h1>Sign in</);
    });

    test("a device that one person began to let in is let in by no other, in another browser", async () => {
      const one = await asked();
      const [attacker, victim] = [new UserAgent(), new UserAgent()];
      const login = await goOn(attacker, await type(attacker, one.user_code));
      assert.match(login.text, /<h1>Sign in</);
      // Of a browser that has begun a sign-in of its own; a neighbouring host plants what leads it to where the attacker was.
      await victim.follow(new URL("/account", fixture.issuer));
      for (const [key, value] of attacker.cookies) {
        const [, path = "/", name = ""] = key.split(" ");
        if (!name.endsWith("tti_browser")) victim.plant(fixture.issuer, name, value, path);
      }
      const planted = await victim.follow(login.url);
      assert.equal(planted.status, 400);
      assert.match(planted.text, /This sign-in is over/);
      assert.equal((await poll(one.device_code)).body["error"], "authorization_pending");
    });

    test("a client that has it not is refused; so are a code of another client, an unknown one and an old one", async () => {
      assert.equal((await ask({ client_id: "plain" })).status, 400);
      const one = await asked();
      assert.equal((await poll(one.device_code, "plain")).status, 400);
      assert.equal((await poll(one.device_code, "third")).body["error"], "invalid_grant");
      assert.equal((await poll("unknown")).body["error"], "invalid_grant");
      const typed = await type(new UserAgent(), "BBBB-BBBB");
      assert.equal(typed.status, 400);
      assert.match(typed.text, /There is no such code/);
      await fixture
        .db("oidc_records")
        .where("model", "DeviceCode")
        .update({
          payload: fixture.db.raw(`replace(payload, '"exp":', '"exp":1,"was":')`),
        });
      assert.equal((await poll(one.device_code)).body["error"], "expired_token");
      assert.match((await type(new UserAgent(), one.user_code)).text, /too old/);
    });

    test("in a browser that holds nothing a stale form or address is told, and the page opens anew", async () => {
      const body = new URLSearchParams({ user_code: "CCCC-CCCC", xsrf: "x" });
      for (const page of [
        await new UserAgent().visit(new URL("/device", fixture.issuer), { method: "POST", body }),
        await new UserAgent().visit(new URL("/device/nothing", fixture.issuer)),
      ]) {
        assert.equal(page.status, 400);
        assert.match(page.text, /start again/);
        assert.match(page.text, /<form method="get" action="[^"]*\/device"/);
      }
    });

    test("a device that asks sooner than it may is told to slow down, at whatever instance", async () => {
      const one = await asked();
      const errors: unknown[] = [];
      for (const issuer of [fixture.issuer, other.localUrl, fixture.issuer, other.localUrl]) {
        errors.push((await poll(one.device_code, "tv", issuer)).body["error"]);
      }
      const [wait_, slow] = ["authorization_pending", "slow_down"];
      assert.deepEqual(errors, [wait_, wait_, slow, slow]);
      wait();
      assert.equal((await poll(one.device_code)).body["error"], "authorization_pending");
      await letIn(one);
      assert.equal((await poll(one.device_code)).status, 200, "who is let in is answered at once");
    });

    test("a third party's device asks for consent, and of several organizations one is chosen", async () => {
      const one = await asked({ client_id: "third", scope: "openid email" });
      const agent = new UserAgent();
      const choice = await signIn(
        agent,
        await goOn(agent, await type(agent, one.user_code)),
        "both@x.example",
      );
      const consent = await agent.submit(choice, { tenant: "bolt" }, "/tenant");
      assert.match(consent.text, /Allow access\?/);
      assert.ok(isDone(await agent.submit(consent, { decision: "allow" }, "/consent")));
      const { body } = await poll(one.device_code, "third");
      assert.equal(payloadOf(body["id_token"])["tenant_id"], "bolt");
      // Signed in already, and for a tenant that is named: a member of it only.
      const denied = await asked({ client_id: "third" });
      const page = await goOn(agent, await type(agent, denied.user_code));
      assert.match((await agent.submit(page, { decision: "deny" }, "/consent")).text, /<h1>Cancelled</);
      assert.equal((await poll(denied.device_code, "third")).body["error"], "access_denied");
      const stranger = await asked({ tenant: "bolt" });
      await letIn(stranger);
      assert.equal((await poll(stranger.device_code)).body["error"], "authorization_pending");
    });

    test("it names an API as any sign-in does", async () => {
      const clientId = await newClient();
      const at = { client_id: clientId, scope: "openid read", resource: opaqueApi };
      assert.equal((await ask(at)).body["error"], "invalid_target");
      await allowResource(context, { identifier: opaqueApi, clientId, scopes: ["read"] });
      const one = await asked(at);
      assert.ok(isDone(await letIn(one)));
      const { body } = await poll(one.device_code, clientId);
      assert.equal((await introspect(fixture, body["access_token"])).body["scope"], "read");
    });

    test("whatever ends the right ends it between any two steps, and what was ended does not come back", async () => {
      const turned = (clientId: string, on: boolean) =>
        updateClient(context, {
          clientId,
          deviceAuthorization: on,
          redirectUris: ["https://tv.example/cb"],
        });
      const ends: Record<string, (clientId: string) => Promise<unknown>> = {
        "the client is disabled": (clientId) => disableClient(context, { clientId }),
        "it is turned off": (clientId) => turned(clientId, false),
      };
      const back: Record<string, (clientId: string) => Promise<unknown>> = {
        "the client is disabled": (clientId) => enableClient(context, { clientId }),
        "it is turned off": (clientId) => turned(clientId, true),
      };
      for (const [name, end] of Object.entries(ends)) {
        const clientId = await newClient();
        const [waiting, shown, going, ready] = [
          await asked({ client_id: clientId }),
          await asked({ client_id: clientId }),
          await asked({ client_id: clientId }),
          await asked({ client_id: clientId }),
        ];
        const [first, second] = [new UserAgent(), new UserAgent()];
        const confirm = await type(first, shown.user_code);
        const login = await goOn(second, await type(second, going.user_code));
        assert.ok(isDone(await letIn(ready)));
        await end(clientId);
        const check = async (when: string) => {
          assert.equal(isDone(await letIn(waiting)), false, `${name}: asked, ${when}`);
          assert.equal(isDone(await goOn(first, confirm)), false, `${name}: shown, ${when}`);
          assert.equal(isDone(await signIn(second, login)), false, `${name}: gone on with, ${when}`);
          for (const one of [waiting, shown, going, ready]) {
            wait();
            assert.notEqual((await poll(one.device_code, clientId)).status, 200, `${name}, ${when}`);
          }
        };
        await check("then");
        await back[name]?.(clientId);
        for (const one of [waiting, shown, going, ready]) {
          wait();
          assert.notEqual((await poll(one.device_code, clientId)).status, 200, `${name}, given back`);
        }
        assert.equal((await poll((await asked({ client_id: clientId })).device_code, clientId)).status, 400);
      }
      // Of the person, after they let the device in and before it polls.
      const ofPerson: Record<string, (user: string, tenantId: string) => Promise<unknown>> = {
        "no member any more": (user, tenantId) => removeMember(context, { user, tenantId }),
        "the tenant is disabled": (_user, id) => disableTenant(context, { id }),
        "the person is disabled": (user) => disableUser(context, { user }),
        "signed out everywhere": (user) => signUserOut(context, { user }),
      };
      for (const [name, end] of Object.entries(ofPerson)) {
        made += 1;
        const who = await addPerson(fixture.db, { email: `p${made}@x.example`, tenants: [`t${made}`] });
        const [one, under] = [await asked(), await asked()];
        const agent = new UserAgent();
        const page = await goOn(agent, await type(agent, one.user_code));
        assert.ok(isDone(await signIn(agent, page, who.email ?? "")), name);
        await end(who.id, `t${made}`);
        const refused = await poll(one.device_code);
        assert.equal(refused.body["error"], "invalid_grant", name);
        // The browser that was signed in lets no other device in.
        assert.equal(isDone(await goOn(agent, await type(agent, under.user_code))), false, name);
        assert.notEqual((await poll(under.device_code)).status, 200, name);
      }
    });

    test("of any number of polls, and of browsers that go on with one code, one wins", async () => {
      const one = await asked();
      await letIn(one);
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, at) =>
          poll(one.device_code, "tv", at % 2 === 0 ? fixture.issuer : other.localUrl),
        ),
      );
      assert.equal(answers.filter(({ status }) => status === 200).length, 1);
      const raced = await asked();
      const pages = await Promise.all(
        Array.from({ length: 6 }, async () => {
          const agent = new UserAgent();
          return { agent, page: await type(agent, raced.user_code) };
        }),
      );
      const gone = await Promise.all(pages.map(({ agent, page }) => goOn(agent, page)));
      assert.equal(gone.filter(({ text }) => /<h1>Sign in</.test(text)).length, 1);
    });

    test("who guesses is slowed down; who finds their code is not", async () => {
      await fixture.db("sign_in_attempts").delete();
      const agent = new UserAgent();
      const statuses: number[] = [];
      for (let guess = 0; guess < 12; guess += 1) statuses.push((await type(agent, "CCCC-CCCC")).status);
      assert.deepEqual(statuses, [...Array(10).fill(400), 429, 429]);
      const one = await asked();
      const late = await type(agent, one.user_code);
      assert.equal(late.status, 429);
      assert.ok(Number(late.headers.get("retry-after")) > 0);
      aheadMs += 20_000;
      for (let typed = 0; typed < 3; typed += 1) {
        assert.match((await type(agent, one.user_code)).text, /Sign in on a device\?/);
      }
    });
  });
}

describe("device authorization to a library", () => {
  const fixture = useProvider({}, async () => {
    await addPerson(fixture.db, { email, tenants: ["acme"] });
    await addClient(fixture.db, { client_id: "tv", ...registration() });
  });

  test("oauth4webapi finds it, asks, waits, and takes the ID token", async () => {
    const insecure = { [oauth.allowInsecureRequests]: true } as const;
    const issuer = new URL(fixture.issuer);
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
    const client = { client_id: "tv" };
    const params = new URLSearchParams({ scope: "openid email" });
    const authorization = await oauth.processDeviceAuthorizationResponse(
      as,
      client,
      await oauth.deviceAuthorizationRequest(as, client, oauth.None(), params, insecure),
    );
    const once = async () =>
      oauth.processDeviceCodeResponse(
        as,
        client,
        await oauth.deviceCodeGrantRequest(as, client, oauth.None(), authorization.device_code, insecure),
      );
    await assert.rejects(once(), { error: "authorization_pending" });
    const agent = new UserAgent();
    const page = await agent.follow(new URL(authorization.verification_uri_complete ?? ""));
    const confirm = await agent.submit(page, { user_code: authorization.user_code }, "/device");
    const login = await agent.submit(confirm, { confirm: "yes" }, "/device");
    await agent.submit(login, { email, password }, "/login");
    assert.equal(oauth.getValidatedIdTokenClaims(await once())?.["tenant_id"], "acme");
    assert.equal((await refresh(fixture, "none")).status, 401);
  });
});
