// The authorization-code method end to end: browser to /authorize, code to CreateTokenWithIAM, search as that user.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { CreateTokenWithIAMCommand, SSOOIDCClient } from "@aws-sdk/client-sso-oidc";
import { type Sandbox, startSandbox } from "../../../src/index.ts";
import { baseKeys, exampleSeed, IDC_REGION, ISV_ROLE, lastRequest, stepsOf } from "../../support/world.ts";

const redirectUri = "https://isv.example.com/callback";

let sandbox: Sandbox;
before(async () => {
  const seed = exampleSeed("https://issuer.example.com", { trustedTokenIssuer: undefined });
  seed.isvs = [{ displayName: "Example ISV", principal: ISV_ROLE, redirectUris: [redirectUri] }];
  sandbox = await startSandbox({ port: 0, seed });
});
after(() => sandbox.close());

const clientId = () => sandbox.seedResult.connections["example-isv"]?.idcApplicationArn ?? "";

/** Goes through the sign-in page as a browser does. */
async function signIn(user: string, parameters: Record<string, string>): Promise<URL> {
  const query = new URLSearchParams({
    response_type: "code",
    client_id: clientId(),
    redirect_uri: redirectUri,
    ...parameters,
  });
  const page = await fetch(`${sandbox.url}/authorize?${query}`);
  const cookie = (page.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const token = /name="form_token" value="([^"]*)"/.exec(await page.text())?.[1] ?? "";
  const body = new URLSearchParams([...query, ["form_token", token], ["user", user]]);
  const answer = await fetch(`${sandbox.url}/authorize`, {
    method: "POST",
    body,
    headers: { cookie },
    redirect: "manual",
  });
  assert.equal(answer.status, 302);
  return new URL(answer.headers.get("location") ?? "");
}

async function redeem(code: string, codeVerifier?: string) {
  const credentials = await stepsOf(sandbox).assumeRole();
  const client = new SSOOIDCClient({
    region: IDC_REGION,
    endpoint: sandbox.url,
    credentials,
    maxAttempts: 1,
  });
  try {
    return await client.send(
      new CreateTokenWithIAMCommand({
        clientId: clientId(),
        grantType: "authorization_code",
        code,
        redirectUri,
        codeVerifier,
      }),
    );
  } finally {
    client.destroy();
  }
}

async function documentsOf(identityContext: string | undefined): Promise<string[]> {
  const { enhanced, search } = stepsOf(sandbox);
  const { relevantContent } = await search(await enhanced(identityContext ?? ""));
  return (relevantContent ?? []).map((content) => content.documentId ?? "").sort();
}

test("each user who signs in sees his own documents", async () => {
  for (const [user, documents] of [
    ["ada", ["design", "handbook", "salaries"]],
    ["bob", ["handbook"]],
  ] as const) {
    const location = await signIn(user, { state: "xyz" });
    assert.equal(location.searchParams.get("state"), "xyz");
    const answer = await redeem(location.searchParams.get("code") ?? "");
    assert.deepEqual(await documentsOf(answer.awsAdditionalDetails?.identityContext), documents);
  }
});

test("with PKCE the exchange wants the verifier, and a code is good once", async () => {
  const verifier = randomBytes(32).toString("base64url");
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const parameters = { code_challenge: challenge, code_challenge_method: "S256" };
  const code = (await signIn("ada", parameters)).searchParams.get("code") ?? "";
  assert.ok((await redeem(code, verifier)).idToken);
  await assert.rejects(redeem(code, verifier), { name: "InvalidGrantException", error: "invalid_grant" });
  assert.equal(lastRequest(sandbox).rule, "code.unused");

  const second = (await signIn("ada", parameters)).searchParams.get("code") ?? "";
  await assert.rejects(redeem(second), { name: "InvalidGrantException" });
  assert.equal(lastRequest(sandbox).rule, "code.pkce");
});

test("a code expires by the sandbox's clock", async () => {
  const code = (await signIn("ada", {})).searchParams.get("code") ?? "";
  sandbox.control.advanceClock(61);
  await assert.rejects(redeem(code), { name: "InvalidGrantException" });
  assert.equal(lastRequest(sandbox).rule, "authorize.codeSeconds");
});

test("the request log shows the sign-in with its checks", async () => {
  await signIn("bob", {});
  const record = lastRequest(sandbox);
  assert.equal(record.operation, "Authorize (sign-in)");
  assert.equal(record.region, IDC_REGION);
  assert.deepEqual(
    record.checks.map(({ name, passed }) => [name, passed]),
    [
      ["authorize.form", true],
      ["authorize.user", true],
    ],
  );
});

test("the base credentials of the seed are not on any page", async () => {
  for (const path of ["/", "/contents", `/requests/${lastRequest(sandbox).sequence}`]) {
    const page = await (await fetch(sandbox.url + path)).text();
    assert.ok(!page.includes(baseKeys(sandbox).secretAccessKey));
    assert.match(page, /Sandbox/);
  }
});
