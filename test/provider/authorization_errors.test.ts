// What goes wrong before there is a code: each with its own clear answer, at the right place.
import assert from "node:assert/strict";
import { test } from "node:test";
import { authorizationUrl, codeOf, redeem } from "./support/authorization.ts";
import {
  addClient,
  addPerson,
  password,
  redirectUri,
  signInAt,
  useProvider,
} from "./support/provider_fixture.ts";
import { UserAgent } from "./support/user_agent.ts";

const fixture = useProvider({}, async () => {
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addPerson(fixture.db, { email: "unproven@acme.example", tenants: ["acme"], emailVerified: false });
  await addClient(fixture.db, { client_id: "app" });
  await addClient(fixture.db, { client_id: "old-app", require_pkce: false });
  await addClient(fixture.db, { client_id: "spa", token_endpoint_auth_method: "none", require_pkce: false });
});

/** The error a relying party gets by redirect. */
async function redirectedError(params: Record<string, string | undefined>) {
  const answer = await new UserAgent().follow(authorizationUrl(fixture, params));
  assert.equal(answer.url.origin, new URL(redirectUri).origin, `${answer.status} ${answer.text}`);
  const { error, error_description, state, iss } = Object.fromEntries(answer.url.searchParams);
  assert.equal(state, "the-state");
  assert.equal(iss, fixture.issuer);
  return { error, error_description };
}

/** The error a person sees, where nobody may be redirected. */
async function pageError(url: URL) {
  const page = await new UserAgent().follow(url);
  assert.equal(page.url.origin, fixture.issuer);
  return { status: page.status, code: /<code>([a-z_]+)<\/code>/.exec(page.text)?.[1], text: page.text };
}

test("an unknown client gets a page, never a redirect", async () => {
  const { status, code } = await pageError(authorizationUrl(fixture, { client_id: "nobody" }));
  assert.deepEqual({ status, code }, { status: 400, code: "invalid_client" });
});

test("a redirect URI that is not registered letter by letter gets a page, never a redirect", async () => {
  const foreign = [
    "https://evil.example/callback",
    `${redirectUri}/`,
    `${redirectUri}?x=1`,
    `${redirectUri}#f`,
    "https://rp.example:443/callback",
    "https://rp.example/callback/../callback",
    "https://rp.example@evil.example/callback",
    "https://RP.example/callback",
    "http://rp.example/callback",
    "javascript:alert(1)",
  ];
  for (const uri of foreign) {
    const { status, code } = await pageError(authorizationUrl(fixture, { redirect_uri: uri }));
    assert.deepEqual({ status, code }, { status: 400, code: "invalid_redirect_uri" }, uri);
  }
});

test("a request without PKCE is refused", async () => {
  const { error, error_description } = await redirectedError({
    code_challenge: undefined,
    code_challenge_method: undefined,
  });
  assert.equal(error, "invalid_request");
  assert.match(error_description ?? "", /PKCE/);
});

test("the plain method and a challenge without a method are refused", async () => {
  const plain = await redirectedError({ code_challenge_method: "plain" });
  assert.match(plain.error_description ?? "", /not supported value of code_challenge_method/);
  const none = await redirectedError({ code_challenge_method: undefined });
  assert.match(none.error_description ?? "", /code_challenge_method must be provided/);
});

test("a confidential client registered without PKCE is served without it; a public one never is", async () => {
  const without = { code_challenge: undefined, code_challenge_method: undefined };
  const url = authorizationUrl(fixture, { client_id: "old-app", ...without });
  const code = codeOf(await signInAt(new UserAgent(), url, "ann@acme.example"));
  const authorization = `Basic ${Buffer.from("old-app:a-secret-of-the-test-client-0123456789").toString("base64")}`;
  const answer = await redeem(fixture, code, { code_verifier: undefined }, authorization);
  assert.equal(answer.status, 200);
  const refused = await redirectedError({ client_id: "spa", ...without });
  assert.match(refused.error_description ?? "", /PKCE/);
});

test("a parameter sent twice is refused, by GET and by POST", async () => {
  const twice = authorizationUrl(fixture);
  twice.searchParams.append("scope", "openid");
  const get = await pageError(twice).catch(() => undefined);
  const answer = await new UserAgent().follow(twice);
  const shown = `${answer.url.searchParams.get("error_description")} ${get?.text ?? ""}`;
  assert.match(shown, /'scope' parameter must not be provided twice/);

  const page = await new UserAgent().follow(new URL("/auth", fixture.issuer), {
    method: "POST",
    body: twice.searchParams,
  });
  assert.match(
    `${page.url.searchParams.get("error_description")}`,
    /'scope' parameter must not be provided twice/,
  );
});

test("a redirect URI or client sent twice gets a page, never a redirect", async () => {
  for (const name of ["redirect_uri", "client_id"]) {
    const twice = authorizationUrl(fixture);
    twice.searchParams.append(name, "https://evil.example/callback");
    const { status } = await pageError(twice);
    assert.equal(status, 400, name);
  }
});

test("other response types, request objects and registration in the request are refused", async () => {
  const refusals: [Record<string, string>, string][] = [
    [{ response_type: "id_token" }, "unsupported_response_type"],
    [{ response_type: "code id_token" }, "unsupported_response_type"],
    [{ response_type: "token" }, "unsupported_response_type"],
    [{ request: "e30.e30." }, "request_not_supported"],
    [{ request_uri: "https://rp.example/r" }, "request_uri_not_supported"],
    [{ registration: "{}" }, "registration_not_supported"],
  ];
  for (const [params, error] of refusals) {
    const answer = await new UserAgent().follow(authorizationUrl(fixture, params));
    const inQuery = answer.url.searchParams.get("error");
    const inFragment = new URLSearchParams(answer.url.hash.slice(1)).get("error");
    assert.equal(inQuery ?? inFragment, error, JSON.stringify(params));
  }
});

test("prompt=none without a session answers login_required", async () => {
  assert.equal((await redirectedError({ prompt: "none" })).error, "login_required");
});

test("what can be no tenant's id is told to the relying party", async () => {
  assert.match((await redirectedError({ tenant: "no/such" })).error_description ?? "", /^invalid_input: /);
});

test("an authorization request may be posted", async () => {
  const agent = new UserAgent();
  const page = await agent.follow(new URL("/auth", fixture.issuer), {
    method: "POST",
    body: authorizationUrl(fixture).searchParams,
  });
  assert.match(page.url.pathname, /^\/interaction\//);
  const answer = await agent.submit(page, { email: "ann@acme.example", password }, "/login");
  assert.ok(codeOf(answer));
});

test("a wrong password and an unknown address get the same page, and the typed address stays", async () => {
  const attempt = async (email: string, word: string) => {
    const answer = await signInAt(new UserAgent(), authorizationUrl(fixture), email, word);
    assert.equal(answer.status, 401);
    return (
      answer.text
        .replaceAll(email, "EMAIL")
        .replace(/\/interaction\/[\w-]+/g, "/interaction/UID")
        // Each page asks a passkey a question of its own.
        .replace(/(&#34;challenge&#34;:&#34;)[\w-]+/, "$1QUESTION")
    );
  };
  const wrong = await attempt("ann@acme.example", "not the password at all");
  const unknown = await attempt("nobody@acme.example", "not the password at all");
  assert.equal(wrong, unknown);
  assert.match(wrong, /do not belong together/);
  assert.match(wrong, /value="EMAIL"/);
});

test("cancelling tells the relying party", async () => {
  const agent = new UserAgent();
  const page = await agent.follow(authorizationUrl(fixture));
  const answer = await agent.submit(page, {}, "/abort");
  assert.equal(answer.url.searchParams.get("error"), "access_denied");
});

test("an interaction of another browser, or none, is told as expired", async () => {
  const page = await new UserAgent().follow(authorizationUrl(fixture));
  const elsewhere = await new UserAgent().visit(page.url);
  assert.equal(elsewhere.status, 400);
  assert.match(elsewhere.text, /sign_in_expired/);
  const submitted = await new UserAgent().follow(`${page.url}/login`, {
    method: "POST",
    body: new URLSearchParams({ email: "ann@acme.example", password }),
  });
  assert.equal(submitted.status, 400);
  assert.match(submitted.text, /sign_in_expired/);
});

test("a form from another origin, of another type, or with a field twice is refused", async () => {
  const agent = new UserAgent();
  const page = await agent.follow(authorizationUrl(fixture));
  const body = new URLSearchParams({ email: "ann@acme.example", password });
  const post = (init: RequestInit) => agent.visit(`${page.url}/login`, { method: "POST", body, ...init });
  assert.match((await post({ headers: { origin: "https://evil.example" } })).text, /<code>forbidden/);
  assert.match((await post({ headers: { "sec-fetch-site": "cross-site" } })).text, /<code>forbidden/);
  assert.match((await post({ headers: { "sec-fetch-site": "same-site" } })).text, /<code>forbidden/);
  const json = await post({ body: "{}", headers: { "content-type": "application/json" } });
  assert.match(json.text, /<code>invalid_input/);
  const twice = await post({ body: new URLSearchParams([...body, ["email", "eve@acme.example"]]) });
  assert.match(twice.text, /email was sent twice/);
  const accepted = await post({ headers: { origin: fixture.issuer, "sec-fetch-site": "same-origin" } });
  assert.equal(accepted.status, 303);
});

test("a person whose address is not proven is told so on the login page, and is not signed in", async () => {
  const agent = new UserAgent();
  const page = await signInAt(agent, authorizationUrl(fixture), "unproven@acme.example");
  assert.equal(page.status, 403);
  assert.match(page.text, /Your e-mail address has not been confirmed/);
  const silent = await agent.follow(authorizationUrl(fixture, { prompt: "none" }));
  assert.equal(silent.url.searchParams.get("error"), "login_required");
  const account = await fixture.db("accounts").where({ email: "unproven@acme.example" }).first("id");
  const events = await fixture.db("audit_events").where({ account_id: account.id });
  assert.deepEqual(
    events.filter(({ type }: { type: string }) => type === "sign_in.succeeded"),
    [],
  );
});
