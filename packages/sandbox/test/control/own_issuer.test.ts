// The sandbox's own issuer: a seed that trusts it needs no other, its tokens say what a test asks for, and nothing is fetched.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CreateTokenWithIAMCommand, SSOOIDCClient } from "@aws-sdk/client-sso-oidc";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { runSandboxCommand } from "../../src/command/sandbox_command.ts";
import { exampleSeed, OWN_ISSUER_URL, parseSeed, type Sandbox, startSandbox } from "../../src/index.ts";

const now = new Date("2026-11-27T10:00:00Z");
let sandbox: Sandbox;
before(async () => {
  // Local issuers are not allowed: the own one needs no such leave.
  sandbox = await startSandbox({ port: 0, seed: exampleSeed(OWN_ISSUER_URL) });
});
after(() => sandbox.close());

async function exchange(assertion: string) {
  const connection = sandbox.seedResult.connections["example-isv"];
  const credentials = sandbox.seedResult.credentials["isv"];
  assert.ok(connection && credentials);
  const reach = { region: connection.idcRegion, endpoint: sandbox.url };
  const sts = new STSClient({ ...reach, credentials });
  const { Credentials: keys } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: connection.principal,
      RoleSessionName: "test",
      Tags: [{ Key: "qbusiness-dataaccessor:ExternalId", Value: "acme" }],
    }),
  );
  const oidc = new SSOOIDCClient({
    ...reach,
    credentials: {
      accessKeyId: keys?.AccessKeyId ?? "",
      secretAccessKey: keys?.SecretAccessKey ?? "",
      sessionToken: keys?.SessionToken ?? "",
    },
    maxAttempts: 1,
  });
  try {
    return await oidc.send(
      new CreateTokenWithIAMCommand({
        clientId: connection.idcApplicationArn,
        grantType: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion,
      }),
    );
  } finally {
    sts.destroy();
    oidc.destroy();
  }
}

const lastRule = () => sandbox.control.requests(1)[0]?.rule;

async function post(body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${sandbox.url}/_sandbox/id-token`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test("its token is exchanged for the user it names, over HTTP as in process", async () => {
  const { idToken } = await sandbox.control.idToken({ email: "ada@acme.example" });
  const answer = await exchange(idToken);
  const { users } = sandbox.seedResult.identityCenters["acme"] ?? {};
  assert.equal(decodeJwt(answer.idToken ?? "").sub, users?.["ada"]);
  const { status, body } = await post({ email: "bob@acme.example" });
  assert.equal(status, 200);
  assert.equal(
    decodeJwt((await exchange(String(body["idToken"]))).idToken ?? "").sub,
    sandbox.seedResult.identityCenters["acme"]?.users["bob"],
  );
});

test("a token has what Identity Center asks for, by the sandbox's own time", async () => {
  const own = await startSandbox({ port: 0, seed: exampleSeed(OWN_ISSUER_URL), clock: () => now });
  own.control.advanceClock(3600);
  const { idToken, claims } = await own.control.idToken({ email: "ada@acme.example" });
  await own.close();
  assert.deepEqual(decodeJwt(idToken), claims);
  assert.equal(decodeProtectedHeader(idToken).alg, "RS256");
  const { jti, ...rest } = claims;
  assert.match(String(jti), /^[\da-f-]{36}$/);
  const iat = now.getTime() / 1000 + 3600;
  assert.deepEqual(rest, {
    iss: OWN_ISSUER_URL,
    sub: "ada@acme.example",
    aud: "tti-demo",
    iat,
    exp: iat + 300,
    email: "ada@acme.example",
    email_verified: true,
  });
});

for (const [what, claims, rule] of [
  ["for another audience", { aud: "somebody-else" }, "token.audience"],
  ["that is over", { iat: 1_700_000_000, exp: 1_700_000_300 }, "token.expiry"],
  ["without a jti", { jti: null }, "token.missingJti"],
  ["of a user nobody knows", { email: "nobody@acme.example" }, "user.match"],
] as const) {
  test(`a test can ask for a token ${what}, and it is refused for that`, async () => {
    const { idToken } = await sandbox.control.idToken({ email: "ada@acme.example", claims });
    await assert.rejects(exchange(idToken), { name: /Exception$/ });
    assert.equal(lastRule(), rule);
  });
}

test("a key of somebody else does not pass for its own", async () => {
  const other = await startSandbox({ port: 0, seed: exampleSeed(OWN_ISSUER_URL) });
  const { idToken } = await other.control.idToken({ email: "ada@acme.example" });
  await other.close();
  await assert.rejects(exchange(idToken), { name: "InvalidGrantException" });
  assert.equal(lastRule(), "token.signature");
});

test("what it is asked wrongly is told by name; a web page elsewhere asks in vain", async () => {
  const unknown = await post({ mail: "ada@acme.example" });
  assert.equal(unknown.status, 400);
  assert.match(JSON.stringify(unknown.body), /CONTROL_INPUT_INVALID.*\bmail\b.*Did you mean \\"email\\"\?/);
  const foreign = await post({ email: "ada@acme.example" }, { origin: "https://evil.example" });
  assert.equal(foreign.status, 403);
  const empty = await startSandbox({ port: 0 });
  await assert.rejects(empty.control.idToken({ email: "ada@acme.example" }), {
    code: "SANDBOX_AUDIENCE_UNKNOWN",
  });
  assert.equal((await empty.control.idToken({ claims: { aud: "mine" } })).claims["aud"], "mine");
  await empty.close();
});

test("--example-seed --issuer own prints a seed that trusts it; another word is refused", async () => {
  const run = async (...words: string[]) => {
    const said: string[] = [];
    const surroundings = { out: (text: string) => said.push(text), err: (text: string) => said.push(text) };
    const exitCode = await runSandboxCommand(words, { ...surroundings, stopped: async () => {} });
    return { exitCode, text: said.join("\n") };
  };
  const issuerOf = (text: string) =>
    parseSeed(JSON.parse(text)).identityCenters?.[0]?.trustedTokenIssuers?.[0]?.issuerUrl;
  assert.equal(issuerOf((await run("--example-seed", "--issuer", "own")).text), OWN_ISSUER_URL);
  const elsewhere = "https://idp.example.com/pool";
  assert.equal(issuerOf((await run("--example-seed", "--issuer", elsewhere)).text), elsewhere);
  assert.equal(issuerOf((await run("--example-seed")).text), "http://localhost:3000");
  assert.deepEqual(exampleSeed("own"), exampleSeed(OWN_ISSUER_URL));
  for (const wrong of ["mine", { issuer: "own" }])
    assert.throws(() => exampleSeed(wrong as string), {
      code: "SANDBOX_OPTION_INVALID",
      message: /exampleSeed's first argument.* nor own/,
    });
  for (const words of [
    ["--example-seed", "--issuer", "mine"],
    ["--issuer", "own"],
  ]) {
    const refused = await run(...words);
    assert.equal(refused.exitCode, 1);
    assert.match(refused.text, /--issuer .*\n {2}code: SANDBOX_OPTION_INVALID/);
  }
});
