// Access tokens for the ISV's own APIs (RFC 8707, 9068, 7662): who gets one, what it says, how long it stays good.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeProtectedHeader } from "jose";
import { allowResource, disallowResource } from "../../../src/admin/operations/resource_rights.ts";
import { updateResource } from "../../../src/admin/operations/resources.ts";
import { listAuditEvents } from "../../../src/audit/audit_store.ts";
import { cliContext } from "../../support/cli_context.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import {
  authorizationUrl,
  getCode,
  getUserinfo,
  payloadOf,
  postToken,
  redeem,
  refresh,
} from "../support/authorization.ts";
import { addClient, addPerson, useProvider } from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";
import {
  addApis,
  introspect,
  isActive,
  opaqueApi,
  ownToken,
  signedApi,
  tokensFor,
} from "./resource_support.ts";

const email = "alice@acme.example";

for (const kind of storesOfToday(import.meta.url)) {
  describe(`tokens for an API, on ${kind}`, () => {
    let accountId: string;
    const fixture = useProvider({ kind }, async () => {
      accountId = (await addPerson(fixture.db, { email, tenants: ["acme"] })).id;
      await addApis(fixture);
    });
    const operator = () => cliContext(fixture.db);

    test("a signed one says whose it is, for whom, by whom, at which tenant, as what", async () => {
      const { status, body } = await tokensFor(fixture, email, signedApi);
      assert.equal(status, 200, JSON.stringify(body));
      const { alg, typ, kid } = decodeProtectedHeader(String(body["access_token"]));
      assert.deepEqual({ alg, typ }, { alg: "RS256", typ: "at+jwt" });
      const keys = (await (await fetch(new URL("/jwks", fixture.issuer))).json()) as {
        keys: { kid: string }[];
      };
      assert.ok(keys.keys.some((key) => key.kid === kid));
      const { iat, exp, jti, ...claims } = payloadOf(body["access_token"]);
      assert.equal(Number(exp) - Number(iat), 600);
      assert.equal(typeof jti, "string");
      assert.deepEqual(claims, {
        iss: fixture.issuer,
        aud: signedApi,
        sub: accountId,
        client_id: "app",
        scope: "read",
        tenant_id: "acme",
        roles: ["member"],
      });
      assert.equal(body["scope"], "read");
      assert.equal(body["expires_in"], 600);
      // The ID token beside it is what it always was.
      const idToken = payloadOf(body["id_token"]);
      assert.equal(idToken["aud"], "app");
      assert.equal("roles" in idToken, false);
      assert.equal("scope" in idToken, false);
    });

    test("an opaque one says the same to the API's server, and nothing to anybody else", async () => {
      const { body } = await tokensFor(fixture, email, opaqueApi);
      assert.doesNotMatch(String(body["access_token"]), /\./);
      const { iat, exp, ...told } = (await introspect(fixture, body["access_token"])).body;
      assert.equal(Number(exp) - Number(iat), 600);
      assert.deepEqual(told, {
        active: true,
        iss: fixture.issuer,
        aud: opaqueApi,
        sub: accountId,
        client_id: "app",
        scope: "read",
        tenant_id: "acme",
        roles: ["member"],
        token_type: "Bearer",
      });
      for (const clientId of ["app", "worker", "stranger"]) {
        assert.deepEqual((await introspect(fixture, body["access_token"], clientId)).body, { active: false });
      }
    });

    test("whatever else is presented is not active, and says nothing", async () => {
      const plain = (await redeem(fixture, await getCode(fixture, email))).body;
      const signed = (await tokensFor(fixture, email, signedApi)).body;
      for (const token of [
        plain["access_token"],
        plain["refresh_token"],
        plain["id_token"],
        signed["access_token"],
        signed["refresh_token"],
        "nothing",
      ]) {
        const answer = await introspect(fixture, token);
        assert.deepEqual(answer, { status: 200, body: { active: false } });
      }
    });

    test("a client asks for what it was given, and for nothing else", async () => {
      const refused = async (params: Record<string, string>) => {
        const url = authorizationUrl(fixture, { scope: "openid read", ...params });
        return (await new UserAgent().follow(url)).url.searchParams.get("error");
      };
      assert.equal(await refused({ resource: "https://other.example" }), "invalid_target");
      assert.equal(await refused({ resource: `${signedApi}/` }), "invalid_target");
      assert.equal(await refused({ resource: signedApi, client_id: "stranger" }), "invalid_target");
      // A back end's own scopes are none for people.
      await allowResource(operator(), { identifier: signedApi, clientId: "stranger", ownScopes: ["rule"] });
      assert.equal(await refused({ resource: signedApi, client_id: "stranger" }), "invalid_target");
      const { body } = await tokensFor(fixture, email, signedApi, { scope: "openid read rule tti:x" });
      assert.equal(payloadOf(body["access_token"])["scope"], "read");
      await disallowResource(operator(), { identifier: signedApi, clientId: "stranger" });
    });

    test("one resource at a time, the granted one, at sign-in and at the token endpoint", async () => {
      const url = authorizationUrl(fixture, { scope: "openid read", resource: signedApi });
      url.searchParams.append("resource", opaqueApi);
      assert.equal((await new UserAgent().follow(url)).url.searchParams.get("error"), "invalid_target");
      const code = await getCode(fixture, email, { scope: "openid read", resource: signedApi });
      assert.equal((await redeem(fixture, code, { resource: opaqueApi })).body["error"], "invalid_target");
      const { body } = await tokensFor(fixture, email, signedApi);
      const other = { grant_type: "refresh_token", resource: opaqueApi };
      const refreshed = await postToken(fixture, { ...other, refresh_token: String(body["refresh_token"]) });
      assert.equal(refreshed.body["error"], "invalid_target");
      // Nor does a refresh token of no resource learn of one.
      const plain = (await redeem(fixture, await getCode(fixture, email))).body;
      const widened = await postToken(fixture, { ...other, refresh_token: String(plain["refresh_token"]) });
      assert.equal(widened.body["error"], "invalid_target");
    });

    test("a refresh keeps to the resource, and to what the client may still ask for", async () => {
      for (const resource of [signedApi, opaqueApi]) {
        const { body } = await tokensFor(fixture, email, resource, { scope: "openid read write" });
        const next = (await refresh(fixture, body["refresh_token"])).body;
        assert.equal(next["scope"], "read write");
        assert.equal(payloadOf(next["id_token"])["aud"], "app");
        const says =
          resource === signedApi
            ? payloadOf(next["access_token"])
            : (await introspect(fixture, next["access_token"])).body;
        assert.equal(says["aud"], resource);
        assert.equal(says["tenant_id"], "acme");
        const last = (await refresh(fixture, next["refresh_token"])).body;
        assert.equal(last["scope"], "read write");
      }
      const { body } = await tokensFor(fixture, email, signedApi, { scope: "openid read write" });
      await allowResource(operator(), { identifier: signedApi, clientId: "app", scopes: ["read"] });
      const less = (await refresh(fixture, body["refresh_token"])).body;
      assert.equal(payloadOf(less["access_token"])["scope"], "read");
      await disallowResource(operator(), { identifier: signedApi, clientId: "app" });
      assert.equal((await refresh(fixture, less["refresh_token"])).body["error"], "invalid_target");
      await allowResource(operator(), { identifier: signedApi, clientId: "app", scopes: ["read", "write"] });
    });

    test("a client's own token speaks for nobody and no tenant", async () => {
      const signed = await ownToken(fixture, signedApi, "write");
      const { iat: _iat, exp: _exp, jti: _jti, ...claims } = payloadOf(signed.body["access_token"]);
      assert.deepEqual(claims, {
        iss: fixture.issuer,
        aud: signedApi,
        sub: "worker",
        client_id: "worker",
        scope: "write",
      });
      const opaque = await ownToken(fixture, opaqueApi, "write");
      const { iat, exp, ...told } = (await introspect(fixture, opaque.body["access_token"])).body;
      assert.ok(Number(exp) > Number(iat));
      assert.deepEqual(told, {
        active: true,
        iss: fixture.issuer,
        aud: opaqueApi,
        client_id: "worker",
        scope: "write",
        token_type: "Bearer",
      });
    });

    test("a client gets for itself what it was given for itself, by name", async () => {
      const errorOf = async (resource: string | undefined, scope: string | undefined, clientId?: string) =>
        (await ownToken(fixture, resource, scope, clientId)).body["error"];
      assert.equal(await errorOf(signedApi, "read"), "invalid_scope");
      assert.equal(await errorOf(signedApi, "write read"), "invalid_scope");
      assert.equal(await errorOf(signedApi, undefined), "invalid_scope");
      assert.equal(await errorOf(signedApi, "tti:admin"), "invalid_scope");
      assert.equal(await errorOf(undefined, "write"), "invalid_scope");
      assert.equal(await errorOf("https://other.example", "write"), "invalid_target");
      assert.equal(await errorOf(signedApi, "write", "stranger"), "invalid_target");
      assert.equal(await errorOf(signedApi, "write", "api"), "invalid_target");
      // What it may ask for people is not for itself.
      assert.equal(await errorOf(signedApi, "read", "app"), "unauthorized_client");
    });

    test("the role is told where the scope asks for it", async () => {
      const { body } = await redeem(fixture, await getCode(fixture, email, { scope: "openid roles" }));
      assert.deepEqual(payloadOf(body["id_token"])["roles"], ["member"]);
      assert.deepEqual((await getUserinfo(fixture, body["access_token"])).body["roles"], ["member"]);
      await fixture.db("memberships").where({ account_id: accountId }).update({ role: "admin" });
      const next = (await refresh(fixture, body["refresh_token"])).body;
      assert.deepEqual(payloadOf(next["id_token"])["roles"], ["admin"]);
      const opaque = (await tokensFor(fixture, email, opaqueApi)).body["access_token"];
      await fixture.db("memberships").where({ account_id: accountId }).update({ role: "member" });
      assert.deepEqual((await introspect(fixture, opaque)).body["roles"], ["member"], "as it is now");
      const plain = (await redeem(fixture, await getCode(fixture, email))).body;
      assert.equal("roles" in payloadOf(plain["id_token"]), false);
      assert.equal("roles" in (await getUserinfo(fixture, plain["access_token"])).body, false);
      // The client registered with AWS keeps to the profile Identity Center is known to take.
      await addClient(fixture.db, { client_id: "tti-demo" }).catch(() => undefined);
      const aws = await tokensFor(fixture, email, signedApi, {
        client_id: "tti-demo",
        scope: "openid roles",
        resource: undefined,
      });
      assert.equal(aws.status, 200);
      assert.equal("roles" in payloadOf(aws.body["id_token"]), false);
    });

    test("what is taken away of a right ends the opaque tokens made by it", async () => {
      const mine = async () => (await tokensFor(fixture, email, opaqueApi)).body["access_token"];
      const allow = (scopes: string[]) =>
        allowResource(operator(), { identifier: opaqueApi, clientId: "app", scopes });
      const first = await mine();
      await allow(["read", "write", "rule"]);
      assert.equal(await isActive(fixture, first), true, "more was given, nothing taken");
      await allow(["read", "write"]);
      assert.equal(await isActive(fixture, first), false);
      const second = await mine();
      await updateResource(operator(), { identifier: opaqueApi, scopes: { read: "Read", rule: "Rule" } });
      assert.equal(await isActive(fixture, second), false);
      const scopes = { read: "Read your things", write: "Change your things", rule: "Rule over all things" };
      await updateResource(operator(), { identifier: opaqueApi, scopes });
      await allow(["read", "write"]);
      assert.equal(await isActive(fixture, second), false, "what ended does not come back");
      assert.equal(await isActive(fixture, await mine()), true);
      await allowResource(operator(), { identifier: opaqueApi, clientId: "worker", ownScopes: ["write"] });
    });

    test("the trail tells of each", async () => {
      await tokensFor(fixture, email, signedApi);
      await ownToken(fixture, signedApi, "write");
      const [issued] = await listAuditEvents(fixture.db, { type: "token.issued", limit: 1 });
      assert.equal(issued?.details["resource"], signedApi);
      assert.equal(issued?.tenantId, "acme");
      const events = await listAuditEvents(fixture.db, { type: "token.issued_to_client", limit: 10 });
      assert.ok(
        events.some(({ clientId, details }) => clientId === "worker" && details["resource"] === signedApi),
      );
    });
  });
}
