// Managed policies through AWS's own SDK: their versions, what they are attached to, and that what they say is evaluated.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolesCommand,
  SetDefaultPolicyVersionCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { standIn } from "../../../../../test/support/stand_in.ts";
import { BASE_USER, baseKeys, ISV_ACCOUNT, type Keys, lastRequest, useExample } from "../../support/world.ts";

const { sandbox } = useExample();
let made: IAMClient | undefined;
const iam = standIn("the client", () => {
  made ??= clientAs(baseKeys(sandbox));
  return made;
});
after(() => made?.destroy());

function clientAs(credentials: Keys): IAMClient {
  return new IAMClient({ region: "us-east-1", endpoint: sandbox.url, credentials, maxAttempts: 1 });
}

const policy = (Effect: string, Action: string) =>
  JSON.stringify({ Version: "2012-10-17", Statement: { Effect, Action, Resource: "*" } });
const arnOf = (name: string) => `arn:aws:iam::${ISV_ACCOUNT}:policy/${name}`;
const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Principal: { AWS: BASE_USER }, Action: "sts:AssumeRole" },
});

test("a policy has versions, of which the default one is evaluated where it is attached", async () => {
  const created = await iam.send(
    new CreatePolicyCommand({
      PolicyName: "lists-roles",
      PolicyDocument: policy("Allow", "iam:ListRoles"),
      Description: "Lists",
      Tags: [{ Key: "team", Value: "red" }],
    }),
  );
  const PolicyArn = created.Policy?.Arn ?? "";
  assert.equal(PolicyArn, arnOf("lists-roles"));
  assert.match(created.Policy?.PolicyId ?? "", /^ANPA/);
  await iam.send(new CreateRoleCommand({ RoleName: "lister", AssumeRolePolicyDocument: trust }));
  await iam.send(new AttachRolePolicyCommand({ RoleName: "lister", PolicyArn }));
  await iam.send(new AttachRolePolicyCommand({ RoleName: "lister", PolicyArn }));
  const asRole = async () => {
    const sts = new STSClient({ region: "us-east-1", endpoint: sandbox.url, credentials: baseKeys(sandbox) });
    const { Credentials: keys } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${ISV_ACCOUNT}:role/lister`,
        RoleSessionName: "lister",
        PolicyArns: [{ arn: PolicyArn }],
      }),
    );
    sts.destroy();
    const client = clientAs({
      accessKeyId: keys?.AccessKeyId ?? "",
      secretAccessKey: keys?.SecretAccessKey ?? "",
      sessionToken: keys?.SessionToken ?? "",
    });
    return client.send(new ListRolesCommand({})).finally(() => client.destroy());
  };
  await asRole();
  const second = { PolicyArn, PolicyDocument: policy("Deny", "iam:*") };
  await iam.send(new CreatePolicyVersionCommand(second));
  await asRole();
  await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: "v2" }));
  await assert.rejects(asRole(), { name: "AccessDenied" });
  assert.match(lastRequest(sandbox).reason ?? "", /lists-roles\[0\] denies iam:ListRoles/);
  const read = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: "v2" }));
  assert.equal(decodeURIComponent(read.PolicyVersion?.Document ?? ""), second.PolicyDocument);
  assert.equal(read.PolicyVersion?.IsDefaultVersion, true);
  await assert.rejects(iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: "v2" })), {
    name: "DeleteConflictException",
  });
  await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: "v1" }));
  for (const _ of [3, 4, 5, 6]) await iam.send(new CreatePolicyVersionCommand(second));
  await assert.rejects(iam.send(new CreatePolicyVersionCommand(second)), { name: "LimitExceededException" });
  const { Versions: versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
  assert.deepEqual(
    versions.map(({ VersionId: id }) => id),
    ["v6", "v5", "v4", "v3", "v2"],
  );
});

test("it is read, listed and told by what it is attached to, and deleted last", async () => {
  const name = { PolicyName: "spare", PolicyDocument: policy("Allow", "s3:*") };
  await iam.send(new CreatePolicyCommand(name));
  await assert.rejects(iam.send(new CreatePolicyCommand(name)), { name: "EntityAlreadyExistsException" });
  const PolicyArn = arnOf("spare");
  await iam.send(new AttachUserPolicyCommand({ UserName: "base", PolicyArn }));
  const { Policy: read } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  assert.equal(read?.AttachmentCount, 1);
  assert.equal(read?.DefaultVersionId, "v1");
  const { Policies: listed = [] } = await iam.send(
    new ListPoliciesCommand({ Scope: "Local", OnlyAttached: true }),
  );
  assert.ok(listed.some(({ Arn: arn }) => arn === PolicyArn));
  const entities = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }));
  assert.deepEqual(
    entities.PolicyUsers?.map(({ UserName: user }) => user),
    ["base"],
  );
  assert.deepEqual(entities.PolicyRoles ?? [], []);
  await assert.rejects(iam.send(new DeletePolicyCommand({ PolicyArn })), { name: "DeleteConflictException" });
  await iam.send(new DetachUserPolicyCommand({ UserName: "base", PolicyArn }));
  await assert.rejects(iam.send(new DetachUserPolicyCommand({ UserName: "base", PolicyArn })), {
    name: "NoSuchEntityException",
  });
  await iam.send(new DeletePolicyCommand({ PolicyArn }));
  await assert.rejects(iam.send(new GetPolicyCommand({ PolicyArn })), { name: "NoSuchEntityException" });
});

test("documents outside the grammar or too long, and policies that are not there", async () => {
  const long = JSON.stringify({
    Statement: {
      Effect: "Allow",
      Action: "s3:*",
      Resource: Array.from({ length: 300 }, (_, at) => `arn:aws:s3:::bucket-${at}`),
    },
  });
  await assert.rejects(iam.send(new CreatePolicyCommand({ PolicyName: "bad", PolicyDocument: "{}" })), {
    name: "MalformedPolicyDocumentException",
  });
  await assert.rejects(iam.send(new CreatePolicyCommand({ PolicyName: "long", PolicyDocument: long })), {
    name: "LimitExceededException",
  });
  const none = { RoleName: "lister", PolicyArn: arnOf("none") };
  await assert.rejects(iam.send(new AttachRolePolicyCommand(none)), { name: "NoSuchEntityException" });
});

test("of AWS's own policies AdministratorAccess is evaluated; others attach, and the log says that they grant nothing", async () => {
  const others = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
  await iam.send(new AttachRolePolicyCommand({ RoleName: "lister", PolicyArn: others }));
  const told = lastRequest(sandbox).checks.find(({ name }) => name === "policy.awsManaged");
  assert.match(told?.why ?? "", /grants nothing here/);
  const { AttachedPolicies: attached } = await iam.send(
    new ListAttachedRolePoliciesCommand({ RoleName: "lister" }),
  );
  assert.deepEqual(
    attached?.map(({ PolicyName: name }) => name),
    ["lists-roles", "AWSLambdaBasicExecutionRole"],
  );
  await iam.send(new DetachRolePolicyCommand({ RoleName: "lister", PolicyArn: others }));
  await assert.rejects(iam.send(new GetPolicyCommand({ PolicyArn: others })), {
    name: "NoSuchEntityException",
  });
  const sts = new STSClient({ region: "us-east-1", endpoint: sandbox.url, credentials: baseKeys(sandbox) });
  assert.equal((await sts.send(new GetCallerIdentityCommand({}))).Arn, BASE_USER);
  sts.destroy();
});
