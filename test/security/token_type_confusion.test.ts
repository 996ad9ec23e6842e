// Class: one kind of token accepted as another (CVE-2025-12421). Codes, access, refresh, ID tokens and cookies are not
// interchangeable.
import assert from "node:assert/strict";
import { test } from "node:test";
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

let kinds: Record<string, string>;
const fixture = useProvider({}, async () => {
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "app" });
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
  };
});

const admin = async (token: string): Promise<number> => {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(new URL("/v1/tenants", fixture.server.adminUrl), { headers })).status;
};

test("a code is redeemed by a code only", async () => {
  for (const kind of ["access", "refresh", "id", "backEnd", "session"]) {
    assert.equal((await redeem(fixture, kinds[kind] ?? "")).body["error"], "invalid_grant", kind);
  }
});

test("a refresh happens by a refresh token only", async () => {
  for (const kind of ["code", "access", "id", "backEnd", "session"]) {
    assert.equal((await refresh(fixture, kinds[kind])).body["error"], "invalid_grant", kind);
  }
});

test("userinfo answers a person's access token only", async () => {
  for (const kind of ["code", "refresh", "id", "backEnd", "session"]) {
    assert.equal((await getUserinfo(fixture, kinds[kind])).status, 401, kind);
  }
  assert.equal((await getUserinfo(fixture, kinds["access"])).status, 200);
});

test("the admin API takes a back end's access token only", async () => {
  for (const kind of ["code", "access", "refresh", "id", "session"]) {
    assert.equal(await admin(kinds[kind] ?? ""), 401, kind);
  }
  assert.equal(await admin(kinds["backEnd"] ?? ""), 200);
});

test("after all this, the code still worked once", async () => {
  assert.equal((await redeem(fixture, kinds["code"] ?? "")).status, 200);
});
