// Every operation, given input that fits the model but not the world (ids of other things, extreme values, odd
// combinations), answers or refuses in AWS's words; nothing else is ever thrown. What it answers fits the model too.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, it } from "node:test";
import { serializeResponse } from "../../../src/gateway/protocol/index.ts";
import { AwsError } from "../../../src/ground/errors.ts";
import { getModel, getOperation, serviceNames } from "../../../src/models/index.ts";
import type { StructureShape } from "../../../src/models/shapes.ts";
import { validateInput } from "../../../src/models/validate.ts";
import type { SharedContext } from "../../../src/operation/operation.ts";
import { createRegistry, type Operation, type OperationContext } from "../../../src/operation/operation.ts";
import { recorder } from "../../../src/operation/refuse.ts";
import { createRules } from "../../../src/rules/rules.ts";
import { createSearchEngine } from "../../../src/search/search_engine.ts";
import { applySeed } from "../../../src/seed/apply_seed.ts";
import { createSeedCaller } from "../../../src/seed/call.ts";
import { iamOperations } from "../../../src/services/iam/index.ts";
import { identitystoreOperations } from "../../../src/services/identitystore/index.ts";
import { kmsOperations } from "../../../src/services/kms/index.ts";
import { qbusinessOperations } from "../../../src/services/qbusiness/index.ts";
import { ssoAdminOperations } from "../../../src/services/sso_admin/index.ts";
import {
  createIdSource,
  createWorld,
  type KmsKey,
  restoreWorld,
  type World,
  worldToJson,
} from "../../../src/state/index.ts";
import { furnishPermissionSets } from "../../support/permission_sets.ts";
import { furnishPeople } from "../../support/q_people.ts";
import { CUSTOMER_ACCOUNT, exampleSeed, IDC_REGION, Q_REGION } from "../../support/world.ts";
import {
  candidatesOf,
  createRandom,
  generateStructure,
  policy,
  type Random,
  trustPolicy,
} from "./generated_input.ts";

const operations: readonly Operation[] = [
  ...ssoAdminOperations,
  ...identitystoreOperations,
  ...qbusinessOperations,
  ...iamOperations,
  ...kmsOperations,
];
const runsPerOperation = 150;

/** Operations of the models that stand elsewhere: the data plane, and what the sandbox leaves to the 501 answer. */
const elsewhere = [
  "AssumeRole",
  "AssumeRoleWithWebIdentity",
  "GetSessionToken",
  "GetCallerIdentity",
  "CreateTokenWithIAM",
  "SearchRelevantContent",
  "LookupEvents",
];
/** Services whose operations stand in operations_property.test.ts alone. */
const otherServices = ["s3", "s3control", "sso"];
const notSupported = ["CreateToken", "RegisterClient"];

/** Operations no generated input satisfies: a second instance, a key of an exact kind, a valid signature, and so on. */
const hardToSatisfy = [
  "CreateInstance",
  "DeleteInstance",
  "CreateKey",
  "Verify",
  // These take a session that acts for a user.
  "ChatSync",
  "ListConversations",
  "ListMessages",
  "DeleteConversation",
];

describe("the operations of the models", () => {
  it("all exist", () => {
    const built = new Set(operations.map(({ service, operation }) => `${service}:${operation}`));
    const missing = serviceNames
      .filter((service) => !otherServices.includes(service))
      .flatMap((service) => [...getModel(service).operations.keys()].map((name) => ({ service, name })))
      .filter(({ name }) => !elsewhere.includes(name) && !notSupported.includes(name))
      .filter(({ service, name }) => !built.has(`${service}:${name}`));
    assert.deepEqual(missing, []);
  });

  for (const operation of operations) {
    it(`${operation.service} ${operation.operation} answers or refuses whatever fits its model`, async () => {
      const random = createRandom(`${operation.service}:${operation.operation}`);
      let shared = await createSeededContext();
      const outcomes: string[] = [];
      for (let run = 0; run < runsPerOperation; run++) {
        if (run % 50 === 49) shared = await createSeededContext();
        outcomes.push(await attempt(operation, shared, random));
      }
      assertPlain(shared.world);
      // Nothing is tested where the generator never gets through.
      const rare = hardToSatisfy.includes(operation.operation);
      assert.ok(
        outcomes.includes(rare ? "refused" : "answered"),
        `only ${[...new Set(outcomes)].join(", ")}`,
      );
    });
  }
});

/** How an attempt ended: the input did not fit the model, the operation refused, or it answered. */
async function attempt(
  operation: Operation,
  shared: SharedContext,
  random: Random,
): Promise<"unfit" | "refused" | "answered"> {
  const { service, operation: name } = operation;
  const { input: shape, output } = getOperation(service, name);
  const input = shape ? generateStructure(shape, random, candidatesOf(shared), 0) : {};
  try {
    validateInput(service, name, input);
  } catch {
    return "unfit";
  }
  const context = createContext(operation, shared, random);
  try {
    if (typeof operation.authorize === "function") operation.authorize(input, context);
    const answer = (await operation.run(input, context)) ?? {};
    serializeResponse(service, name, answer, "r");
    if (output) assertRequired(answer, output, `${service}:${name}`);
    return "answered";
  } catch (error) {
    if (!(error instanceof AwsError))
      throw new Error(`${service}:${name} failed on ${preview(input)}`, { cause: error });
    assert.ok(error.status >= 400 && error.status < 500, `${service}:${name} answered ${error.status}`);
    assert.ok(
      error.why !== "" && error.rule !== undefined && error.fix !== undefined,
      `${error.code} has no reason`,
    );
  }
  return "refused";
}

function assertRequired(answer: Record<string, unknown>, shape: StructureShape, where: string): void {
  for (const member of shape.required) {
    assert.ok(answer[member] !== undefined && answer[member] !== null, `${where} answers without ${member}`);
  }
}

async function createSeededContext(): Promise<SharedContext> {
  const clock = () => new Date("2026-11-24T00:00:00Z");
  const shared = {
    world: createWorld(),
    search: createSearchEngine({ secret: "secret", clock }),
    ids: createIdSource("hostile"),
    clock,
    rules: createRules({ "issuer.allowLocal": "allow" }),
  };
  const registry = createRegistry(operations);
  await applySeed(exampleSeed("https://issuer.example.com"), registry, shared, "hostile");
  const call = createSeedCaller(registry, shared, "hostile");
  const at = { account: CUSTOMER_ACCOUNT, region: IDC_REGION, path: "more" };
  await call("iam", "CreateRole", { RoleName: "own", AssumeRolePolicyDocument: trustPolicy }, at);
  await call("iam", "PutRolePolicy", { RoleName: "own", PolicyName: "p", PolicyDocument: policy }, at);
  await call("iam", "CreateRole", { RoleName: "bare", AssumeRolePolicyDocument: trustPolicy }, at);
  await call("iam", "CreatePolicy", { PolicyName: "spare", PolicyDocument: policy }, at);
  await call("iam", "CreatePolicy", { PolicyName: "read", PolicyDocument: policy }, at);
  const PolicyArn = `arn:aws:iam::${CUSTOMER_ACCOUNT}:policy/read`;
  await call("iam", "CreatePolicyVersion", { PolicyArn, PolicyDocument: policy }, at);
  await call("iam", "CreateUser", { UserName: "idle" }, at);
  await call("iam", "CreateUser", { UserName: "busy" }, at);
  await call("iam", "PutUserPolicy", { UserName: "busy", PolicyName: "p", PolicyDocument: policy }, at);
  await call("iam", "AttachUserPolicy", { UserName: "busy", PolicyArn }, at);
  await call("iam", "AttachRolePolicy", { RoleName: "own", PolicyArn }, at);
  await call("iam", "CreateAccessKey", { UserName: "busy" }, at);
  await call("iam", "CreateOpenIDConnectProvider", { Url: "https://idp.example.com" }, at);
  for (const state of ["Enabled", "PendingDeletion"] as const) {
    const keyId = state === "Enabled" ? "1".repeat(8) : "2".repeat(8);
    const arn = `arn:aws:kms:${IDC_REGION}:${CUSTOMER_ACCOUNT}:key/${keyId}`;
    shared.world.kmsKeys.set(arn, {
      ...structuredClone(signingKey),
      keyId,
      arn,
      state,
      aliases: state === "Enabled" ? ["alias/signing"] : [],
    });
  }
  const [userId] = [...shared.world.users.values()].map((user) => user.userId);
  for (const { applicationArn } of shared.world.applications.values()) {
    const assignment = { ApplicationArn: applicationArn, PrincipalType: "USER", PrincipalId: userId };
    await call("sso-admin", "CreateApplicationAssignment", assignment, at);
  }
  const [instance] = shared.world.instances.values();
  await furnishPermissionSets((operation, input) => call("sso-admin", operation, input, at), {
    InstanceArn: instance?.instanceArn ?? "",
    userId: userId ?? "",
    account: CUSTOMER_ACCOUNT,
  });
  await furnishPeople(
    (operation, input) => call("qbusiness", operation, input, { ...at, region: Q_REGION }),
    shared.world,
    userId ?? "",
  );
  for (const { applicationId } of shared.world.qApplications.values()) {
    const spare = { applicationId, displayName: "spare" };
    await call("qbusiness", "CreateIndex", spare, { ...at, region: Q_REGION });
  }
  return shared;
}

/** Made once, because RSA keys take their time. */
const signingKey: KmsKey = {
  keyId: "",
  arn: "",
  accountId: CUSTOMER_ACCOUNT,
  region: IDC_REGION,
  description: "",
  keySpec: "RSA_2048",
  keyUsage: "SIGN_VERIFY",
  enabled: true,
  state: "Enabled",
  deletionAtMs: null,
  material: generateKeyPairSync("rsa", { modulusLength: 2048 })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString(),
  keyPolicy: null,
  aliases: [],
  tags: [],
  createdAtMs: 0,
};

function createContext(
  { service, operation }: Operation,
  shared: SharedContext,
  random: Random,
): OperationContext {
  const caller = {
    accessKeyId: "AKIAEXAMPLE",
    accountId: CUSTOMER_ACCOUNT,
    arn: `arn:aws:iam::${CUSTOMER_ACCOUNT}:root`,
    userId: CUSTOMER_ACCOUNT,
    user: null,
    role: null,
    session: null,
    principalTags: [],
  };
  return {
    ...shared,
    requestId: "r",
    service,
    operation,
    region:
      service === "qbusiness" ? Q_REGION : random.pick([IDC_REGION, IDC_REGION, IDC_REGION, "us-east-1"]),
    accountId: CUSTOMER_ACCOUNT,
    sourceIp: "127.0.0.1",
    caller,
    ...recorder([]),
  };
}

/** The world must be what its snapshot says: no dates, bytes or undefined members that JSON would lose. */
function assertPlain(world: World): void {
  const restored = createWorld();
  restoreWorld(restored, worldToJson(world));
  assert.deepStrictEqual(restored, world);
}

function preview(input: unknown): string {
  return JSON.stringify(input).slice(0, 500);
}
