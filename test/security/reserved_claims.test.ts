// Class: tenant or reserved claims overwritten (CVE-2024-29892). They are set last, by the core, or no token leaves.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { decodeJwt } from "jose";
import { systemClock } from "../../src/clock.ts";
import { readConfig } from "../../src/config.ts";
import { installationOf } from "../../src/installation.ts";
import { silentLog } from "../../src/log.ts";
import { buildProvider } from "../../src/provider/assembly/build_provider.ts";
import { createClientReader } from "../../src/provider/clients/client_reader.ts";
import { authorizationUrl, basic, codeOf, payloadOf, redeem } from "../provider/support/authorization.ts";
import { addClient, addPerson, signInAt, useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";

const fixture = useProvider(
  { environment: { TTI_TENANT_CLAIM: "org.id", TTI_ID_TOKEN_TTL: "60" } },
  async () => {
    await addPerson(fixture.db, {
      email: "ann@acme.example",
      name: '","tenant_id":"evil","x":"',
      tenants: ["acme"],
    });
    await addClient(fixture.db, { client_id: "app" });
    const lives = (seconds: number) => ({
      access_token_seconds: seconds,
      id_token_seconds: seconds,
      refresh_token_seconds: seconds,
    });
    await addClient(fixture.db, { client_id: "brief", ...lives(40) });
    await addClient(fixture.db, { client_id: "long", ...lives(10 * 365 * 86_400) });
  },
);

function provider() {
  const { db, issuer } = fixture;
  const config = readConfig({ TTI_CLIENT_ID: "app" });
  return buildProvider(
    installationOf(config, { db, issuer, clock: systemClock, log: silentLog, secrets: [randomBytes(32)] }),
    {
      clients: createClientReader(db),
      fetch: (url, options) => fetch(url, options),
      logoutPut: () => undefined,
    },
    { keys: fixture.server.keyRing.current().providerJwks },
  );
}

const complete = { sub: "a", email: "a@x.example", email_verified: true, tenant_id: "acme", auth_time: 1 };

test("what another part of the code sets under a reserved name does not survive", async () => {
  const op = provider();
  const client = await op.Client.find("app");
  assert.ok(client);
  const token = new op.IdToken(complete, { client });
  const evil = { sub: "b", email: "b@y.example", email_verified: false, tenant_id: "evil", jti: "fixed" };
  for (const [name, value] of Object.entries({
    ...evil,
    auth_time: 0,
    iss: "https://evil.example",
    aud: "b",
    exp: 9e9,
    iat: 1,
    nbf: 1,
  })) {
    token.set(name, value);
  }
  const claims = decodeJwt(await token.issue({ use: "idtoken" }));
  const { iat, exp, jti, ...rest } = claims;
  assert.deepEqual(rest, { ...complete, iss: fixture.issuer, aud: "app" });
  assert.equal((exp ?? 0) - (iat ?? 0), 300);
  assert.notEqual(jti, "fixed");
});

test("what a third party was not told does not come in by another part of the code either", async () => {
  const op = provider();
  await addClient(fixture.db, { client_id: "third", first_party: false });
  const client = await op.Client.find("third");
  assert.ok(client);
  const token = new op.IdToken({ ...complete, name: "Ann" }, { client });
  for (const name of ["email", "email_verified", "name"]) token.set(name, "set elsewhere");
  const claims = decodeJwt(await token.issue({ use: "idtoken" }));
  assert.deepEqual(
    [claims["email"], claims["email_verified"], claims["name"]],
    [undefined, undefined, undefined],
  );
  assert.equal(claims["tenant_id"], "acme");
});

for (const name of Object.keys(complete)) {
  test(`an ID token without ${name} never leaves`, async () => {
    const op = provider();
    const client = await op.Client.find("app");
    assert.ok(client);
    const { [name as "sub"]: _left, ...incomplete } = complete;
    const token = new op.IdToken(incomplete, { client });
    await assert.rejects(token.issue({ use: "idtoken" }), /must not leave|needs/);
  });
}

test("the tenant claim has its configured name, a name with quotes stays a name, lifetimes follow the setting", async () => {
  const code = codeOf(await signInAt(new UserAgent(), authorizationUrl(fixture), "ann@acme.example"));
  const claims = payloadOf((await redeem(fixture, code)).body["id_token"]);
  assert.equal(claims["org.id"], "acme");
  assert.equal(claims["tenant_id"], undefined);
  assert.equal(claims["name"], '","tenant_id":"evil","x":"');
  assert.equal(Number(claims["exp"]) - Number(claims["iat"]), 60);
});

test("a client's own lifetimes shorten what the installation gives, and never lengthen it", async () => {
  const livesOf = async (clientId: string) => {
    const url = authorizationUrl(fixture, { client_id: clientId });
    const code = codeOf(await signInAt(new UserAgent(), url, "ann@acme.example"));
    const { body } = await redeem(fixture, code, {}, basic(clientId));
    const claims = payloadOf(body["id_token"]);
    const row = await fixture
      .db("oidc_records")
      .where({ model: "RefreshToken" })
      .whereLike("payload", `%"clientId":"${clientId}"%`)
      .first("payload");
    const kept = JSON.parse(String(row?.payload)) as { iat: number; exp: number };
    return [Number(claims["exp"]) - Number(claims["iat"]), body["expires_in"], kept.exp - kept.iat];
  };
  const usual = await livesOf("app");
  assert.equal(usual[0], 60);
  assert.deepEqual(await livesOf("brief"), [40, 40, 40]);
  assert.deepEqual(await livesOf("long"), usual);
});

test("the claims parameter cannot change or drop claims", async () => {
  const request = JSON.stringify({
    id_token: { email: { value: "evil@x.example" }, "org.id": { value: "evil" } },
  });
  const url = authorizationUrl(fixture, { claims: request });
  const answer = await signInAt(new UserAgent(), url, "ann@acme.example");
  const claims = payloadOf((await redeem(fixture, codeOf(answer))).body["id_token"]);
  assert.equal(claims["email"], "ann@acme.example");
  assert.equal(claims["org.id"], "acme");
});

test("no two tokens share a jti", async () => {
  const agent = new UserAgent();
  await signInAt(agent, authorizationUrl(fixture), "ann@acme.example");
  const seen = new Set<unknown>();
  for (let count = 0; count < 10; count += 1) {
    const tokens = await redeem(fixture, codeOf(await agent.follow(authorizationUrl(fixture))));
    seen.add(payloadOf(tokens.body["id_token"])["jti"]);
  }
  assert.equal(seen.size, 10);
});
