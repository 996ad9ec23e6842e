// Class: what was taken from a client and still works (S2): an address, a key, a tenant, a purpose. Each against each thing
// that came of it, asked at another instance than the one that gave it, at once, on both stores; and once more after it was
// given back, when nothing of before may open.
import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { SignJWT } from "jose";
import { updateClient } from "../../src/admin/operations/client_update.ts";
import type { OperationContext } from "../../src/admin/operations/operation.ts";
import { grantTypes } from "../../src/grants_and_scopes.ts";
import { hashRecordId } from "../../src/provider/storage/record_payload.ts";
import type { RunningServer } from "../../src/running_server.ts";
import { addMintingClients, setTenant, signSubject } from "../provider/grants/mint_support.ts";
import { challengeOf, IsvBackEnd, loginUrl } from "../provider/handoff/handoff_support.ts";
import {
  authorizationUrl,
  basic,
  codeOf,
  getUserinfo,
  postForm,
  postToken,
  redeem,
} from "../provider/support/authorization.ts";
import {
  addClient,
  addPerson,
  password,
  redirectUri,
  signInAt,
  useProvider,
} from "../provider/support/provider_fixture.ts";
import { formsOf, UserAgent, type Visit } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { storeKinds } from "../support/databases.ts";

const pairOf = (kid: string) => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { privateKey, jwk: { ...publicKey.export({ format: "jwk" }), kid, alg: "ES256", use: "sig" } };
};
const [leaked, next] = [pairOf("leaked"), pairOf("next")];
const otherUri = "https://rp.example/other";
const signedIn = (visit: Visit) => visit.url.searchParams.has("code");

for (const kind of storeKinds) {
  describe(`on ${kind}`, () => {
    let other: RunningServer;
    let context: OperationContext;
    let made = 0;
    const fixture = useProvider({ kind, environment: { TTI_LOGIN_URL: loginUrl } }, async () => {
      other = await fixture.startAnother({ TTI_LOGIN_URL: loginUrl });
      context = cliContext(fixture.db);
      await addMintingClients(fixture.db);
      await addClient(fixture.db, { client_id: "app" });
      await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
      await addPerson(fixture.db, { email: "eve@ext.example", tenants: ["ext", "out"] });
      await setTenant(fixture.db, "acme", { presencePolicy: { name: "within", hours: 12 } });
      for (const tenant of ["ext", "out"]) {
        await setTenant(fixture.db, tenant, {
          loginMethod: "both",
          presencePolicy: { name: "within", hours: 12 },
        });
      }
    });
    const elsewhere = () => ({ issuer: other.localUrl });
    const newId = () => {
      made += 1;
      return `client${made}`;
    };

    async function halfSignedIn(params: Record<string, string>): Promise<{ agent: UserAgent; url: URL }> {
      const agent = new UserAgent();
      const page = await agent.follow(authorizationUrl(fixture, params));
      const form = formsOf(page).find(({ action }) => action.endsWith("/login"));
      const body = new URLSearchParams([
        ...(form?.fields ?? []),
        ["email", "ann@acme.example"],
        ["password", password],
      ]);
      const answer = await agent.visit(new URL(form?.action ?? "", page.url), { method: "POST", body });
      return { agent, url: new URL(answer.headers.get("location") ?? "", page.url) };
    }

    test("nothing goes to an address that is none of the client's any more: no code, no token for one, no error", async () => {
      const clientId = newId();
      await addClient(fixture.db, { client_id: clientId, redirect_uris: [redirectUri, otherUri] });
      const params = { client_id: clientId, tenant: "acme" };
      const agent = new UserAgent();
      const first = await signInAt(agent, authorizationUrl(fixture, params), "ann@acme.example");
      const going = await redeem(fixture, codeOf(first), {}, basic(clientId));
      const code = codeOf(await agent.follow(authorizationUrl(fixture, params)));
      const kept = codeOf(
        await agent.follow(authorizationUrl(fixture, { ...params, redirect_uri: otherUri })),
      );
      const [resume, stays] = [
        await halfSignedIn(params),
        await halfSignedIn({ ...params, redirect_uri: otherUri }),
      ];

      await updateClient(context, { clientId, redirectUris: [otherUri] });

      const refused = await redeem(elsewhere(), code, {}, basic(clientId));
      assert.deepEqual([refused.status, refused.body["error"]], [400, "invalid_grant"]);
      const other = { redirect_uri: otherUri };
      assert.equal((await redeem(elsewhere(), kept, other, basic(clientId))).status, 200);
      const stopped = await resume.agent.follow(resume.url);
      assert.deepEqual([stopped.url.origin, signedIn(stopped)], [fixture.issuer, false]);
      assert.ok(signedIn(await stays.agent.follow(stays.url)), "the address that stayed is returned to");
      const silent = await agent.follow(authorizationUrl(fixture, { ...params, prompt: "none" }));
      assert.equal(silent.url.origin, fixture.issuer);
      // What people had let it do stays: its address changed, not the client.
      const refresh = { grant_type: "refresh_token", refresh_token: String(going.body["refresh_token"]) };
      assert.equal((await postToken(elsewhere(), refresh, basic(clientId))).status, 200);
    });

    test("a retired key proves nothing, and what it got for the client has ended", async () => {
      const clientId = newId();
      await addClient(fixture.db, {
        client_id: clientId,
        token_endpoint_auth_method: "private_key_jwt",
        grant_types: ["client_credentials", grantTypes.tokenExchange],
        response_types: [],
        redirect_uris: [],
        scope: "openid tti:search",
        mint_tenants: ["acme"],
        search_tenants: ["acme"],
        jwks: { keys: [leaked.jwk as never] },
      });
      await signInAt(new UserAgent(), authorizationUrl(fixture, { tenant: "acme" }), "ann@acme.example");
      const ann = await fixture.db("accounts").where("email", "ann@acme.example").first("id");

      const proof = (key: KeyObject, kid: string) =>
        new SignJWT({ iss: clientId, sub: clientId, aud: fixture.issuer, jti: randomUUID() })
          .setProtectedHeader({ alg: "ES256", kid })
          .setIssuedAt()
          .setExpirationTime("1m")
          .sign(key);
      const asked = async ({ privateKey, jwk }: typeof leaked, params: Record<string, string>) =>
        postForm(new URL("/token", other.localUrl), {
          ...params,
          client_id: clientId,
          client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
          client_assertion: await proof(privateKey, jwk.kid),
        });
      const own = { grant_type: "client_credentials", scope: "tti:search" };
      const minted = async (by: typeof leaked, named: typeof leaked) =>
        (
          await asked(by, {
            grant_type: grantTypes.tokenExchange,
            subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
            subject_token: await signSubject(
              fixture.issuer,
              { sub: ann.id, iss: clientId },
              { key: named.privateKey, header: { kid: named.jwk.kid } },
            ),
          })
        ).status;
      const token = String((await asked(leaked, own)).body["access_token"]);
      const reads = async (bearer: string) => {
        const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
        const body = JSON.stringify({ user: "ann@acme.example", query: "q" });
        const url = new URL("/v1/tenants/acme/search", other.localUrl);
        return (await fetch(url, { method: "POST", headers, body })).status;
      };
      assert.notEqual(await reads(token), 401);
      assert.equal(await minted(leaked, leaked), 200);

      // The next key comes beside the first: both count, and nothing ends.
      await updateClient(context, { clientId, addKeys: { keys: [next.jwk] } });
      assert.equal((await asked(leaked, own)).status, 200);
      assert.equal(await minted(next, leaked), 200);
      assert.notEqual(await reads(token), 401);

      const { ended } = await updateClient(context, { clientId, retireKeys: ["leaked"] });
      assert.equal(ended.tokens, 2);
      assert.equal((await asked(leaked, own)).body["error"], "invalid_client");
      assert.notEqual(await minted(next, leaked), 200);
      assert.equal(await reads(token), 401);
      assert.equal(await minted(next, next), 200);
      assert.notEqual(await reads(String((await asked(next, own)).body["access_token"])), 401);
    });

    test("what it proved itself with before proves nothing, and what it got for itself has ended", async () => {
      const clientId = newId();
      await addClient(fixture.db, {
        client_id: clientId,
        grant_types: ["client_credentials"],
        response_types: [],
        redirect_uris: [],
        scope: "openid tti:search",
        search_tenants: ["acme"],
      });
      const own = { grant_type: "client_credentials", scope: "tti:search" };
      const { body } = await postToken(fixture, own, basic(clientId));
      const keys = { addKeys: { keys: [next.jwk] } };
      const { ended } = await updateClient(context, { clientId, authMethod: "private_key_jwt", ...keys });
      assert.equal(ended.tokens, 1);
      const url = new URL("/v1/tenants/acme/search", other.localUrl);
      const headers = { authorization: `Bearer ${body["access_token"]}`, "content-type": "application/json" };
      assert.equal((await fetch(url, { method: "POST", headers, body: "{}" })).status, 401);
      assert.equal(
        (await postToken(elsewhere(), own, basic(clientId))).body["error"],
        "invalid_client",
        "its secret",
      );
      const { clientSecret = "" } = await updateClient(context, {
        clientId,
        authMethod: "client_secret_basic",
      });
      assert.equal((await postToken(elsewhere(), own, basic(clientId))).body["error"], "invalid_client");
      assert.equal((await postToken(elsewhere(), own, basic(clientId, clientSecret))).status, 200);
    });

    test("of one that proves itself no more nothing counts that was given to who did", async () => {
      const clientId = newId();
      await addClient(fixture.db, { client_id: clientId });
      const url = authorizationUrl(fixture, { client_id: clientId, tenant: "acme" });
      const agent = new UserAgent();
      const code = codeOf(await signInAt(agent, url, "ann@acme.example"));
      const { body } = await redeem(fixture, code, {}, basic(clientId));
      const waiting = codeOf(await agent.follow(url));
      const under = await halfSignedIn({ client_id: clientId, tenant: "acme" });
      await updateClient(context, { clientId, authMethod: "none" });
      const asPublic = (params: Record<string, string>) =>
        postToken(elsewhere(), { ...params, client_id: clientId }, null);
      assert.equal((await getUserinfo(elsewhere(), body["access_token"])).status, 401);
      const refresh = { grant_type: "refresh_token", refresh_token: String(body["refresh_token"]) };
      assert.equal((await asPublic(refresh)).body["error"], "invalid_grant");
      const late = await redeem(elsewhere(), waiting, { client_id: clientId }, null);
      assert.equal(late.body["error"], "invalid_grant");
      assert.equal(signedIn(await under.agent.follow(under.url)), false);
      // The browser goes on: the person signed in here, and not at the application.
      const anew = codeOf(await agent.follow(url));
      assert.equal((await redeem(elsewhere(), anew, { client_id: clientId }, null)).status, 200);
    });

    test("a tenant that was taken: no mint, no search, no answer, and no login it vouched for", async () => {
      const clientId = newId();
      await addClient(fixture.db, {
        client_id: clientId,
        grant_types: ["client_credentials", grantTypes.tokenExchange],
        response_types: [],
        redirect_uris: [],
        scope: "openid tti:handoff tti:search",
        mint_tenants: ["ext", "out"],
        handoff_tenants: ["ext", "out"],
        search_tenants: ["ext", "out"],
        jwks: { keys: [leaked.jwk as never] },
      });
      const eve = await fixture.db("accounts").where("email", "eve@ext.example").first("id");
      const vouch = async (tenant: string) => {
        const agent = new UserAgent();
        const challenge = await challengeOf(agent, fixture, { tenant });
        const back = await new IsvBackEnd(fixture, clientId).accept(challenge, { subject: eve.id, tenant });
        return { agent, back, tenant };
      };
      const enter = async (tenant: string) => {
        const { agent, back } = await vouch(tenant);
        const params = { tenant, scope: "openid offline_access", prompt: "consent" };
        assert.ok(signedIn(await agent.follow(back)));
        const tokens = await redeem(fixture, codeOf(await agent.follow(authorizationUrl(fixture, params))));
        return { agent, tenant, tokens: tokens.body };
      };
      type Entered = Awaited<ReturnType<typeof enter>>;
      const opens: Record<string, (held: Entered) => Promise<boolean>> = {
        "the browser session": async ({ agent, tenant }) =>
          signedIn(await agent.follow(authorizationUrl(fixture, { prompt: "none", tenant }))),
        "a refresh token": async ({ tokens }) => {
          const params = { grant_type: "refresh_token", refresh_token: String(tokens["refresh_token"]) };
          return (await postToken(elsewhere(), params)).status === 200;
        },
        "an access token": async ({ tokens }) =>
          (await getUserinfo(elsewhere(), tokens["access_token"])).status === 200,
      };
      const openOf = async (held: Entered) => {
        const open: string[] = [];
        for (const [name, isOpen] of Object.entries(opens)) if (await isOpen(held)) open.push(name);
        return open;
      };
      const does: Record<string, (tenant: string) => Promise<boolean>> = {
        mint: async (tenant) =>
          (
            await postForm(
              new URL("/token", other.localUrl),
              {
                grant_type: grantTypes.tokenExchange,
                subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
                subject_token: await signSubject(
                  fixture.issuer,
                  { sub: eve.id, tenant, iss: clientId, auth_time: Math.floor(Date.now() / 1000) },
                  { key: leaked.privateKey, header: { kid: "leaked" } },
                ),
              },
              basic(clientId),
            )
          ).status === 200,
        search: async (tenant) => {
          const own = { grant_type: "client_credentials", scope: "tti:search" };
          const { body } = await postToken(elsewhere(), own, basic(clientId));
          const answer = await fetch(new URL(`/v1/tenants/${tenant}/search`, other.localUrl), {
            method: "POST",
            headers: { authorization: `Bearer ${body["access_token"]}`, "content-type": "application/json" },
            body: JSON.stringify({ user: "eve@ext.example", query: "q" }),
          });
          return answer.status !== 403;
        },
        answer: async (tenant) => {
          const challenge = await challengeOf(new UserAgent(), fixture, { tenant });
          const login = { subject: eve.id, tenant };
          return (await new IsvBackEnd(fixture, clientId).call(`${challenge}/accept`, login)).status === 200;
        },
      };
      const mayDo = async (tenant: string) => {
        const may: string[] = [];
        for (const [name, isDone] of Object.entries(does)) if (await isDone(tenant)) may.push(name);
        return may;
      };
      const all = Object.keys(opens);
      const [held, neighbour, onTheWay] = [await enter("ext"), await enter("out"), await vouch("ext")];
      const vouchers = await fixture.db("session_vouchers").where({ client_id: clientId, tenant_id: "ext" });
      assert.deepEqual(await openOf(await enter("ext")), all);
      assert.deepEqual(await mayDo("ext"), Object.keys(does));

      const tenants = { mintTenants: ["out"], handoffTenants: ["out"], searchTenants: ["out"] };
      const { ended } = await updateClient(context, { clientId, ...tenants });
      assert.ok(ended.vouchers >= 2 && ended.grants >= 2, JSON.stringify(ended));
      assert.deepEqual(await mayDo("ext"), []);
      assert.deepEqual(await openOf(held), []);
      assert.equal(signedIn(await onTheWay.agent.follow(onTheWay.back)), false);
      assert.deepEqual(await mayDo("out"), Object.keys(does));
      assert.deepEqual(await openOf(neighbour), all);

      // Written late, by a request that was under way: it speaks for nobody, now or when the right is given back.
      await fixture.db("session_vouchers").insert(vouchers);
      assert.equal(await opens["the browser session"]?.(held), false);
      const both = ["ext", "out"];
      await updateClient(context, { clientId, mintTenants: both, handoffTenants: both, searchTenants: both });
      assert.deepEqual(await openOf(held), []);
      assert.deepEqual(await mayDo("ext"), Object.keys(does));
      assert.deepEqual(await openOf(await enter("ext")), all);
    });

    test("every tenant but some: all it vouched for ends; and without its sign-ins, all that came of them", async () => {
      const clientId = newId();
      await addClient(fixture.db, {
        client_id: clientId,
        grant_types: ["authorization_code", "refresh_token", "client_credentials"],
        scope: "openid email profile offline_access tti:handoff",
        handoff_tenants: ["*"],
      });
      const eve = await fixture.db("accounts").where("email", "eve@ext.example").first("id");
      const agent = new UserAgent();
      const challenge = await challengeOf(agent, fixture, { tenant: "ext" });
      const back = await new IsvBackEnd(fixture, clientId).accept(challenge, {
        subject: eve.id,
        tenant: "ext",
      });
      assert.ok(signedIn(await agent.follow(back)));
      await updateClient(context, { clientId, handoffTenants: ["ext"] });
      const silent = await agent.follow(authorizationUrl(fixture, { prompt: "none", tenant: "ext" }));
      assert.equal(signedIn(silent), false);

      const params = { client_id: clientId, tenant: "acme" };
      const person = new UserAgent();
      const url = authorizationUrl(fixture, params);
      const { body } = await redeem(
        fixture,
        codeOf(await signInAt(person, url, "ann@acme.example")),
        {},
        basic(clientId),
      );
      const code = codeOf(await person.follow(url));
      await updateClient(context, { clientId, purposes: ["handoff"] });
      assert.equal((await getUserinfo(elsewhere(), body["access_token"])).status, 401);
      const refresh = { grant_type: "refresh_token", refresh_token: String(body["refresh_token"]) };
      assert.notEqual((await postToken(elsewhere(), refresh, basic(clientId))).status, 200);
      assert.notEqual((await redeem(elsewhere(), code, {}, basic(clientId))).status, 200);
      assert.equal(signedIn(await person.follow(url)), false);
    });
  });
}

describe("what a request under way wrote after an address was taken", () => {
  const fixture = useProvider({ writesMeanwhile: true }, async () => {
    await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  });

  test("returns nowhere: no code, no token for one, no error", async () => {
    await addClient(fixture.db, { client_id: "app", redirect_uris: [redirectUri, otherUri] });
    const agent = new UserAgent();
    const url = authorizationUrl(fixture, { tenant: "acme" });
    const code = codeOf(await signInAt(agent, url, "ann@acme.example"));
    const halfway = async () => {
      const under = new UserAgent();
      const page = await under.follow(url);
      const form = formsOf(page).find(({ action }) => action.endsWith("/login"));
      return { under, page, action: new URL(form?.action ?? "", page.url), fields: form?.fields ?? [] };
    };
    const [goesOn, refused] = [await halfway(), await halfway()];
    const body = new URLSearchParams([
      ...goesOn.fields,
      ["email", "ann@acme.example"],
      ["password", password],
    ]);
    const answer = await goesOn.under.visit(goesOn.action, { method: "POST", body });
    const written = await fixture
      .db("oidc_records")
      .whereIn("model", ["Interaction", "AuthorizationCode"])
      .select();
    const context = cliContext(fixture.db);
    const { ended } = await updateClient(context, { clientId: "app", redirectUris: [otherUri] });
    assert.equal(ended.tokens, 1);
    const left = await fixture.db("oidc_records").whereIn("model", ["Interaction", "AuthorizationCode"]);
    assert.deepEqual(left, []);
    // An instance that had read the client before writes them once more.
    const uid = /interaction\/([^/]+)/.exec(refused.action.pathname)?.[1] ?? "";
    const rows = written.map((row) => {
      if (row.id_hash !== hashRecordId(uid)) return row;
      const result = { error: "access_denied" };
      return { ...row, payload: JSON.stringify({ ...JSON.parse(row.payload), result }) };
    });
    assert.equal(rows.filter(({ payload }) => payload.includes("access_denied")).length, 1);
    await fixture.db("oidc_records").insert(rows);
    assert.equal((await redeem(fixture, code)).body["error"], "invalid_grant");
    const stopped = await goesOn.under.follow(new URL(answer.headers.get("location") ?? "", goesOn.page.url));
    assert.equal(stopped.url.origin, fixture.issuer, stopped.url.href);
    const denied = await refused.under.follow(new URL(`/auth/${uid}`, fixture.issuer));
    assert.equal(denied.url.origin, fixture.issuer, denied.url.href);
    assert.match(denied.text, /invalid_redirect_uri/);
  });
});
