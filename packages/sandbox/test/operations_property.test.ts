// Every operation with inputs that fit its model and name what exists: an answer the model can serialise, or a refusal
// of its own; never a crash, which the server would answer with 500. Each is answered at least once, so that what runs
// behind the refusals is tried too.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import { serializeError, serializeResponse } from "../src/gateway/protocol/index.ts";
import { AwsError } from "../src/ground/errors.ts";
import { createIssuerKeys } from "../src/issuer/issuer_keys.ts";
import { getModel, getOperation, serviceNames } from "../src/models/index.ts";
import type {
  Caller,
  OperationContext,
  Registry,
  ServiceName,
  SharedContext,
} from "../src/operation/operation.ts";
import { createRateLimiter } from "../src/operation/rate_limit.ts";
import { recorder } from "../src/operation/refuse.ts";
import { runOperation } from "../src/operation/run_operation.ts";
import { createRules } from "../src/rules/rules.ts";
import { createSearchEngine } from "../src/search/search_engine.ts";
import { applySeed } from "../src/seed/apply_seed.ts";
import { assembleRegistry } from "../src/services/registry.ts";
import { createIdentityCenterSigner } from "../src/services/sso_oidc/issue_tokens.ts";
import { createIdSource, createWorld, restoreWorld, type World, worldToJson } from "../src/state/index.ts";
import "../../../test/support/property_seed.ts";
import { knownValues } from "./support/known_values.ts";
import { modelValue } from "./support/model_values.ts";
import { furnishPermissionSets } from "./support/permission_sets.ts";
import { furnishPeople } from "./support/q_people.ts";
import {
  BASE_USER,
  CUSTOMER_ACCOUNT,
  exampleSeed,
  IDC_REGION,
  ISV_ACCOUNT,
  Q_REGION,
} from "./support/world.ts";

const operations = serviceNames.flatMap((service) =>
  [...getModel(service).operations.keys()].map((operation) => ({ service, operation })),
);

/** What no drawn input gets an answer to, why, and where it is answered instead. */
const unanswerable: Record<string, { why: string; answeredIn?: string }> = {
  "sso-oidc CreateToken": { why: "AWS has it, the sandbox does not" },
  "sso-oidc RegisterClient": { why: "AWS has it, the sandbox does not" },
  "sso-oidc CreateTokenWithIAM": {
    why: "it takes a token that a live issuer signed",
    answeredIn: "support/world.ts",
  },
  "sts AssumeRoleWithWebIdentity": {
    why: "it takes a token that a live issuer signed",
    answeredIn: "services/sts/web_identity.test.ts",
  },
  ...Object.fromEntries(
    ["ChatSync", "ListConversations", "ListMessages", "DeleteConversation"].map((operation) => [
      `qbusiness ${operation}`,
      {
        why: "it takes a session that carries an exchanged identity",
        answeredIn: "services/qbusiness/conversations.test.ts",
      },
    ]),
  ),
  "qbusiness SearchRelevantContent": {
    why: "it takes a session that carries an exchanged identity",
    answeredIn: "support/world.ts",
  },
};

/** What drawn members seldom fit together for: made, or taken away, in services/s3 and services/s3control. */
const seldomAnswered = new Set(["s3 DeleteBucket", "s3control CreateAccessGrant"]);

// Members that the model leaves optional and the operation asks for.
const asked: Record<string, readonly string[]> = {
  "identitystore CreateUser": ["UserName", "DisplayName", "Name"],
  "kms CreateKey": ["KeySpec", "KeyUsage"],
};

// Where there is an empty instance, and where there is none.
const emptyRegion = "us-east-2";
const otherRegion = "us-west-2";

async function createParts() {
  const clock = () => new Date("2026-11-24T00:00:00Z");
  const ids = createIdSource("property");
  const rules = createRules();
  const shared = {
    world: createWorld(),
    search: createSearchEngine({ secret: "s", clock }),
    ids,
    clock,
    rules,
  };
  const registry = assembleRegistry({
    limiter: createRateLimiter(clock),
    issuerKeys: createIssuerKeys(rules, clock),
    signer: createIdentityCenterSigner(ids),
  });
  const seed = exampleSeed("https://issuer.example.com");
  seed.identityCenters?.push({ name: "empty", account: CUSTOMER_ACCOUNT, region: emptyRegion });
  await applySeed(seed, registry, shared, "property");
  const parts = { shared, registry };
  return { ...parts, ...(await furnish(parts)) };
}

interface Parts {
  shared: SharedContext;
  registry: Registry;
}

/** What the seed makes none of: keys, roles of the customer's, an assignment, an index that no retriever reads. */
async function furnish(parts: Parts) {
  const { world } = parts.shared;
  const [application] = world.applications.values();
  const [user] = world.users.values();
  assert.ok(application && user);
  const run = (service: ServiceName, operation: string, input: Record<string, unknown>, region?: string) =>
    runOperation(parts.registry, contextFor(parts, service, operation, region), input);
  const makeKey = async () => {
    const { KeyMetadata } = await run("kms", "CreateKey", { KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" });
    return (KeyMetadata as { KeyId: string }).KeyId;
  };
  const [used, leaving] = [await makeKey(), await makeKey()];
  await run("kms", "CreateAlias", { AliasName: "alias/used", TargetKeyId: used });
  await run("kms", "ScheduleKeyDeletion", { KeyId: leaving });
  const message = new TextEncoder().encode("signed");
  const signing = { KeyId: used, Message: message, SigningAlgorithm: "RSASSA_PKCS1_V1_5_SHA_256" };
  const { Signature: signature } = await run("kms", "Sign", signing);
  const trust = {
    Effect: "Allow",
    Principal: { AWS: BASE_USER },
    Action: ["sts:AssumeRole", "sts:TagSession"],
  };
  const policy = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  for (const RoleName of ["empty", "reader"])
    await run("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument: policy(trust) });
  const reading = { RoleName: "reader", PolicyName: "Read" };
  const all = policy({ Effect: "Allow", Action: "*", Resource: "*" });
  await run("iam", "PutRolePolicy", { ...reading, PolicyDocument: all });
  await run("iam", "CreatePolicy", { PolicyName: "spare", PolicyDocument: all });
  const { Policy: managed } = await run("iam", "CreatePolicy", { PolicyName: "Read", PolicyDocument: all });
  const PolicyArn = (managed as { Arn: string }).Arn;
  await run("iam", "CreatePolicyVersion", { PolicyArn, PolicyDocument: all, SetAsDefault: true });
  await run("iam", "CreateUser", { UserName: "idle" });
  await run("iam", "CreateUser", { UserName: "busy", Tags: [{ Key: "team", Value: "red" }] });
  await run("iam", "PutUserPolicy", { UserName: "busy", PolicyName: "Read", PolicyDocument: all });
  await run("iam", "AttachUserPolicy", { UserName: "busy", PolicyArn });
  await run("iam", "AttachRolePolicy", { RoleName: "reader", PolicyArn });
  await run("iam", "CreateAccessKey", { UserName: "busy" });
  await run("iam", "CreateOpenIDConnectProvider", {
    Url: "https://idp.example.com",
    ClientIDList: ["app"],
    Tags: [{ Key: "team", Value: "red" }],
  });
  const [{ applicationId = "" } = {}] = world.qApplications.values();
  await run("qbusiness", "CreateIndex", { applicationId, displayName: "unread" });
  await furnishPeople((operation, input) => run("qbusiness", operation, input), world, user.userId);
  const ApplicationArn = application.applicationArn;
  await run("sso-admin", "CreateApplicationAssignment", {
    ApplicationArn,
    PrincipalId: user.userId,
    PrincipalType: "USER",
  });
  await furnishPermissionSets((operation, input) => run("sso-admin", operation, input), {
    InstanceArn: application.instanceArn,
    userId: user.userId,
    account: CUSTOMER_ACCOUNT,
  });
  await furnishS3(run);
  furnishPortal(world);
  const { search } = parts.shared;
  const documentid = [...world.indices.values()]
    .flatMap((index) => search.list(index.applicationId, index.indexId))
    .map(({ documentId }) => documentId);
  return { more: { message: [message], signature: [signature], policy: [all], documentid, ...s3Values } };
}

/** An access token of whoever is assigned to an account, as an exchange with sso:account:access gives it. */
function furnishPortal(world: World): void {
  const [assignment] = [...world.accountAssignments.values()].filter((each) => each.principalType === "USER");
  const [instance] = world.instances.values();
  assert.ok(assignment && instance);
  const accessToken = "aoaPortal";
  world.portalTokens.set(accessToken, {
    accessToken,
    userId: assignment.principalId,
    identityStoreId: instance.identityStoreId,
    instanceArn: assignment.instanceArn,
    applicationArn: "",
    expiresAtMs: Date.parse("2027-01-01"),
  });
}

const files = "acme-files";
const adminArn = `arn:aws:iam::${CUSTOMER_ACCOUNT}:user/admin`;

/** What members of S3 and Access Grants take, beside what the world holds. */
const s3Values = {
  accountid: [CUSTOMER_ACCOUNT],
  bucket: [files, "empty-bucket", "another-bucket"],
  expectedbucketowner: [CUSTOMER_ACCOUNT],
  key: ["a/b.txt"],
  locationconstraint: [IDC_REGION],
  locationscope: [`s3://${files}/c*`],
  s3subprefix: [`${files}/d*`],
  target: [`s3://${files}/a/*`],
  permission: ["READ"],
  durationseconds: [900],
  privilege: ["Default"],
  maxkeys: [10],
  resourcearn: [],
};

/** A bucket with an object, one without, and Access Grants with a grant for the administrator; a second location is free. */
async function furnishS3(
  run: (
    service: ServiceName,
    operation: string,
    input: Record<string, unknown>,
    region?: string,
  ) => Promise<unknown>,
): Promise<void> {
  const CreateBucketConfiguration = { LocationConstraint: IDC_REGION };
  for (const Bucket of [files, "empty-bucket"])
    await run("s3", "CreateBucket", { Bucket, CreateBucketConfiguration });
  await run("s3", "PutObject", { Bucket: files, Key: "a/b.txt", Body: Buffer.from("text") });
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { Service: "access-grants.s3.amazonaws.com" }, Action: "sts:*" },
    ],
  });
  await run("iam", "CreateRole", { RoleName: "s3ag", AssumeRolePolicyDocument });
  const AccountId = CUSTOMER_ACCOUNT;
  const IAMRoleArn = `arn:aws:iam::${CUSTOMER_ACCOUNT}:role/s3ag`;
  await run("s3control", "CreateAccessGrantsInstance", { AccountId });
  await run("s3control", "CreateAccessGrantsInstance", { AccountId }, emptyRegion);
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetDataAccess", Resource: "*" }],
  });
  await run("s3control", "PutAccessGrantsInstanceResourcePolicy", { AccountId, Policy });
  for (const LocationScope of ["s3://", `s3://${files}/b*`])
    await run("s3control", "CreateAccessGrantsLocation", { AccountId, LocationScope, IAMRoleArn });
  await run("s3control", "CreateAccessGrant", {
    AccountId,
    AccessGrantsLocationId: "default",
    AccessGrantsLocationConfiguration: { S3SubPrefix: `${files}/a/*` },
    Grantee: { GranteeType: "IAM", GranteeIdentifier: adminArn },
    Permission: "READ",
  });
}

/** Strings that name something: keys and ids of every entity. */
function knownStrings(world: World): string[] {
  const keys = Object.values(world).flatMap((collection: Map<string, unknown>) => [...collection.keys()]);
  return [...new Set(keys.flatMap((key) => [key, ...key.split("|")]))];
}

function signerOf(world: World, operation: string): Caller {
  // An account has one instance; the customer has its own.
  const accountId = operation === "CreateInstance" ? ISV_ACCOUNT : CUSTOMER_ACCOUNT;
  const root: Caller = {
    accessKeyId: "AKIA",
    accountId,
    arn: `arn:aws:iam::${accountId}:root`,
    userId: accountId,
    user: null,
    role: null,
    session: null,
    principalTags: [],
  };
  const admin = world.iamUsers.get(adminArn);
  // Data is granted to users and roles.
  if (operation === "GetDataAccess" && admin !== undefined)
    return { ...root, arn: admin.arn, userId: admin.userId, user: admin };
  const user = world.iamUsers.get(BASE_USER);
  // No root assumes a role.
  if (operation !== "AssumeRole" || user === undefined) return root;
  return { ...root, accountId: ISV_ACCOUNT, arn: user.arn, userId: user.userId, user };
}

/** Buckets of any region are made from the first one. */
function usualRegionOf(service: ServiceName, operation: string): string {
  if (operation === "CreateBucket") return "us-east-1";
  return service === "qbusiness" ? Q_REGION : IDC_REGION;
}

function contextFor(
  { shared }: Parts,
  service: ServiceName,
  operation: string,
  region = usualRegionOf(service, operation),
): OperationContext {
  const signer = signerOf(shared.world, operation);
  return {
    ...shared,
    requestId: "r",
    service,
    operation,
    region,
    accountId: signer.accountId,
    sourceIp: "127.0.0.1",
    caller: signer,
    ...recorder([]),
  };
}

describe("inputs that fit the model never crash an operation, and some are answered", async () => {
  const parts = await createParts();
  const { world } = parts.shared;
  const texts = knownStrings(world);
  const before = worldToJson(world);
  const documents = parts.shared.search.export();

  /** @returns whether it was answered; a refusal is another answer, a crash fails the test */
  async function call(service: ServiceName, operation: string, region: string | undefined, input: object) {
    restoreWorld(world, before);
    parts.shared.search.import(documents);
    try {
      const context = contextFor(parts, service, operation, region);
      const output = await runOperation(parts.registry, context, input as Record<string, unknown>);
      serializeResponse(service, operation, output ?? {}, "r");
      return true;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      serializeError(service, error, "r");
      assert.ok(error.status < 500 || error.rule === "sandbox.operation", `${operation}: ${error.why}`);
      assert.ok(error.why !== "", `${operation} refused without a reason`);
      return false;
    }
  }

  for (const { service, operation } of operations) {
    test(`${service} ${operation}`, async () => {
      const shape = getOperation(service, operation).input;
      const known = {
        named: knownValues(world, service, parts.more),
        texts,
        asked: asked[`${service} ${operation}`] ?? [],
      };
      const inputs = (shape ? modelValue(shape, known) : fc.constant({})) as fc.Arbitrary<object>;
      const regions = fc.oneof(
        { weight: 6, arbitrary: fc.constant(undefined) },
        { weight: 2, arbitrary: fc.constantFrom(emptyRegion, otherRegion) },
      );
      const expected = unanswerable[`${service} ${operation}`];
      let answers = 0;
      const tried = fc.asyncProperty(regions, inputs, async (region, input) => {
        if (await call(service, operation, region, input)) answers += 1;
      });
      await fc.assert(tried, { numRuns: 30 });
      // Some are answered only where several drawn members agree.
      if (seldomAnswered.has(`${service} ${operation}`)) return;
      for (let more = 0; answers === 0 && expected === undefined && more < 20; more += 1) {
        await fc.assert(tried, { numRuns: 50, seed: (fc.readConfigureGlobal().seed ?? 0) + more + 1 });
      }
      if (expected === undefined) assert.ok(answers > 0, "no drawn input was answered");
      else assert.equal(answers, 0, `it was answered, although ${expected.why}: take its line away`);
    });
  }
});

test("what drawn inputs never reach is an operation, and answered where its line says", () => {
  for (const [name, { answeredIn }] of Object.entries(unanswerable)) {
    const [service, operation = ""] = name.split(" ");
    assert.ok(
      operations.some((one) => one.service === service && one.operation === operation),
      name,
    );
    if (answeredIn === undefined) continue;
    const text = readFileSync(join(import.meta.dirname, answeredIn), "utf8");
    assert.ok(text.includes(`new ${operation}Command(`), name);
  }
});
