// What goes wrong for a moment: throttled, slow, dropped, expired, revoked, skewed. The search goes on where it can,
// ends in time where it cannot, and no ID token is ever presented twice.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ExchangeError } from "tti-exchange";
import type { Fault } from "tti-sandbox";
import { assertNothingPresentedTwice, type SandboxWorld, startSandboxWorld } from "./sandbox_world.ts";

const both = ["design", "handbook"];

/** The user still finds everything, with so many ID tokens. */
async function assertSurvives(world: SandboxWorld, fault: Fault, idTokens: number): Promise<void> {
  world.sandbox.control.addFault(fault);
  assert.deepEqual(await world.find("ada"), both);
  assert.deepEqual(world.sandbox.control.faults(), [], "the fault never struck");
  assert.equal(world.issuer.minted.length, idTokens);
  assertNothingPresentedTwice(world);
}

const survived: readonly (readonly [string, Fault, number])[] = [
  [
    "AssumeRole is throttled",
    { operation: "AssumeRole", error: { code: "Throttling", status: 400, message: "Rate exceeded" } },
    1,
  ],
  [
    "AssumeRole fails inside AWS",
    { operation: "AssumeRole", error: { code: "InternalFailure", status: 500 } },
    1,
  ],
  ["AssumeRole is dropped before it is done", { operation: "AssumeRole", drop: "before" }, 1],
  ["AssumeRole is dropped after it is done", { operation: "AssumeRole", drop: "after" }, 1],
  [
    "the exchange is told to slow down",
    {
      operation: "CreateTokenWithIAM",
      error: { code: "SlowDownException", members: { error: "slow_down" } },
    },
    2,
  ],
  [
    "the exchange fails inside AWS",
    {
      operation: "CreateTokenWithIAM",
      error: { code: "InternalServerException", status: 500, members: { error: "server_error" } },
    },
    2,
  ],
  ["the exchange is dropped before it is done", { operation: "CreateTokenWithIAM", drop: "before" }, 2],
  ["the exchange is dropped after it is done", { operation: "CreateTokenWithIAM", drop: "after" }, 2],
  ["the exchange's answer breaks off in the middle", { operation: "CreateTokenWithIAM", drop: "middle" }, 2],
  [
    "the search is throttled",
    { operation: "SearchRelevantContent", error: { code: "ThrottlingException", status: 429 } },
    1,
  ],
  [
    "the search fails inside AWS",
    { operation: "SearchRelevantContent", error: { code: "InternalServerException", status: 500 } },
    1,
  ],
  ["the search is dropped before it is done", { operation: "SearchRelevantContent", drop: "before" }, 1],
  [
    "the search's credentials are refused as expired",
    { operation: "SearchRelevantContent", error: { code: "ExpiredTokenException", status: 403 } },
    2,
  ],
];
for (const [name, fault, idTokens] of survived) {
  test(`the user finds everything although ${name}`, async (t) => {
    await assertSurvives(await startSandboxWorld(t), fault, idTokens);
  });
}

const told: readonly (readonly [string, Fault, string])[] = [
  [
    "a KMS key of Identity Center",
    {
      operation: "CreateTokenWithIAM",
      error: {
        code: "AccessDeniedException",
        members: { error: "access_denied", reason: "KMS_AccessDeniedException" },
      },
    },
    "kms_denied",
  ],
  [
    "an inactive licence",
    { operation: "SearchRelevantContent", error: { code: "LicenseNotFoundException", message: "inactive" } },
    "license_inactive",
  ],
  [
    "a wrong region AWS names",
    {
      operation: "CreateTokenWithIAM",
      error: {
        code: "InvalidRequestRegionException",
        members: { error: "invalid_request", region: "us-west-2" },
      },
    },
    "wrong_idc_region",
  ],
];
for (const [name, fault, code] of told) {
  test(`${name} is told as what it is, without another try`, async (t) => {
    const world = await startSandboxWorld(t);
    world.sandbox.control.addFault(fault);
    await assert.rejects(world.find("ada"), { code, retryable: false });
    assert.equal(world.issuer.minted.length, 1);
  });
}

test("an exchange over the quota by another process is waited out with fresh ID tokens", async (t) => {
  const world = await startSandboxWorld(t, { sandbox: { rules: { "exchange.jwtBearerPerSecond": 1 } } });
  const other = world.anotherClient();
  await other.session({ connection: world.connection, user: "bob" });
  assert.deepEqual(await world.find("ada"), both);
  assert.ok(
    world.events.some(({ code }) => code === "slow_down"),
    "the quota was never met",
  );
  assertNothingPresentedTwice(world);
});

for (const operation of ["AssumeRole", "CreateTokenWithIAM", "SearchRelevantContent"]) {
  test(`a ${operation} slower than the deadline ends at the deadline`, async (t) => {
    const world = await startSandboxWorld(t, { client: { deadlineSeconds: 0.5 } });
    world.sandbox.control.addFault({ operation, delayMs: 30_000, times: 5 });
    const startedMs = performance.now();
    await assert.rejects(world.find("ada"), { code: "deadline_exceeded" });
    // A single call's own time limit is ten seconds.
    assert.ok(performance.now() - startedMs < 8_000);
    assertNothingPresentedTwice(world);
  });
}

test("sessions revoked at AWS are replaced by one new exchange", async (t) => {
  const world = await startSandboxWorld(t);
  assert.deepEqual(await world.find("ada"), both);
  assert.ok(world.sandbox.control.expireSessions() > 0);
  assert.deepEqual(await world.find("ada"), both);
  assert.equal(world.issuer.minted.length, 2);
});

test("an identity context that expires between steps 2 and 3 sends the exchange the whole way again", async (t) => {
  let expired = 0;
  const world = await startSandboxWorld(t, {
    client: {
      onEvent: ({ step, outcome }) => {
        if (step === "create-token-with-iam" && outcome === "ok" && expired === 0) {
          expired = world.sandbox.control.expireIdentityContexts();
        }
      },
    },
  });
  assert.deepEqual(await world.find("ada"), both);
  assert.equal(expired, 1);
  assert.equal(world.issuer.minted.length, 2);
  assertNothingPresentedTwice(world);
});

test("an issuer whose clock runs ahead is refused here, with the clock as the reason", async (t) => {
  const world = await startSandboxWorld(t);
  const ahead = async ({ tenantId, user }: { tenantId: string; user: string }) => {
    const iat = Math.floor(Date.now() / 1000) + 600;
    return await world.issuer.mint({ tenantId, user }, { iat, exp: iat + 300, email: "ada@acme.example" });
  };
  const client = world.anotherClient({ idTokenSource: ahead });
  await assert.rejects(client.session({ connection: world.connection, user: "ada" }), (error) => {
    assert.ok(error instanceof ExchangeError);
    assert.equal(error.code, "id_token_clocks_differ");
    assert.match(error.fix, /clocks/);
    return true;
  });
  assert.equal(world.count("AssumeRole"), 0);
});

test("an ID token redeemed by another process is replaced by a fresh one", async (t) => {
  const world = await startSandboxWorld(t);
  const shared = await world.issuer.mint({ tenantId: "acme", user: "ada" }, { email: "ada@acme.example" });
  const once = (token: string) => {
    let given = false;
    return async () => {
      if (given)
        return await world.issuer.mint({ tenantId: "acme", user: "ada" }, { email: "ada@acme.example" });
      given = true;
      return token;
    };
  };
  const ask = { connection: world.connection, user: "ada" };
  await world.anotherClient({ idTokenSource: once(shared) }).session(ask);
  await world.anotherClient({ idTokenSource: once(shared) }).session(ask);
  assert.ok(world.events.some(({ code }) => code === "token_already_redeemed"));
});
