// What a client can make is bounded: IAM's default quotas of an account, and the sandbox's own bounds of every other kind.
// The world is filled by hand up to one less than the bound, so that two calls tell.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AwsError } from "../../src/ground/errors.ts";
import { createRegistry, type Operation, type SharedContext } from "../../src/operation/operation.ts";
import { createRules } from "../../src/rules/rules.ts";
import { createSearchEngine } from "../../src/search/search_engine.ts";
import { createSeedCaller } from "../../src/seed/call.ts";
import { iamOperations } from "../../src/services/iam/index.ts";
import { createIdSource, createWorld, type World } from "../../src/state/index.ts";

const clock = () => new Date("2026-01-01T00:00:00Z");
const account = "111122223333";
const target = { account, region: "us-east-1", path: "test" };

function callerOf(operations: readonly Operation[]) {
  const world = createWorld();
  const search = createSearchEngine({ secret: "s", clock });
  const shared: SharedContext = { world, search, ids: createIdSource("test"), clock, rules: createRules() };
  return { world, call: createSeedCaller(createRegistry(operations), shared, "seed") };
}

function fill(world: World, kind: keyof World, count: number, entity: object = {}): void {
  const collection = world[kind] as unknown as Map<string, object>;
  for (let at = 0; at < count; at += 1) collection.set(`filled-${at}`, { ...entity });
}

const document = (more: object) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Action: "sts:AssumeRole", ...more },
  });
const trust = document({ Principal: { Service: "s3.amazonaws.com" } });

for (const [operation, kind, most, name, more] of [
  ["CreateRole", "iamRoles", 1000, "RoleName", { AssumeRolePolicyDocument: trust }],
  ["CreateUser", "iamUsers", 5000, "UserName", {}],
  ["CreatePolicy", "managedPolicies", 1500, "PolicyName", { PolicyDocument: document({ Resource: "*" }) }],
] as const) {
  test(`an account has at most ${most} by ${operation}; another account's do not count`, async () => {
    const { world, call } = callerOf(iamOperations);
    const names = { roleName: "r", userName: "u", policyName: "p" };
    fill(world, kind, most - 1, { accountId: account, ...names });
    world[kind].set("other", { accountId: "444455556666", ...names } as never);
    const make = (value: string) => call("iam", operation, { [name]: value, ...more }, target);
    await make("last");
    await assert.rejects(make("one-more"), (error: unknown) => {
      assert.ok(error instanceof AwsError);
      assert.deepEqual([error.code, error.status], ["LimitExceeded", 409]);
      assert.match(error.message, new RegExp(`PerAccount: ${most}$`));
      return true;
    });
  });
}

const q = { applicationId: "a".repeat(36), displayName: "x", clientToken: "t" };
const store = { IdentityStoreId: "d-1234567890" };
const InstanceArn = "arn:aws:sso:::instance/ssoins-1111111111111111";
const full = "ServiceQuotaExceededException";
for (const [service, operation, input, kind, most, code] of [
  ["identitystore", "CreateUser", { ...store, UserName: "u" }, "users", 50_000, full],
  ["identitystore", "CreateGroup", { ...store, DisplayName: "g" }, "groups", 10_000, full],
  ["sso-admin", "CreatePermissionSet", { InstanceArn, Name: "p" }, "permissionSets", 2000, full],
  ["kms", "CreateKey", {}, "kmsKeys", 1000, "LimitExceeded"],
  ["qbusiness", "CreateIndex", q, "indices", 1000, full],
  ["qbusiness", "CreateApplication", { displayName: "x" }, "qApplications", 1000, full],
] as const) {
  test(`the sandbox keeps at most ${most} of what ${service} ${operation} makes`, async () => {
    let runs = 0;
    const run = () => {
      runs += 1;
      return {};
    };
    const { world, call } = callerOf([{ service, operation, authorize: "anyResource", run }]);
    fill(world, kind, most - 1);
    await call(service, operation, input, target);
    fill(world, kind, most);
    await assert.rejects(call(service, operation, input, target), (error: unknown) => {
      assert.ok(error instanceof AwsError);
      assert.ok(error.code.startsWith(code), error.code);
      assert.equal(error.rule, "sandbox.bounds");
      assert.match(error.fix, /reset/);
      return true;
    });
    assert.equal(runs, 1);
  });
}
