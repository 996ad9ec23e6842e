// Rows of the failure catalogue that a wrong set-up causes, on either side: each fails at its step, with its cause.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ExchangeError } from "tti-exchange";
import { isvRole } from "tti-sandbox";
import {
  assertNothingPresentedTwice,
  roleWith,
  type SandboxWorld,
  startSandboxWorld,
} from "./sandbox_world.ts";

const trust = ["sts:AssumeRole", "sts:SetContext", "sts:TagSession"];
const permissions = [
  "qbusiness:SearchRelevantContent",
  "sso-oauth:CreateTokenWithIAM",
  "kms:Decrypt",
  "sts:SetContext",
];
const without = (actions: readonly string[], ...names: string[]) =>
  actions.filter((action) => !names.includes(action));

interface Expected {
  readonly code: string;
  readonly step: string;
  /** In the first cause. */
  readonly cause: RegExp;
}

async function assertFails(
  world: SandboxWorld,
  expected: Expected,
  find: () => Promise<unknown> = () => world.find("ada"),
) {
  await assert.rejects(find(), (error) => {
    assert.ok(error instanceof ExchangeError, String(error));
    assert.equal(error.code, expected.code, error.message);
    assert.equal(error.step, expected.step);
    assert.match(error.causes[0] ?? "", expected.cause);
    assert.ok(error.awsRequestId, "the AWS request id is missing");
    assert.equal(error.retryable, false);
    return true;
  });
  assertNothingPresentedTwice(world);
}

test("a trust policy without sts:TagSession fails at step 1", async (t) => {
  const world = await startSandboxWorld(t, { role: roleWith(without(trust, "sts:TagSession"), permissions) });
  await assertFails(world, {
    code: "tag_session_denied",
    step: "assume-role-with-tag",
    cause: /sts:TagSession/,
  });
});

test("a trust policy without sts:SetContext fails at step 3", async (t) => {
  const world = await startSandboxWorld(t, { role: roleWith(without(trust, "sts:SetContext"), permissions) });
  await assertFails(world, {
    code: "set_context_denied",
    step: "assume-role-with-context",
    cause: /sts:SetContext/,
  });
});

test("a trust policy that names somebody else fails at step 1", async (t) => {
  const other = "arn:aws:iam::111122223333:role/app";
  const world = await startSandboxWorld(t, { role: isvRole("isv", other) });
  await assertFails(world, {
    code: "assume_role_denied",
    step: "assume-role-with-tag",
    cause: /does not name the caller/,
  });
});

test("a role without sso-oauth:CreateTokenWithIAM fails at step 2", async (t) => {
  const world = await startSandboxWorld(t, {
    role: roleWith(trust, without(permissions, "sso-oauth:CreateTokenWithIAM")),
  });
  await assertFails(world, {
    code: "exchange_not_permitted",
    step: "create-token-with-iam",
    cause: /sso-oauth:CreateTokenWithIAM/,
  });
});

test("an application that does not exist, or the wrong Identity Center region, fails at step 2", async (t) => {
  const world = await startSandboxWorld(t);
  const idcApplicationArn = `${world.connection.idcApplicationArn.slice(0, -16)}${"0".repeat(16)}`;
  await assertFails(
    world,
    { code: "idc_application_unknown", step: "create-token-with-iam", cause: /idcApplicationArn/ },
    () => world.find("ada", { idcApplicationArn }),
  );
  await assertFails(
    world,
    { code: "idc_application_unknown", step: "create-token-with-iam", cause: /idcApplicationArn/ },
    () => world.find("ada", { idcRegion: "us-west-2" }),
  );
});

test("a customer who chose the authorization code fails a connection by issuer at step 2", async (t) => {
  const world = await startSandboxWorld(t, { accessor: { trustedTokenIssuer: undefined } });
  await assertFails(world, {
    code: "grant_not_configured",
    step: "create-token-with-iam",
    cause: /other method/,
  });
});

test("an issuer registered with a trailing slash refuses every token at step 2", async (t) => {
  const world = await startSandboxWorld(t, { registeredIssuer: (issuer) => `${issuer}/` });
  await assertFails(world, {
    code: "token_rejected",
    step: "create-token-with-iam",
    cause: /ada@acme\.example/,
  });
});

test("a user the customer's Identity Center does not know fails at step 2, for that user only", async (t) => {
  const world = await startSandboxWorld(t);
  await assertFails(
    world,
    { code: "token_rejected", step: "create-token-with-iam", cause: /eve@acme\.example/ },
    () => world.find("eve"),
  );
  assert.deepEqual(await world.find("bob"), ["handbook"]);
});

test("a user who is not assigned to the application fails at step 2", async (t) => {
  const world = await startSandboxWorld(t, { accessor: { assignments: { users: ["ada"] } } });
  assert.deepEqual(await world.find("ada"), ["design", "handbook"]);
  await assertFails(
    world,
    { code: "user_not_assigned", step: "create-token-with-iam", cause: /bob@acme\.example is not assigned/ },
    () => world.find("bob"),
  );
});

for (const [name, accessor, cause] of [
  [
    "a resource policy without a statement for the role",
    { permission: "none" },
    /no resource policy statement/,
  ],
  [
    "an External Id the customer typed differently",
    { externalId: "acme-corp" },
    /another qbusiness-dataaccessor:ExternalId/,
  ],
] as const) {
  test(`${name} fails at step 4`, async (t) => {
    const world = await startSandboxWorld(t, { accessor });
    await assert.rejects(world.find("ada"), (error) => {
      assert.ok(error instanceof ExchangeError);
      assert.equal(error.code, "search_denied");
      assert.ok(error.causes.some((each) => cause.test(each)));
      return true;
    });
    assert.equal(world.count("CreateTokenWithIAM"), 1);
  });
}

test("a user without a Q Business subscription fails at step 4", async (t) => {
  const world = await startSandboxWorld(t);
  const message = "User is not authorized for this service call.";
  world.sandbox.control.addFault({
    operation: "SearchRelevantContent",
    error: { code: "AccessDeniedException", status: 403, message },
  });
  await assertFails(world, {
    code: "search_denied",
    step: "search-relevant-content",
    cause: /no Q Business subscription/,
  });
});

test("the wrong application, retriever or region fails at step 4", async (t) => {
  const world = await startSandboxWorld(t);
  const expected = { code: "search_target_not_found", step: "search-relevant-content", cause: /qRegion/ };
  const unknown = "00000000-0000-4000-8000-000000000000";
  await assertFails(world, expected, () => world.find("ada", { applicationId: unknown }));
  await assertFails(world, expected, () => world.find("ada", { retrieverId: unknown }));
  await assertFails(world, expected, () => world.find("ada", { qRegion: "us-east-1" }));
  assert.equal(world.count("CreateTokenWithIAM"), 1, "the user's credentials are good for all of them");
});

test("an attribute filter Q Business cannot read is told as invalid", async (t) => {
  const world = await startSandboxWorld(t);
  const search = world.accessor().search({
    user: "ada",
    queryText: "vacation",
    attributeFilter: { equalsTo: { name: "", value: { stringValue: "x" } } },
  });
  await assertFails(
    world,
    { code: "search_invalid", step: "search-relevant-content", cause: /attribute filter/ },
    () => search.next(),
  );
});

test("base credentials that are a session get one hour, and work", async (t) => {
  const world = await startSandboxWorld(t, {
    role: roleWith(trust, permissions, "arn:aws:iam::111122223333:role/app"),
  });
  const baseCredentials = world.sandbox.seedResult.credentials["session"];
  assert.ok(baseCredentials);
  const client = world.anotherClient({ baseCredentials, durationSeconds: 7200 });
  const session = await client.session({ connection: world.connection, user: "ada" });
  assert.ok(session.expiresAt.getTime() - Date.now() <= 3_600_000);
});

test("base credentials AWS does not know fail at step 1", async (t) => {
  const world = await startSandboxWorld(t);
  const client = world.anotherClient({
    baseCredentials: { accessKeyId: "AKIAUNKNOWN123456", secretAccessKey: "x".repeat(40) },
  });
  await assertFails(
    world,
    { code: "base_credentials_refused", step: "assume-role-with-tag", cause: /access key/ },
    () => client.session({ connection: world.connection, user: "ada" }),
  );
});
