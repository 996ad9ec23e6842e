// Class: one kind of token accepted as another (CVE-2025-12421). Codes, access, refresh, ID tokens and cookies are not
// interchangeable.
import assert from "node:assert/strict";
import { test } from "node:test";
import { allowResource } from "../../src/admin/operations/resource_rights.ts";
import { addMintingClients, backEndId } from "../provider/grants/mint_support.ts";
import {
  addApis,
  isActive,
  opaqueApi,
  ownToken,
  signedApi,
  tokensFor,
} from "../provider/resources/resource_support.ts";
import {
  authorizationUrl,
  basic,
  codeOf,
  getUserinfo,
  postToken,
  redeem,
  refresh,
} from "../provider/support/authorization.ts";
import { addClient, addPerson, signInAt, useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";

let kinds: Record<string, string>;
const fixture = useProvider({}, async () => {
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addApis(fixture);
  await addClient(fixture.db, {
    client_id: "admin",
    grant_types: ["client_credentials"],
    redirect_uris: [],
    response_types: [],
    scope: "openid tti:admin",
  });
  const agent = new UserAgent();
  const used = codeOf(await signInAt(agent, authorizationUrl(fixture), "ann@acme.example"));
  const { body } = await redeem(fixture, used);
  const backEnd = await postToken(
    fixture,
    { grant_type: "client_credentials", scope: "tti:admin" },
    basic("admin"),
  );
  const session = [...agent.cookies].find(([key]) => key.endsWith(" tti_session"));
  kinds = {
    code: codeOf(await agent.follow(authorizationUrl(fixture))),
    access: String(body["access_token"]),
    refresh: String(body["refresh_token"]),
    id: String(body["id_token"]),
    backEnd: String(backEnd.body["access_token"]),
    session: session?.[1] ?? "",
    signed: String((await tokensFor(fixture, "ann@acme.example", signedApi)).body["access_token"]),
    opaque: String((await tokensFor(fixture, "ann@acme.example", opaqueApi)).body["access_token"]),
    ownSigned: String((await ownToken(fixture, signedApi, "write")).body["access_token"]),
    ownOpaque: String((await ownToken(fixture, opaqueApi, "write")).body["access_token"]),
  };
});

// Access tokens for an API of the ISV's are for that API.
const ofApis = ["signed", "opaque", "ownSigned", "ownOpaque"];

const admin = async (token: string): Promise<number> => {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(new URL("/v1/tenants", fixture.server.adminUrl), { headers })).status;
};

test("a code is redeemed by a code only", async () => {
  for (const kind of ["access", "refresh", "id", "backEnd", "session", ...ofApis]) {
    assert.equal((await redeem(fixture, kinds[kind] ?? "")).body["error"], "invalid_grant", kind);
  }
});

test("a refresh happens by a refresh token only", async () => {
  for (const kind of ["code", "access", "id", "backEnd", "session", ...ofApis]) {
    assert.equal((await refresh(fixture, kinds[kind])).body["error"], "invalid_grant", kind);
  }
});

test("userinfo answers a person's access token only", async () => {
  for (const kind of ["code", "refresh", "id", "backEnd", "session", "signed", "ownSigned", "ownOpaque"]) {
    assert.equal((await getUserinfo(fixture, kinds[kind])).status, 401, kind);
  }
  // One that is known, and carries no scope of userinfo.
  assert.equal((await getUserinfo(fixture, kinds["opaque"])).status, 403);
  assert.equal((await getUserinfo(fixture, kinds["access"])).status, 200);
});

test("the admin API takes a back end's access token only", async () => {
  for (const kind of ["code", "access", "refresh", "id", "session", ...ofApis]) {
    assert.equal(await admin(kinds[kind] ?? ""), 401, kind);
  }
  assert.equal(await admin(kinds["backEnd"] ?? ""), 200);
});

test("an API's token is no subject token, no client assertion, and no hint at a logout", async () => {
  const grant_type = "urn:ietf:params:oauth:grant-type:token-exchange";
  await addMintingClients(fixture.db, ["*"]);
  const agent = new UserAgent();
  await signInAt(agent, authorizationUrl(fixture), "ann@acme.example");
  for (const kind of ofApis) {
    const subject_token = kinds[kind];
    for (const type of ["access_token", "jwt", "id_token", "refresh_token"]) {
      const subject_token_type = `urn:ietf:params:oauth:token-type:${type}`;
      const answer = await postToken(
        fixture,
        { grant_type, subject_token, subject_token_type },
        basic(backEndId),
      );
      assert.notEqual(answer.status, 200, `${kind} as ${type}`);
    }
    const logout = new URL("/session/end", fixture.issuer);
    logout.searchParams.set("id_token_hint", subject_token ?? "");
    // The person is asked; a hint that counts would have ended the session.
    await agent.follow(logout);
    const still = await agent.follow(authorizationUrl(fixture, { prompt: "none" }));
    assert.ok(still.url.searchParams.has("code"), kind);
  }
});

test("a client's own token of an application that mints is none for a person either", async () => {
  // The one that could exchange its own access token presents the one it has for the API.
  await allowResource(cliContext(fixture.db), {
    identifier: opaqueApi,
    clientId: backEndId,
    scopes: ["read"],
  });
  const { body } = await tokensFor(fixture, "ann@acme.example", opaqueApi, { client_id: backEndId });
  const answer = await postToken(
    fixture,
    {
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token: String(body["access_token"]),
      subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
    },
    basic(backEndId),
  );
  assert.match(String(body["access_token"]), /^[\w-]{40,}$/);
  assert.match(String(answer.body["error_description"]), /is for a resource/);
});

test("the introspection endpoint tells of an API's token only", async () => {
  for (const kind of ["code", "access", "refresh", "id", "backEnd", "session", "signed", "ownSigned"]) {
    assert.equal(await isActive(fixture, kinds[kind]), false, kind);
  }
  for (const kind of ["opaque", "ownOpaque"]) assert.equal(await isActive(fixture, kinds[kind]), true, kind);
});

test("after all this, the code still worked once", async () => {
  assert.equal((await redeem(fixture, kinds["code"] ?? "")).status, 200);
});
