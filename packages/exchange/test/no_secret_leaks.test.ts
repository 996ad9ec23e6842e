// Canaries: every secret the exchange touches is planted in what AWS or a source says, and must not come out again.

import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { test } from "node:test";
import { inspect } from "node:util";
import { exchangeChannelName, readAwsFailure } from "../src/index.ts";
import { acme, baseCredentials } from "./support/connections.ts";
import { oauthError, type SeenRequest, type StubAnswer, searchError, stsError } from "./support/stub_aws.ts";
import { collect, startWorld, type World } from "./support/world.ts";

/** Everything a person or a log could see of a value, hidden fields included. */
function everythingOf(value: unknown): string {
  const shown = inspect(value, { depth: 20, showHidden: true, maxStringLength: null, maxArrayLength: null });
  return `${shown}\n${JSON.stringify(value)}\n${value instanceof Error ? `${value.stack}${value.message}` : ""}`;
}

function secretsOf(world: World): string[] {
  const parts = world.issuer.minted.flatMap((token) => [token, ...token.split(".").slice(0, 3)]);
  const issued = [1, 2, 3].flatMap((n) => [
    `secret-of-ASIATAG${n}`,
    `session-of-ASIATAG${n}`,
    `secret-of-ASIACONTEXT${n}`,
    `session-of-ASIACONTEXT${n}`,
    `context-secret-${n}`,
  ]);
  return [...parts, ...issued, "idc-refresh-secret", "auth-code-secret", baseCredentials.secretAccessKey];
}

function assertClean(text: string, world: World): void {
  for (const secret of secretsOf(world)) {
    assert.ok(!text.includes(secret), `leaked ${secret.slice(0, 24)} in\n${text.slice(0, 4000)}`);
  }
}

/** An AWS that repeats to the caller everything it was sent, and everything it has handed out. */
function echo(request: SeenRequest, withSecrets: string): StubAnswer {
  const said = `bad: ${JSON.stringify(request.parameters)} ${withSecrets}`;
  const forXml = said.replace(/[<>&]/g, "");
  if (request.operation === "create-token-with-iam")
    return oauthError("InvalidGrantException", "invalid_grant", said);
  if (request.operation === "search") return searchError("AccessDeniedException", said, 403);
  return stsError("AccessDenied", forXml);
}

const ask = { connection: acme, user: "alice" };

test("an AWS that echoes what it was sent leaks nothing through errors or events", async (t) => {
  for (const operation of [
    "assume-role-with-tag",
    "create-token-with-iam",
    "assume-role-with-context",
    "search",
  ]) {
    const world = await startWorld(t, {}, { refreshToken: "idc-refresh-secret" });
    const published: unknown[] = [];
    const listen = (event: unknown) => published.push(event);
    subscribe(exchangeChannelName, listen);
    t.after(() => unsubscribe(exchangeChannelName, listen));
    const known =
      operation === "search"
        ? "secret-of-ASIACONTEXT1 session-of-ASIACONTEXT1"
        : "session-of-ASIATAG1 secret-of-ASIATAG1";
    world.aws.script = (request) =>
      request.operation === operation
        ? echo(request, operation === "assume-role-with-tag" ? "" : known)
        : undefined;
    const error = await collect(world.accessor().search({ user: "alice", queryText: "q" })).catch(
      (caught: unknown) => caught,
    );
    assert.ok(error instanceof Error, operation);
    assertClean(everythingOf(error), world);
    assertClean(everythingOf(published), world);
    assert.ok(published.length > 0);
  }
});

test("echoed refresh tokens and authorization codes stay inside as well", async (t) => {
  const world = await startWorld(t, {}, { refreshToken: "idc-refresh-secret" });
  const session = await world.client.session(ask);
  world.client.reject(acme, "alice", session);
  world.aws.script = (request) =>
    request.operation === "create-token-with-iam"
      ? oauthError("AccessDeniedException", "access_denied", JSON.stringify(request.parameters))
      : undefined;
  assertClean(everythingOf(await world.client.session(ask).catch((caught: unknown) => caught)), world);
  const authorization = {
    code: "auth-code-secret",
    redirectUri: "https://isv/cb",
    codeVerifier: "verifier-secret-x",
  };
  const refused = everythingOf(
    await world.client.redeemCode({ ...ask, authorization }).catch((caught: unknown) => caught),
  );
  assertClean(refused, world);
  assert.doesNotMatch(refused, /verifier-secret-x/);
});

test("a token source that throws the token leaks nothing", async (t) => {
  const world = await startWorld(t);
  const token = await world.issuer.mint({ tenantId: "acme", user: "alice" });
  world.issuer.minted.push(token);
  const client = world.anotherClient({
    idTokenSource: async () => {
      throw Object.assign(new Error(`cannot use ${token}`), { response: { body: token } });
    },
  });
  assertClean(everythingOf(await client.session(ask).catch((caught: unknown) => caught)), world);
});

test("a malformed or refused token is described, not shown", async (t) => {
  const world = await startWorld(t);
  const good = await world.issuer.mint({ tenantId: "acme", user: "alice" });
  world.issuer.minted.push(good);
  for (const bad of [
    `${good}.x.y`,
    `${good}!`,
    good.slice(0, -4),
    await world.issuer.mint({ tenantId: "acme", user: "alice" }, { exp: 1 }),
  ]) {
    world.issuer.minted.push(bad);
    const client = world.anotherClient({ idTokenSource: async () => bad });
    const error = await client.session(ask).catch((caught: unknown) => caught);
    assert.ok(error instanceof Error);
    assertClean(everythingOf(error), world);
  }
});

test("printing the client, the accessor or the provider shows no credentials", async (t) => {
  const world = await startWorld(t, {}, { refreshToken: "idc-refresh-secret" });
  const accessor = world.accessor();
  await collect(accessor.search({ user: "alice", queryText: "q" }));
  const provider = accessor.credentialsFor("alice");
  await provider();
  for (const value of [world.client, accessor, provider]) {
    const shown = inspect(value, { depth: 20, showHidden: true }) + JSON.stringify(value);
    assertClean(shown, world);
  }
});

test("an AWS error is read without its response object", () => {
  const error = Object.assign(new Error("x"), {
    name: "AccessDenied",
    $metadata: {},
    $response: { body: "canary" },
  });
  assert.doesNotMatch(everythingOf(readAwsFailure(error)), /canary/);
});
