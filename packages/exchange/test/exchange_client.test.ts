// The exchange as a whole over a scripted AWS: order, sharing, tags, renewal, forgetting.

import assert from "node:assert/strict";
import { test } from "node:test";
import { externalIdTagKey, fromTrustedTokenIssuer } from "../src/index.ts";
import { acme, globex } from "./support/connections.ts";
import { startWorld } from "./support/world.ts";

test("the exchange makes three calls, tagged with the tenant and named after the user", async (t) => {
  const { aws, client, issuer } = await startWorld(t);
  const session = await client.session({ connection: acme, user: "alice" });
  assert.deepEqual(
    aws.seen.map(({ operation }) => operation),
    ["assume-role-with-tag", "create-token-with-iam", "assume-role-with-context"],
  );
  const [first, second, third] = aws.seen;
  for (const request of [first, third]) {
    assert.equal(request?.parameters["Tags.member.1.Key"], externalIdTagKey);
    assert.equal(request?.parameters["Tags.member.1.Value"], "acme");
    assert.equal(request?.parameters["RoleArn"], acme.roleArn);
    assert.equal(request?.parameters["RoleSessionName"], "alice");
    assert.match(request?.authorization ?? "", /Credential=AKIABASE\/\d+\/eu-central-1\/sts\//);
  }
  assert.deepEqual(second?.parameters, {
    clientId: acme.idcApplicationArn,
    grantType: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    assertion: issuer.minted[0],
  });
  assert.match(second?.authorization ?? "", /Credential=ASIATAG1\/\d+\/eu-central-1\/sso-oauth\//);
  assert.equal(third?.parameters["ProvidedContexts.member.1.ContextAssertion"], "context-secret-1");
  assert.equal(
    third?.parameters["ProvidedContexts.member.1.ProviderArn"],
    "arn:aws:iam::aws:contextProvider/IdentityCenter",
  );
  assert.equal(session.credentials.accessKeyId, "ASIACONTEXT1");
  assert.ok(session.credentials.expiration instanceof Date);
});

test("a thousand concurrent calls of one user make one exchange; users and tenants stay apart", async (t) => {
  const { aws, client, issuer } = await startWorld(t);
  const many = await Promise.all(
    Array.from({ length: 1000 }, () => client.session({ connection: acme, user: "alice" })),
  );
  assert.equal(issuer.minted.length, 1);
  assert.equal(new Set(many).size, 1);
  const bob = await client.session({ connection: acme, user: "bob" });
  const stranger = await client.session({ connection: globex, user: "alice" });
  assert.equal(aws.count("create-token-with-iam"), 3);
  const keys = [many[0], bob, stranger].map((session) => session?.credentials.accessKeyId);
  assert.equal(new Set(keys).size, 3);
});

test("base credentials that are a session are limited to the hour of role chaining", async (t) => {
  const session = { accessKeyId: "ASIABASE", secretAccessKey: "s", sessionToken: "base-token" };
  const { aws, client, anotherClient } = await startWorld(t, { durationSeconds: 7200 });
  await client.session({ connection: acme, user: "alice" });
  await anotherClient({ baseCredentials: session }).session({ connection: acme, user: "alice" });
  const durations = aws.seen
    .filter(({ operation }) => operation === "assume-role-with-context")
    .map(({ parameters }) => parameters["DurationSeconds"]);
  assert.deepEqual(durations, ["7200", "3600"]);
});

test("a tenant or user other than the one asked for is refused before any AWS call", async (t) => {
  const world = await startWorld(t);
  const tenantMixUp = world.anotherClient({
    idTokenSource: () => world.issuer.mint({ tenantId: "globex", user: "alice" }),
  });
  await assert.rejects(tenantMixUp.session({ connection: acme, user: "alice" }), {
    code: "id_token_tenant_mismatch",
  });
  const userMixUp = world.anotherClient({
    idTokenSource: () => world.issuer.mint({ tenantId: "acme", user: "bob" }),
  });
  await assert.rejects(userMixUp.session({ connection: acme, user: "alice" }), {
    code: "id_token_user_mismatch",
  });
  assert.deepEqual(world.aws.seen, []);
});

test("a token signed by another key is refused before any AWS call", async (t) => {
  const world = await startWorld(t);
  const forged = async () => {
    const token = await world.issuer.mint({ tenantId: "acme", user: "alice" });
    const [header, payload, signature = ""] = token.split(".");
    return [header, payload, `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`].join(".");
  };
  const client = world.anotherClient({ idTokenSource: forged });
  await assert.rejects(client.session({ connection: acme, user: "alice" }), { code: "id_token_signature" });
  const unknownKey = world.anotherClient({
    idTokenSource: () => world.issuer.mint({ tenantId: "acme", user: "alice" }, {}, { kid: "other" }),
  });
  await assert.rejects(unknownKey.session({ connection: acme, user: "alice" }), {
    code: "id_token_key_not_found",
  });
  assert.deepEqual(world.aws.seen, []);
});

test("an issuer whose keys cannot be had stops the exchange, and the next call tries again", async (t) => {
  const world = await startWorld(t);
  const client = world.anotherClient({
    trustedTokenIssuer: { ...world.issuer.trustedTokenIssuer, jwksUri: "http://127.0.0.1:9/jwks" },
  });
  for (let call = 0; call < 2; call += 1) {
    await assert.rejects(client.session({ connection: acme, user: "alice" }), {
      code: "id_token_keys_unavailable",
      retryable: true,
    });
  }
  assert.deepEqual(world.aws.seen, []);
});

test("a source that returns the same token again is refused, and AWS does not see it twice", async (t) => {
  const world = await startWorld(t);
  const token = await world.issuer.mint({ tenantId: "acme", user: "alice" });
  const client = world.anotherClient({ idTokenSource: async () => token });
  await client.session({ connection: acme, user: "alice" });
  await client.forget(acme, "alice");
  await assert.rejects(client.session({ connection: acme, user: "alice" }), {
    code: "id_token_presented_before",
  });
  assert.equal(world.aws.seen.length, 3);
});

test("credentials are renewed in the background before they end", async (t) => {
  const time = { ms: Date.now() };
  const { aws, client } = await startWorld(t, { clock: () => new Date(time.ms) }, { now: () => time.ms });
  const first = await client.session({ connection: acme, user: "alice" });
  time.ms += 3_400_000;
  assert.equal(await client.session({ connection: acme, user: "alice" }), first);
  let renewed = first;
  while (renewed === first) {
    await new Promise(setImmediate);
    renewed = await client.session({ connection: acme, user: "alice" });
  }
  assert.notEqual(renewed.credentials.accessKeyId, first.credentials.accessKeyId);
  assert.equal(aws.count("create-token-with-iam"), 2);
});

test("forget drops one user's credentials; the next call exchanges anew", async (t) => {
  const { aws, client } = await startWorld(t);
  for (const user of ["alice", "bob"]) await client.session({ connection: acme, user });
  await client.forget(acme, "alice");
  for (const user of ["alice", "bob"]) await client.session({ connection: acme, user });
  assert.equal(aws.count("create-token-with-iam"), 3);
});

test("a refresh token of Identity Center is used instead of an ID token, until it expires", async (t) => {
  const { aws, client, issuer } = await startWorld(t, {}, { refreshToken: "idc-refresh-token" });
  const renew = async () => {
    const session = await client.session({ connection: acme, user: "alice" });
    client.reject(acme, "alice", session);
  };
  await renew();
  await renew();
  assert.equal(issuer.minted.length, 1);
  assert.deepEqual(
    aws.seen
      .filter(({ operation }) => operation === "create-token-with-iam")
      .map(({ parameters }) => parameters["grantType"]),
    ["urn:ietf:params:oauth:grant-type:jwt-bearer", "refresh_token"],
  );
  aws.script = ({ parameters }) =>
    parameters["grantType"] === "refresh_token"
      ? {
          status: 400,
          headers: { "x-amzn-errortype": "ExpiredTokenException" },
          body: '{"error":"expired_token"}',
        }
      : undefined;
  await renew();
  assert.equal(issuer.minted.length, 2, "falls back to a fresh ID token");
});

test("forgetting a user also forgets a refresh token that is just being earned", async (t) => {
  const { aws, client, issuer } = await startWorld(t, {}, { refreshToken: "idc-refresh-token" });
  aws.script = ({ operation }) => {
    if (operation === "create-token-with-iam") void client.forget(acme, "alice");
    return undefined;
  };
  await client.session({ connection: acme, user: "alice" });
  aws.script = () => undefined;
  await client.session({ connection: acme, user: "alice" });
  assert.equal(issuer.minted.length, 2);
});

test("refresh tokens are left alone when told so", async (t) => {
  const { client, issuer } = await startWorld(
    t,
    { refreshTokens: false },
    { refreshToken: "idc-refresh-token" },
  );
  for (let call = 0; call < 2; call += 1) {
    client.reject(acme, "alice", await client.session({ connection: acme, user: "alice" }));
  }
  assert.equal(issuer.minted.length, 2);
});

test("the credential provider hands out the user's credentials with their expiration", async (t) => {
  const { client, aws } = await startWorld(t);
  const provider = fromTrustedTokenIssuer({ connection: acme, user: "alice", client });
  const credentials = await provider();
  assert.deepEqual(Object.keys(credentials).sort(), [
    "accessKeyId",
    "accountId",
    "expiration",
    "secretAccessKey",
    "sessionToken",
  ]);
  await provider.forget();
  await provider();
  assert.equal(aws.count("create-token-with-iam"), 2);
});

test("wrong options are all named at once, before anything is sent", async (t) => {
  const { anotherClient } = await startWorld(t);
  assert.throws(
    () => anotherClient({ durationSeconds: 60, limiter: { share: 2 }, deadlineSeconds: Number.NaN }),
    (error) => {
      assert.ok(error instanceof Error);
      for (const name of ["durationSeconds", "limiter.share", "deadlineSeconds"])
        assert.match(error.message, new RegExp(name));
      return true;
    },
  );
});

test("a connection without source or issuer says which setting is missing", async (t) => {
  const { anotherClient } = await startWorld(t);
  for (const [setting, code] of [
    ["idTokenSource", "id_token_source_missing"],
    ["trustedTokenIssuer", "trusted_token_issuer_missing"],
  ] as const) {
    const client = anotherClient({ [setting]: undefined });
    await assert.rejects(client.session({ connection: acme, user: "alice" }), { code });
  }
});

test("signatures are left unverified only under a name that says so", async (t) => {
  const world = await startWorld(t);
  const unreachable = { ...world.issuer.trustedTokenIssuer, jwksUri: "http://127.0.0.1:9/jwks" };
  const client = world.anotherClient({
    trustedTokenIssuer: { ...unreachable, dangerouslySkipSignatureVerification: true },
  });
  assert.ok(await client.session({ connection: acme, user: "alice" }));
});

test("a closed client refuses further calls", async (t) => {
  const { client } = await startWorld(t);
  client.destroy();
  await assert.rejects(client.session({ connection: acme, user: "alice" }), { code: "client_closed" });
});
