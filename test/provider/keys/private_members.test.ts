// No answer of the server, whatever is asked of it and however, holds a private member of a signing key or its
// seal: every route of both ports, every method, with and without credentials, before and after a rotation.
import assert from "node:assert/strict";
import { test } from "node:test";
import { apiRoutes } from "../../../src/admin/api_routes.ts";
import { createClient } from "../../../src/admin/operations/clients.ts";
import { systemClock } from "../../../src/clock.ts";
import { createPasswords } from "../../../src/provider/accounts/passwords.ts";
import { listKeys } from "../../../src/provider/keys/key_store.ts";
import { privateMembers } from "../../../src/provider/keys/published_copy.ts";
import { createKeySealer } from "../../../src/provider/keys/seal.ts";
import { authorizationUrl, codeOf, redeem } from "../support/authorization.ts";
import { addClient, addPerson, signInAt, useProvider } from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";

const email = "ada@acme.example";
const adminSecret = "a-secret-of-the-administrator-0123456789";
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Values that must not be seen, by what they are. */
let secrets: Map<string, string>;
const fixture = useProvider({}, async () => {
  await fixture.server.keyRing.poll();
  await addPerson(fixture.db, { email, tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "app" });
  const context = {
    db: fixture.db,
    clock: systemClock,
    passwords: createPasswords(),
    actor: "test",
    may: () => true,
  };
  await createClient(context, { clientId: "admin", purposes: ["admin"], secret: adminSecret });
  secrets = await readSecrets();
});

async function readSecrets(): Promise<Map<string, string>> {
  const sealer = createKeySealer(fixture.config.secrets);
  const found = new Map<string, string>();
  for (const { kid, sealedPrivateJwk } of await listKeys(fixture.db)) {
    assert.ok(sealedPrivateJwk !== null);
    found.set(`the seal of ${kid}`, sealedPrivateJwk);
    const privateJwk: Record<string, unknown> = { ...(await sealer.open(kid, sealedPrivateJwk)) };
    for (const member of privateMembers) {
      if (typeof privateJwk[member] === "string") found.set(`${member} of ${kid}`, privateJwk[member]);
    }
  }
  return found;
}

/** Asks, and looks at every header and the body of the answer. */
async function assertSafe(url: URL, init: RequestInit): Promise<Response> {
  const response = await fetch(url, { redirect: "manual", ...init });
  const shown = `${[...response.headers].join("\n")}\n${await response.text()}`;
  for (const [what, value] of secrets) {
    assert.ok(!shown.includes(value), `${init.method} ${url.pathname} shows ${what}`);
  }
  return response;
}

async function publicPaths(): Promise<string[]> {
  const discovery = await fetch(new URL("/.well-known/openid-configuration", fixture.issuer));
  const document = (await discovery.json()) as Record<string, unknown>;
  const endpoints = Object.values(document).filter(
    (value): value is string => typeof value === "string" && value.startsWith(`${fixture.issuer}/`),
  );
  return [
    ...endpoints.map((endpoint) => new URL(endpoint).pathname),
    "/.well-known/openid-configuration",
    "/jwks/",
    "/jwks.json",
    "/.well-known/jwks.json",
    "/health/live",
    "/health/ready",
    "/account",
    "/interaction/nobody",
    "/interaction/nobody/login",
    "/nowhere",
  ];
}

const bodyOf = (method: string, text: string) => (["GET", "HEAD"].includes(method) ? {} : { body: text });

test("there are two keys, each with its private members and its seal, to look for", () => {
  assert.equal(secrets.size, 2 * 7);
});

test("no public route shows one, by any method, as JSON or as a page", async () => {
  for (const path of await publicPaths()) {
    for (const method of methods) {
      for (const accept of ["application/json", "text/html"]) {
        const headers = { accept, "content-type": "application/x-www-form-urlencoded" };
        await assertSafe(new URL(path, fixture.issuer), {
          method,
          headers,
          ...bodyOf(method, "client_id=app"),
        });
      }
    }
  }
});

test("no admin route shows one, to an administrator or to a stranger", async () => {
  const answer = await fetch(new URL("/token", fixture.issuer), {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`admin:${adminSecret}`).toString("base64")}` },
    body: new URLSearchParams({ grant_type: "client_credentials", scope: "tti:admin" }),
  });
  const { access_token: token } = (await answer.json()) as { access_token?: string };
  assert.ok(token !== undefined);
  const paths = new Set([
    ...apiRoutes.map((route) => route.path),
    "/v1/keys",
    "/v1/openapi.json",
    "/metrics",
    "/",
  ]);
  for (const path of paths) {
    const url = new URL(path.replace(/:\w+/g, "acme"), fixture.server.adminUrl);
    for (const method of methods.filter((each) => each !== "DELETE")) {
      for (const authorization of [`Bearer ${token}`, "Bearer nobody"]) {
        const headers = { authorization, "content-type": "application/json" };
        await assertSafe(url, { method, headers, ...bodyOf(method, "{}") });
      }
    }
  }
  const audit = await assertSafe(new URL("/v1/tenants", fixture.server.adminUrl), {
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(audit.status, 200);
});

test("no step of a sign-in shows one, nor do the tokens it ends in", async () => {
  const answer = await signInAt(new UserAgent(), authorizationUrl(fixture), email);
  const { status, body } = await redeem(fixture, codeOf(answer));
  assert.equal(status, 200);
  const shown = answer.text + JSON.stringify(body);
  for (const [what, value] of secrets) assert.ok(!shown.includes(value), what);
});

test("the JWKS has only public members for every key, whoever asks for it and however", async () => {
  for (const accept of ["*/*", "application/json", "application/jwk-set+json", "text/html"]) {
    const response = await assertSafe(new URL("/jwks", fixture.issuer), {
      method: "GET",
      headers: { accept },
    });
    assert.equal(response.status, 200);
  }
  const { keys } = (await (await fetch(new URL("/jwks", fixture.issuer))).json()) as { keys: object[] };
  assert.equal(keys.length, 2);
  for (const key of keys) assert.deepEqual(Object.keys(key).sort(), ["alg", "e", "kid", "kty", "n", "use"]);
});
