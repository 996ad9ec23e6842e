// Identity Center's authorize page: who gets a code, and who gets which refusal where.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { storeKey } from "../../../src/state/index.ts";
import { applicationArn, redirectUri, startAuthorize } from "./authorize_server.ts";

let server: Awaited<ReturnType<typeof startAuthorize>>;
beforeEach(async () => {
  server = await startAuthorize();
});
afterEach(() => server.close());

function locationOf(response: Response): URL {
  assert.equal(response.status, 302);
  return new URL(response.headers.get("location") ?? "");
}

const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

test("a chosen user is sent back with a code and the state, the registered URI left as it is", async () => {
  const { page, fields, cookie, response } = await server.openForm();
  assert.equal(response.status, 200);
  assert.match(page, /Sign in to Example ISV/);
  assert.match(page, /eu-west-1/);
  assert.match(page, /ada@example\.com/);
  const location = locationOf(await server.post({ ...fields, user: "u-ada" }, cookie));
  assert.ok(location.href.startsWith(`${redirectUri}&code=`));
  assert.equal(location.searchParams.get("state"), "s t&te");
  const code = server.world.authorizationCodes.get(location.searchParams.get("code") ?? "");
  assert.deepEqual(
    { ...code, code: "" },
    {
      code: "",
      applicationArn,
      userId: "u-ada",
      redirectUri,
      scopes: ["qbusiness:content:access", "openid"],
      codeChallenge: null,
      codeChallengeMethod: null,
      issuedAtMs: server.clock().getTime(),
      expiresAtMs: server.clock().getTime() + 60_000,
      redeemedAtMs: null,
    },
  );
});

test("a user may sign in by user name or e-mail", async () => {
  for (const name of ["bob", "bob@example.com"]) {
    const code = await server.signIn(name);
    assert.equal(server.world.authorizationCodes.get(code)?.userId, "u-bob");
  }
});

test("PKCE challenge and asked scopes are kept with the code", async () => {
  const code = await server.signIn("u-ada", {
    code_challenge: challenge,
    code_challenge_method: "S256",
    scope: "openid",
  });
  const held = server.world.authorizationCodes.get(code);
  assert.equal(held?.codeChallenge, challenge);
  assert.equal(held?.codeChallengeMethod, "S256");
  assert.deepEqual(held?.scopes, ["openid"]);
});

test("an unknown client, a missing grant and a foreign redirect URI stop at the page, never at the URI", async () => {
  const refusals: [Record<string, string>, string][] = [
    [{ client_id: `${applicationArn}x` }, "authorize.client"],
    [{ client_id: "" }, "authorize.client"],
    [{ redirect_uri: "https://isv.example.com/callback" }, "authorize.redirectUri"],
    [{ redirect_uri: `${redirectUri}/` }, "authorize.redirectUri"],
    [{ redirect_uri: "https://attacker.example/" }, "authorize.redirectUri"],
    [{ redirect_uri: "" }, "authorize.redirectUri"],
  ];
  for (const [change, rule] of refusals) {
    const response = await server.open(server.request(change));
    assert.equal(response.status, 400);
    assert.equal(response.headers.get("location"), null);
    assert.match(await response.text(), /Sign-in is not possible/);
    assert.equal(server.log.list(1)[0]?.rule, rule);
  }
  const { redirect_uri: _, ...withoutUri } = server.request();
  assert.equal((await server.open(withoutUri)).status, 400);
  const twice: [string, string][] = [...Object.entries(server.request()), ["redirect_uri", redirectUri]];
  assert.equal((await server.open(twice)).status, 400);

  server.application.grants = {};
  assert.equal((await server.open(server.request())).status, 400);
  assert.equal(server.log.list(1)[0]?.rule, "authorize.grant");
  server.application.status = "DISABLED";
  assert.equal((await server.open(server.request())).status, 400);
  assert.equal(server.log.list(1)[0]?.rule, "authorize.clientEnabled");
});

test("other faults are told to the client by redirect, with the state", async () => {
  const refusals: [Record<string, string>, string, string][] = [
    [{ response_type: "token" }, "unsupported_response_type", "authorize.responseType"],
    [{ scope: "openid admin" }, "invalid_scope", "authorize.scope"],
    [{ code_challenge: challenge }, "invalid_request", "authorize.pkce"],
    [{ code_challenge: challenge, code_challenge_method: "plain" }, "invalid_request", "authorize.pkce"],
    [{ code_challenge: "short", code_challenge_method: "S256" }, "invalid_request", "authorize.pkce"],
    [{ code_challenge_method: "S256" }, "invalid_request", "authorize.pkce"],
  ];
  for (const [change, error, rule] of refusals) {
    const location = locationOf(await server.open(server.request(change)));
    assert.ok(location.href.startsWith(`${redirectUri}&error=`));
    assert.equal(location.searchParams.get("error"), error);
    assert.equal(location.searchParams.get("state"), "s t&te");
    const words = error.replaceAll("_", " ");
    assert.equal(location.searchParams.get("error_description")?.toLowerCase(), words);
    const record = server.log.list(1)[0];
    assert.equal(record?.rule, rule);
    assert.equal(record?.region, "eu-west-1");
    assert.ok(record?.fix);
  }
  const twice: [string, string][] = [...Object.entries(server.request()), ["state", "other"]];
  assert.equal(locationOf(await server.open(twice)).searchParams.get("error"), "invalid_request");
});

test("a disabled, unknown or unassigned user and a cancelled sign-in end in access_denied", async () => {
  const { fields, cookie } = await server.openForm();
  const attempt = async (choice: Record<string, string>) => {
    const location = locationOf(await server.post({ ...fields, ...choice }, cookie));
    assert.equal(location.searchParams.get("code"), null);
    assert.equal(location.searchParams.get("error"), "access_denied");
    return server.log.list(1)[0]?.rule;
  };
  assert.equal(await attempt({ cancel: "1" }), "authorize.consent");
  assert.equal(await attempt({ user: "nobody" }), "authorize.user");
  assert.equal(await attempt({}), "authorize.user");
  server.application.assignmentRequired = true;
  assert.equal(await attempt({ user: "u-ada" }), "authorize.assignment");
  const ada = server.world.users.get(storeKey("d-1234567890", "u-ada"));
  assert.ok(ada);
  ada.status = "DISABLED";
  assert.equal(await attempt({ user: "u-ada" }), "authorize.user");

  server.application.assignmentRequired = false;
  server.rules.set("user.disabled", "accept");
  assert.ok(server.world.authorizationCodes.has(await server.signIn("u-ada")));
});

test("a second tab of the same browser leaves the first one's form good", async () => {
  const first = await server.openForm();
  const { cookie } = first;
  const query = new URLSearchParams(server.request({ state: "second" }));
  const second = await fetch(`${server.url}?${query}`, { headers: { cookie } });
  assert.ok(second.headers.get("set-cookie")?.startsWith(`${cookie};`));
  assert.equal((await server.post({ ...first.fields, user: "u-ada" }, cookie)).status, 302);
});

test("a user assigned directly or by a group may sign in where assignment is required", async () => {
  server.application.assignmentRequired = true;
  server.application.assignments = [
    { principalType: "USER", principalId: "u-ada" },
    { principalType: "GROUP", principalId: "g-1" },
  ];
  assert.match(await server.signIn("u-bob"), /^no code: 302 .*access_denied/);
  server.world.memberships.set(storeKey("d-1234567890", "m-1"), {
    identityStoreId: "d-1234567890",
    membershipId: "m-1",
    groupId: "g-1",
    userId: "u-bob",
    createdAtMs: 0,
  });
  for (const name of ["u-ada", "u-bob"]) {
    assert.ok(server.world.authorizationCodes.has(await server.signIn(name)), name);
  }
});

test("a form is good only in the browser it was shown to, unchanged, and for a quarter of an hour", async () => {
  const victim = await server.openForm();
  const attacker = await server.openForm();
  const forged: [Record<string, string>, string][] = [
    [attacker.fields, victim.cookie],
    [victim.fields, ""],
    [{ ...victim.fields, state: "attacker's" }, victim.cookie],
    [{ ...victim.fields, form_token: "" }, victim.cookie],
    [{ ...victim.fields, form_token: "1.2.3" }, victim.cookie],
  ];
  for (const [fields, cookie] of forged) {
    const response = await server.post({ ...fields, user: "u-bob" }, cookie);
    assert.equal(response.status, 403);
    assert.equal(response.headers.get("location"), null);
    assert.equal(server.log.list(1)[0]?.rule, "authorize.form");
  }
  assert.equal(server.world.authorizationCodes.size, 0);
  server.advanceSeconds(900);
  assert.equal((await server.post({ ...victim.fields, user: "u-bob" }, victim.cookie)).status, 403);
});

test("the cookie is for this page only and out of reach of scripts and other sites", async () => {
  const { response } = await server.openForm();
  assert.match(response.headers.get("set-cookie") ?? "", /; Path=\/authorize; HttpOnly; SameSite=Strict$/);
});

test("the sign-in form may lead only to the sandbox and the redirect URI's origin", async () => {
  const policy = (response: Response) => response.headers.get("content-security-policy") ?? "";
  assert.match(policy((await server.openForm()).response), /form-action 'self' https:\/\/isv\.example\.com$/);
  const { response } = await server.openForm({ redirect_uri: "myapp:/back" });
  assert.match(policy(response), /form-action 'self' myapp:$/);
});

test("names and states with markup are shown as text", async () => {
  server.application.name = "<script>alert(1)</script>";
  const { page, fields } = await server.openForm({ state: `"><script>alert(2)</script>` });
  assert.doesNotMatch(page, /<script/);
  assert.equal(fields["state"], `"><script>alert(2)</script>`);
});

test("the log names who signed in and never holds a code", async () => {
  const code = await server.signIn("u-ada");
  assert.ok(server.world.authorizationCodes.has(code));
  const records = JSON.stringify(server.log.list());
  assert.match(records, /signed in as Ada/);
  assert.ok(!records.includes(code));
});
