// The whole flow against the local AWS: what a user may see, in its own name, through its own tenant.

import assert from "node:assert/strict";
import { test } from "node:test";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { assertNothingPresentedTwice, startSandboxWorld } from "./sandbox_world.ts";

test("users of one customer find what they may see, and nothing else", async (t) => {
  const world = await startSandboxWorld(t);
  assert.deepEqual(await world.find("ada"), ["design", "handbook"]);
  assert.deepEqual(await world.find("bob"), ["handbook"]);
  assert.deepEqual(await world.find("bob", {}, "unheard-of"), []);
  assert.equal(world.count("CreateTokenWithIAM"), 2);
  assertNothingPresentedTwice(world);
});

test("the credentials work in any AWS SDK client, and CloudTrail's session name is the user", async (t) => {
  const world = await startSandboxWorld(t);
  const sts = new STSClient({
    region: "eu-central-1",
    endpoint: world.sandbox.url,
    credentials: world.accessor().credentialsFor("ada"),
  });
  t.after(() => sts.destroy());
  const identity = await sts.send(new GetCallerIdentityCommand({}));
  assert.equal(identity.Arn, "arn:aws:sts::111122223333:assumed-role/isv/ada");
});

test("two hundred searches of twenty callers for two users make two exchanges", async (t) => {
  const world = await startSandboxWorld(t);
  const callers = Array.from({ length: 20 }, async (_, index) => {
    for (let search = 0; search < 10; search += 1) await world.find(index % 2 === 0 ? "ada" : "bob");
  });
  await Promise.all(callers);
  assert.equal(world.count("CreateTokenWithIAM"), 2);
});

test("twelve users signing in together stay under the instance's ten exchanges a second", async (t) => {
  const world = await startSandboxWorld(t);
  const users = Array.from({ length: 12 }, (_, index) => ({
    userName: `u${index}`,
    email: `u${index}@acme.example`,
  }));
  const ask = (user: string) =>
    world.client.session({ connection: world.connection, user }).then(
      () => "in",
      (error: { code?: string }) => error.code,
    );
  const outcomes = await Promise.all(users.map(({ userName }) => ask(userName)));
  // Nobody of them is known to the customer, but each was asked for at the allowed pace.
  assert.deepEqual(new Set(outcomes), new Set(["token_rejected"]));
  assert.deepEqual(
    world.events.filter(({ code }) => code === "slow_down"),
    [],
  );
});

test("a page's token continues in the sandbox's search", async (t) => {
  const world = await startSandboxWorld(t);
  const accessor = world.accessor();
  const { value: first } = await accessor.pages({ user: "ada", queryText: "vacation", pageSize: 1 }).next();
  assert.equal(first?.results.length, 1);
  assert.ok(first?.nextToken);
  const rest: string[] = [];
  for await (const { documentId } of accessor.search({
    user: "ada",
    queryText: "vacation",
    pageSize: 1,
    nextToken: first.nextToken,
  })) {
    rest.push(documentId ?? "");
  }
  assert.equal(rest.length, 1);
  assert.notEqual(rest[0], first.results[0]?.documentId);
});

test("where the application grants refresh tokens, they are used, and a fresh ID token when they end", async (t) => {
  const world = await startSandboxWorld(t, { sandbox: { rules: { "accessor.refreshGrant": true } } });
  const renew = async () => {
    const session = await world.client.session({ connection: world.connection, user: "ada" });
    world.client.reject(world.connection, "ada", session);
  };
  await renew();
  await renew();
  await renew();
  assert.equal(world.issuer.minted.length, 1);
  world.sandbox.control.addFault({
    operation: "CreateTokenWithIAM",
    error: { code: "ExpiredTokenException", status: 400, members: { error: "expired_token" } },
  });
  await renew();
  assert.equal(world.issuer.minted.length, 2);
  const grants = world.events
    .filter(({ step }) => step === "create-token-with-iam")
    .map(({ grant }) => grant);
  assert.deepEqual(grants, ["jwt-bearer", "refresh_token", "refresh_token", "refresh_token", "jwt-bearer"]);
});
