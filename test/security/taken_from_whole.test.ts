// Class: a right that was taken from a client, a tenant or a whole account, and still works (S2). Each act against each
// thing that is held: asked at another instance than the one that gave it, at once, on both stores; and once more after
// the right was given back, when nothing of before may open.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAccessor, listAccessors } from "../../src/admin/operations/accessors.ts";
import { deleteClient, disableClient, enableClient } from "../../src/admin/operations/client_access.ts";
import { rotateClientSecret } from "../../src/admin/operations/client_secrets.ts";
import { offboardTenant } from "../../src/admin/operations/offboarding.ts";
import type { OperationContext } from "../../src/admin/operations/operation.ts";
import { allowResource } from "../../src/admin/operations/resource_rights.ts";
import { disableTenant, enableTenant } from "../../src/admin/operations/tenant_access.ts";
import { deleteTenant } from "../../src/admin/operations/tenant_deletion.ts";
import { createTenant, listTenants, showTenant, updateTenant } from "../../src/admin/operations/tenants.ts";
import { disableUser, enableUser } from "../../src/admin/operations/user_access.ts";
import { deleteUser } from "../../src/admin/operations/user_deletion.ts";
import { listUsers, showUser } from "../../src/admin/operations/users.ts";
import { listAuditEvents } from "../../src/audit/audit_store.ts";
import { grantTypes } from "../../src/grants_and_scopes.ts";
import { hasOfflineConsent, saveOfflineConsent } from "../../src/provider/presence/offline_consent_store.ts";
import type { RunningServer } from "../../src/running_server.ts";
import { addMintingClients, setTenant, signSubject, subjectJwk } from "../provider/grants/mint_support.ts";
import { challengeOf, IsvBackEnd, loginUrl } from "../provider/handoff/handoff_support.ts";
import { addApis, isActive, opaqueApi, ownToken } from "../provider/resources/resource_support.ts";
import {
  authorizationUrl,
  basic,
  codeOf,
  getUserinfo,
  postForm,
  postToken,
  redeem,
} from "../provider/support/authorization.ts";
import { deviceLetIn, pollForDevice } from "../provider/support/device.ts";
import {
  addClient,
  addPerson,
  clientSecret,
  password,
  signInAt,
  useProvider,
} from "../provider/support/provider_fixture.ts";
import { formsOf, UserAgent, type Visit } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { storeKinds } from "../support/databases.ts";
import { rowsNaming } from "../support/whole_store.ts";

interface Held {
  clientId: string;
  tenant: string;
  email: string;
  accountId: string;
  agent: UserAgent;
  accessToken: string;
  refreshToken: string;
  /** A code that was given and not redeemed. */
  code: string;
  /** An opaque one for an API of the ISV's. */
  apiToken: string;
  /** The client's own access token. */
  ownToken: string;
  /** The client's own for an API. */
  ownApiToken: string;
  /** Of a device that was let in and has not polled. */
  deviceCode: string;
  /** A sign-in whose password was accepted; the browser has yet to follow. */
  resume: { agent: UserAgent; url: URL };
}

for (const kind of storeKinds) {
  describe(`on ${kind}`, () => {
    let other: RunningServer;
    let context: OperationContext;
    let made = 0;
    const fixture = useProvider(
      {
        kind,
        environment: { TTI_LOGIN_URL: loginUrl },
        awsAccess: () => ({
          roleArn: "arn:aws:iam::111122223333:role/isv",
          baseCredentials: async () => ({
            accessKeyId: "AKIAEXAMPLE",
            secretAccessKey: "x",
            sessionToken: "y",
          }),
          awsClientOptions: { sts: { endpoint: "http://127.0.0.1:9", maxAttempts: 1 } },
        }),
      },
      async () => {
        other = await fixture.startAnother({ TTI_LOGIN_URL: loginUrl });
        context = cliContext(fixture.db);
        await addMintingClients(fixture.db, ["*"]);
        await addPerson(fixture.db, { email: "nobody@there.example", tenants: ["ext"] });
        await setTenant(fixture.db, "ext", {
          loginMethod: "handoff",
          presencePolicy: { name: "within", hours: 12 },
        });
        await addApis(fixture);
      },
    );

    const elsewhere = () => ({ issuer: other.localUrl });

    const register = (clientId: string) =>
      addClient(fixture.db, {
        client_id: clientId,
        grant_types: [
          "authorization_code",
          "refresh_token",
          "client_credentials",
          grantTypes.deviceCode,
          grantTypes.tokenExchange,
          grantTypes.jwtBearer,
        ],
        scope: "openid email profile offline_access tti:handoff tti:search",
        allowed_tenants: ["*"],
        jwks: { keys: [subjectJwk as never] },
      });

    /** A client, a tenant and a person of their own, and what the client holds of the person. */
    async function hold(): Promise<Held> {
      made += 1;
      const [clientId, tenant, email] = [`client${made}`, `tenant${made}`, `person${made}@acme.example`];
      await register(clientId);
      const right = { identifier: opaqueApi, clientId, scopes: ["read"], ownScopes: ["write"] };
      await allowResource(context, right);
      const { id: accountId } = await addPerson(fixture.db, { email, tenants: [tenant] });
      await setTenant(fixture.db, tenant, { presencePolicy: { name: "within", hours: 12 } });
      const agent = new UserAgent();
      const params = { client_id: clientId, tenant };
      const url = authorizationUrl(fixture, { ...params, scope: "openid offline_access", prompt: "consent" });
      const first = await redeem(fixture, codeOf(await signInAt(agent, url, email)), {}, basic(clientId));
      const code = codeOf(await agent.follow(authorizationUrl(fixture, params)));
      const atApi = { ...params, scope: "openid read", resource: opaqueApi };
      const atApiCode = codeOf(await agent.follow(authorizationUrl(fixture, atApi)));
      const forApi = await redeem(fixture, atApiCode, {}, basic(clientId));
      const ownAtApi = await ownToken(fixture, opaqueApi, "write", clientId);
      const own = { grant_type: "client_credentials", scope: "tti:handoff tti:search" };
      const { body } = await postToken(fixture, own, basic(clientId));
      return {
        ...{ clientId, tenant, email, accountId, agent, code },
        deviceCode: await deviceLetIn(agent, fixture, clientId, { tenant }),
        accessToken: String(first.body["access_token"]),
        refreshToken: String(first.body["refresh_token"]),
        ownToken: String(body["access_token"]),
        apiToken: String(forApi.body["access_token"]),
        ownApiToken: String(ownAtApi.body["access_token"]),
        resume: await halfSignedIn(email, params),
      };
    }

    async function halfSignedIn(email: string, params: Record<string, string>): Promise<Held["resume"]> {
      const agent = new UserAgent();
      const page = await agent.follow(authorizationUrl(fixture, params));
      const form = formsOf(page).find(({ action }) => action.endsWith("/login"));
      const body = new URLSearchParams([...(form?.fields ?? []), ["email", email], ["password", password]]);
      const answer = await agent.visit(new URL(form?.action ?? "", page.url), { method: "POST", body });
      return { agent, url: new URL(answer.headers.get("location") ?? "", page.url) };
    }

    const signedIn = (visit: Visit) => visit.url.searchParams.has("code");
    const exchanged = async ({ clientId }: Held, subject_token: string, type: string) => {
      const subject_token_type = `urn:ietf:params:oauth:token-type:${type}`;
      const params = { grant_type: grantTypes.tokenExchange, subject_token, subject_token_type };
      return (await postToken(elsewhere(), params, basic(clientId))).status === 200;
    };

    // What was held before the act.
    const things: Record<string, (held: Held) => Promise<boolean>> = {
      "browser session": async ({ agent, clientId: client_id, tenant }) =>
        signedIn(await agent.follow(authorizationUrl(fixture, { prompt: "none", client_id, tenant }))),
      "access token": async ({ accessToken }) => (await getUserinfo(elsewhere(), accessToken)).status === 200,
      "access token for an API": async ({ apiToken }) => isActive(elsewhere(), apiToken),
      "access token as subject token": (held) => exchanged(held, held.accessToken, "access_token"),
      "refresh token as subject token": (held) => exchanged(held, held.refreshToken, "refresh_token"),
      "refresh token": async ({ refreshToken: refresh_token, clientId }) =>
        (await postToken(elsewhere(), { grant_type: "refresh_token", refresh_token }, basic(clientId)))
          .status === 200,
      "device code": async ({ deviceCode, clientId }) =>
        (await pollForDevice(elsewhere(), clientId, deviceCode)).status === 200,
      code: async ({ code, clientId }) =>
        (await redeem(elsewhere(), code, {}, basic(clientId))).status === 200,
      "sign-in under way": async ({ resume }) => signedIn(await resume.agent.follow(resume.url)),
      "the person's presence": async (held) => {
        const { accountId: sub, tenant, clientId: iss } = held;
        return exchanged(held, await signSubject(fixture.issuer, { sub, tenant, iss }), "jwt");
      },
    };
    // What the client itself may do.
    const ownThings: Record<string, (held: Held) => Promise<boolean>> = {
      "its own access token": async ({ ownToken }) => {
        const headers = { authorization: `Bearer ${ownToken}` };
        const url = new URL("/v1/login-challenges/none", other.localUrl);
        return (await fetch(url, { headers })).status === 404;
      },
    };
    ownThings["its own access token for an API"] = async ({ ownApiToken }) =>
      isActive(elsewhere(), ownApiToken);
    const proofs: Record<string, (held: Held) => Promise<boolean>> = {
      "its secret": async ({ clientId }) =>
        (await redeem(elsewhere(), "none", {}, basic(clientId))).status === 400,
      "a sign-in page": async ({ clientId: client_id, tenant }) =>
        (await new UserAgent().follow(authorizationUrl(fixture, { client_id, tenant }))).status === 200,
      "a token for itself": async ({ clientId }) => {
        const own = { grant_type: "client_credentials", scope: "tti:handoff" };
        return (await postToken(elsewhere(), own, basic(clientId))).status === 200;
      },
    };

    // A session is the browser's and speaks for other clients too; the person is as present as they are.
    const ofThePerson = ["browser session", "the person's presence"];

    async function openOf(held: Held, what: typeof things): Promise<string[]> {
      const open: string[] = [];
      for (const [name, opens] of Object.entries(what)) if (await opens(held)) open.push(name);
      return open;
    }

    test("without an act everything opens", async () => {
      const all = { ...things, ...ownThings, ...proofs };
      assert.deepEqual(await openOf(await hold(), all), Object.keys(all));
    });

    test("enabling what is enabled ends nothing and is no event; nor is disabling the disabled", async () => {
      const held = await hold();
      const eventCount = async () => (await listAuditEvents(fixture.db, { limit: 9999 })).length;
      const before = await eventCount();
      const { ended: ofTenant, unchanged } = await enableTenant(context, { id: held.tenant });
      const ofUser = await enableUser(context, { user: held.email });
      const ofClient = await enableClient(context, { clientId: held.clientId });
      assert.deepEqual([unchanged, ofUser.unchanged, ofClient.unchanged], [true, true, true]);
      const counts = [ofTenant, ofUser.ended, ofClient.ended].flatMap((ended) => Object.values(ended));
      assert.deepEqual([...new Set(counts)], [0]);
      assert.equal(await eventCount(), before);
      const all = { ...things, ...ownThings, ...proofs };
      assert.deepEqual(await openOf(held, all), Object.keys(all));

      const disable = async () => [
        (await disableTenant(context, { id: held.tenant })).tenant.disabledAtMs,
        (await disableUser(context, { user: held.email })).user.disabledAtMs,
        (await disableClient(context, { clientId: held.clientId })).client.disabledAtMs,
      ];
      const moments = await disable();
      const disabled = await eventCount();
      assert.deepEqual(await disable(), moments);
      assert.equal(await eventCount(), disabled);
    });

    test("a disabled client opens nothing; enabled, nothing of before", async () => {
      const [held, neighbour] = [await hold(), await hold()];
      const consent = { tenantId: held.tenant, accountId: held.accountId, clientId: held.clientId };
      await saveOfflineConsent(fixture.db, consent, new Date());
      const { ended } = await disableClient(context, { clientId: held.clientId });
      assert.equal(ended.grants, 1);
      assert.equal(ended.consents, 1);
      assert.ok(ended.tokens >= 4, `${ended.tokens} tokens`);
      assert.deepEqual(await openOf(held, { ...things, ...ownThings, ...proofs }), []);
      const { client } = await enableClient(context, { clientId: held.clientId });
      assert.equal(client.disabledAtMs, null);
      assert.deepEqual(await openOf(held, { ...ownThings, ...proofs }), Object.keys(proofs));
      assert.deepEqual(await openOf(held, things), ofThePerson);
      assert.equal(await hasOfflineConsent(fixture.db, consent), false);
      const all = { ...things, ...ownThings, ...proofs };
      assert.deepEqual(await openOf(neighbour, all), Object.keys(all));
    });

    test("what a request under way wrote while the client was disabled is gone when it is enabled", async () => {
      const held = await hold();
      const rows = await fixture.db("oidc_records").where("account_id", held.accountId).select();
      await disableClient(context, { clientId: held.clientId });
      await fixture
        .db("oidc_records")
        .insert(rows.filter(({ model }) => model !== "Session" && model !== "Interaction"));
      assert.deepEqual(await openOf(held, things), []);
      await enableClient(context, { clientId: held.clientId });
      assert.deepEqual(await openOf(held, things), ofThePerson);
    });

    test("a deleted client opens nothing, and gives nothing to a new one of its id", async () => {
      const held = await hold();
      const tried = await deleteClient(context, { clientId: held.clientId, dryRun: true });
      const all = { ...ownThings, ...proofs };
      assert.deepEqual(await openOf(held, all), Object.keys(all));
      const { ended } = await deleteClient(context, { clientId: held.clientId });
      assert.equal(ended.grants, tried.ended.grants);
      assert.deepEqual(await openOf(held, { ...things, ...all }), []);
      await assert.rejects(enableClient(context, { clientId: held.clientId }), { code: "client_not_found" });
      await register(held.clientId);
      assert.deepEqual(await openOf(held, all), Object.keys(proofs));
      assert.deepEqual(await openOf(held, things), ofThePerson);
      // Nor was the new one given an API.
      const { body } = await ownToken(elsewhere(), opaqueApi, "write", held.clientId);
      assert.equal(body["error"], "invalid_target");
    });

    test("another secret ends the old one and what the client got for itself with it, and nothing of people", async () => {
      const held = await hold();
      const { clientSecret: fresh } = await rotateClientSecret(context, { clientId: held.clientId });
      assert.deepEqual(await openOf(held, { ...ownThings, "its secret": proofs["its secret"] as never }), []);
      const grant = { grant_type: "refresh_token", refresh_token: held.refreshToken };
      assert.equal((await postToken(elsewhere(), grant, basic(held.clientId, fresh))).status, 200);
    });

    test("a disabled tenant gets nothing; enabled, each of its people signs in anew", async () => {
      const [held, neighbour] = [await hold(), await hold()];
      const consent = { tenantId: held.tenant, accountId: held.accountId, clientId: held.clientId };
      await saveOfflineConsent(fixture.db, consent, new Date());
      assert.notEqual(await searchStatus(held), 404);
      const { ended } = await disableTenant(context, { id: held.tenant });
      assert.equal(ended.grants, 1);
      assert.deepEqual(await openOf(held, things), []);
      assert.equal(await searchStatus(held), 404);
      assert.equal((await listUsers(context, { tenantId: held.tenant })).users.length, 1);
      // A login of the second in which it is enabled counts.
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await enableTenant(context, { id: held.tenant });
      assert.deepEqual(await openOf(held, things), []);
      assert.equal(await hasOfflineConsent(fixture.db, consent), false);
      const url = authorizationUrl(fixture, { client_id: held.clientId, tenant: held.tenant });
      assert.ok(signedIn(await signInAt(held.agent, url, held.email)));
      assert.deepEqual(await openOf(held, things), ofThePerson);
      const all = { ...things, ...ownThings, ...proofs };
      assert.deepEqual(await openOf(neighbour, all), Object.keys(all));
    });

    const searchStatus = async ({ tenant, email, ownToken }: Held): Promise<number> => {
      const headers = { authorization: `Bearer ${ownToken}`, "content-type": "application/json" };
      const body = JSON.stringify({ user: email, query: "q" });
      const url = new URL(`/v1/tenants/${tenant}/search`, other.localUrl);
      const answer = await fetch(url, { method: "POST", headers, body });
      const { error } = (await answer.json()) as { error?: string };
      return error === "tenant_not_found" ? 404 : 0;
    };

    test("a login the ISV vouched for opens nothing after its tenant or the client that vouched was disabled", async () => {
      const { clientId: isv } = await hold();
      const backEnd = new IsvBackEnd(fixture, isv);
      const vouch = async () => {
        const agent = new UserAgent();
        const login = { subject: `ext-${isv}`, tenant: "ext", email: "eve@ext.example" };
        const challenge = await challengeOf(agent, fixture, { tenant: "ext" });
        return { agent, back: await backEnd.accept(challenge, login) };
      };
      const opens = async (agent: UserAgent) =>
        signedIn(await agent.follow(authorizationUrl(fixture, { prompt: "none", tenant: "ext" })));
      for (const act of [
        async () => [await disableTenant(context, { id: "ext" }), await enableTenant(context, { id: "ext" })],
        async () => disableClient(context, { clientId: isv }),
      ]) {
        const [arrived, onTheWay] = [await vouch(), await vouch()];
        assert.ok(signedIn(await arrived.agent.follow(arrived.back)));
        assert.ok(await opens(arrived.agent));
        await act();
        assert.equal(await opens(arrived.agent), false);
        assert.equal(signedIn(await onTheWay.agent.follow(onTheWay.back)), false);
      }
    });

    test("a handoff is refused for a disabled tenant", async () => {
      const held = await hold();
      await setTenant(fixture.db, held.tenant, { loginMethod: "handoff" });
      const challenge = await challengeOf(new UserAgent(), fixture, { tenant: held.tenant });
      await disableTenant(context, { id: held.tenant });
      const login = { subject: "u-1", tenant: held.tenant, email: "u@acme.example" };
      const answer = await new IsvBackEnd(fixture, held.clientId).call(`${challenge}/accept`, login);
      assert.equal(answer.body["error"], "tenant_not_found");
    });

    for (const keepEnabled of [false, true]) {
      test(`an offboarded tenant opens nothing of before, on another instance as well${keepEnabled ? ", though it stays enabled" : ""}`, async () => {
        const [held, neighbour] = [await hold(), await hold()];
        const id = held.tenant;
        const accessor = {
          ...{ qRegion: "us-east-1", idcRegion: "us-west-2", name: "wiki" },
          applicationId: "11111111-2222-4333-8444-555555555555",
          retrieverId: "11111111-2222-4333-8444-666666666666",
          idcApplicationArn:
            "arn:aws:sso::111122223333:application/ssoins-1111111111111111/apl-1111111111111111",
        };
        for (const tenantId of [id, neighbour.tenant]) {
          await createAccessor(context, { ...accessor, tenantId });
        }
        const consent = { tenantId: id, accountId: held.accountId, clientId: held.clientId };
        await saveOfflineConsent(fixture.db, consent, new Date());
        const rows = await fixture.db("oidc_records").where("account_id", held.accountId).select();
        const papers = {
          ...context,
          ownRegistration: () => ({
            ...{ displayName: "ISV", ownIssuer: "https://login.example.com", clientId: "isv" },
            roleArn: "arn:aws:iam::111122223333:role/isv",
          }),
        };
        // A login of the second in which it is enabled counts.
        if (keepEnabled) await new Promise((resolve) => setTimeout(resolve, 1_100));
        const tried = await offboardTenant(papers, { tenantId: id, keepEnabled, dryRun: true });
        assert.equal((await getUserinfo(elsewhere(), held.accessToken)).status, 200);
        assert.equal((await listAccessors(context, { tenantId: id })).accessors.length, 1);

        const done = await offboardTenant(papers, { tenantId: id, keepEnabled });
        assert.deepEqual([done.ended.grants, done.ended.consents, done.accessors], [1, 1, ["wiki"]]);
        assert.deepEqual([done.ended, done.accessors], [tried.ended, tried.accessors]);
        assert.equal(done.tenant.presencePolicy.name, "never");
        assert.equal(done.tenant.disabledAtMs === null, keepEnabled);
        assert.match(
          done.files.find(({ path }) => path === "clean-up.sh")?.content ?? "",
          /IDC_REGION='us-west-2'[\s\S]*APPLICATION_ID='11111111-2222-4333-8444-555555555555'[\s\S]*UNDO='yes'/,
        );
        assert.deepEqual(await openOf(held, things), []);
        // What a request that was under way writes afterwards.
        await fixture
          .db("oidc_records")
          .insert(rows.filter(({ model }) => model !== "Session" && model !== "Interaction"))
          .onConflict()
          .ignore();
        assert.deepEqual(await openOf(held, things), []);
        assert.equal(await hasOfflineConsent(fixture.db, consent), false);
        assert.equal(await fixture.db("accessors").where("tenant_id", id).first("name"), undefined);
        if (!keepEnabled) assert.equal(await searchStatus(held), 404);

        const [event] = await listAuditEvents(fixture.db, { tenantId: id, type: "tenant.offboarded" });
        assert.equal(event?.details["accessors"], 1);
        assert.equal(event?.details["state"], keepEnabled ? "enabled" : "disabled");
        assert.deepEqual(await openOf(neighbour, things), Object.keys(things));
        assert.equal((await listAccessors(context, { tenantId: neighbour.tenant })).accessors.length, 1);
        if (keepEnabled) {
          const url = authorizationUrl(fixture, { client_id: held.clientId, tenant: id });
          assert.ok(signedIn(await signInAt(held.agent, url, held.email)));
          assert.deepEqual(await openOf(held, things), ["browser session"], "a person comes, no back end");
          return;
        }
        const again = async () => (await offboardTenant(papers, { tenantId: id })).unchanged;
        assert.deepEqual([await again(), await again()], [undefined, true], "what was written late, once");
      });
    }

    test("a deleted tenant opens nothing, its id is nobody's again, and its people stay", async () => {
      const [held, neighbour] = [await hold(), await hold()];
      const id = held.tenant;
      await fixture
        .db("tenant_domains")
        .insert({ tenant_id: id, domain: "d.example", challenge: "c", created_at_ms: 1 });
      const rows = await fixture.db("oidc_records").where("account_id", held.accountId).select();
      const tried = await deleteTenant(context, { id, dryRun: true });
      assert.equal((await getUserinfo(elsewhere(), held.accessToken)).status, 200);
      // Of two at once one deletes it.
      const both = await Promise.allSettled([1, 2].map(() => deleteTenant(context, { id })));
      const [done] = both.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
      assert.deepEqual(done?.deleted, tried.deleted);
      assert.deepEqual(
        [done?.deleted.members, done?.deleted.leftAlone, done?.deleted.domains, done?.deleted.grants],
        [1, 1, 1, 1],
      );
      assert.deepEqual(await openOf(held, things), []);
      // What a request that was under way writes afterwards.
      await fixture
        .db("oidc_records")
        .insert(rows.filter(({ model }) => model !== "Session"))
        .onConflict()
        .ignore();
      assert.deepEqual(await openOf(held, things), []);
      assert.equal(await searchStatus(held), 404);
      for (const act of [enableTenant, disableTenant, deleteTenant, showTenant]) {
        await assert.rejects(act(context, { id }), { code: "tenant_not_found" });
      }
      assert.ok(!(await listTenants(context, { limit: 9999 })).tenants.some((one) => one.id === id));
      await assert.rejects(createTenant(context, { id }), { code: "tenant_id_used", field: "id" });
      await assert.rejects(createTenant(context, { id: id.toUpperCase() }), { code: "tenant_id_alike" });
      const left = new Set(await rowsNaming(fixture.db, `"${id}"`));
      assert.deepEqual(
        [...left].filter(
          (table) => !/^(audit_|former_memberships|tenant_id_looks|tenants|oidc_records)/.test(table),
        ),
        [],
      );
      assert.equal((await showUser(context, { user: held.email })).memberships.length, 0);
      const [event] = await listAuditEvents(fixture.db, { tenantId: id, type: "tenant.deleted" });
      assert.equal(event?.details["members"], 1);
      assert.deepEqual(await openOf(neighbour, things), Object.keys(things));
    });

    test("of a person who closed their account nothing opens and nothing is left but an id in the trail, and the mail that tells it", async () => {
      const [held, neighbour] = [await hold(), await hold()];
      await updateTenant(context, { id: held.tenant, selfClose: true });
      const there = `${fixture.issuer}/account/close`;
      const page = await held.agent.follow(there);
      const closed = await held.agent.submit(page, { typed: held.email }, "/account/close");
      assert.equal(closed.url.pathname, "/account/closed");
      assert.deepEqual(await openOf(held, things), []);
      assert.deepEqual([...new Set(await rowsNaming(fixture.db, held.email))], ["mails"]);
      assert.deepEqual([...new Set(await rowsNaming(fixture.db, held.accountId))], ["audit_events"]);
      const [event] = await listAuditEvents(fixture.db, { tenantId: held.tenant, type: "account.deleted" });
      assert.deepEqual(
        [event?.accountId, event?.actor, event?.details["by"], event?.details["memberships"]],
        [held.accountId, `account:${held.accountId}`, "person", 1],
      );
      const url = authorizationUrl(fixture, { client_id: held.clientId, tenant: held.tenant });
      assert.equal(signedIn(await signInAt(new UserAgent(), url, held.email)), false);
      assert.deepEqual(await openOf(neighbour, things), Object.keys(things));
    });

    test("of a deleted person nothing opens and nothing is left but an id in the trail", async () => {
      const [held, neighbour] = [await hold(), await hold()];
      const tried = await deleteUser(context, { user: held.email, dryRun: true });
      assert.equal((await getUserinfo(elsewhere(), held.accessToken)).status, 200);
      const { id, deleted } = await deleteUser(context, { user: held.email });
      assert.deepEqual({ ...deleted }, { ...tried.deleted });
      assert.equal(deleted.memberships, 1);
      assert.equal(deleted.sessions, 1);
      assert.deepEqual(await openOf(held, things), []);
      assert.deepEqual(await rowsNaming(fixture.db, held.email), []);
      assert.deepEqual([...new Set(await rowsNaming(fixture.db, id))], ["audit_events"]);
      const [event] = await listAuditEvents(fixture.db, { tenantId: held.tenant, type: "account.deleted" });
      assert.equal(event?.accountId, id);
      assert.equal(event?.actor, "cli:test");
      await assert.rejects(deleteUser(context, { user: id }), { code: "account_not_found" });
      const url = authorizationUrl(fixture, { client_id: held.clientId, tenant: held.tenant });
      assert.equal(signedIn(await signInAt(new UserAgent(), url, held.email)), false);
      assert.deepEqual(await openOf(neighbour, things), Object.keys(things));
    });

    test("the id of a deleted person, named again by the ISV, is a new account with nothing of the old", async () => {
      const { clientId } = await hold();
      const sub = `again-${clientId}`;
      const named = async (more: object) =>
        postForm(
          new URL("/token", other.localUrl),
          {
            grant_type: grantTypes.tokenExchange,
            subject_token: await signSubject(fixture.issuer, { sub, tenant: "ext", iss: clientId, ...more }),
            subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
          },
          basic(clientId, clientSecret),
        );
      const login = { email: `${sub}@ext.example`, auth_time: Math.floor(Date.now() / 1000) };
      assert.equal((await named(login)).status, 200);
      assert.equal((await named({})).status, 200);
      await deleteUser(context, { user: sub });
      assert.deepEqual(await rowsNaming(fixture.db, `${sub}@ext.example`), []);
      assert.equal((await named({})).status, 400);
      // It is known again, and has not logged in.
      assert.notEqual((await named({ email: "new@ext.example" })).status, 200);
      assert.equal((await named({ ...login, email: "new@ext.example" })).status, 200);
    });
  });
}
