// Users and access keys through AWS's own SDK, as set-up scripts make them: from a user to what its key may do, and back.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListAttachedUserPoliciesCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  PutUserPolicyCommand,
  TagUserCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import { standIn } from "../../../../../test/support/stand_in.ts";
import {
  BASE_USER,
  baseKeys,
  ISV_ACCOUNT,
  type Keys,
  lastRequest,
  stepsOf,
  useExample,
} from "../../support/world.ts";

const { sandbox } = useExample();
const clients: IAMClient[] = [];
let made: IAMClient | undefined;
const iam = standIn("the client", () => {
  made ??= clientAs(baseKeys(sandbox));
  return made;
});
after(() => {
  for (const client of clients) client.destroy();
});

function clientAs(credentials: Keys): IAMClient {
  const client = new IAMClient({ region: "us-east-1", endpoint: sandbox.url, credentials, maxAttempts: 1 });
  clients.push(client);
  return client;
}

const UserName = "script";
const ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";
const self = JSON.stringify({
  Version: "2012-10-17",
  Statement: {
    Effect: "Allow",
    Action: ["iam:GetUser", "iam:ListAccessKeys"],
    Resource: `arn:aws:iam::*:user/\${aws:username}`,
    Condition: { StringEquals: { "aws:PrincipalTag/team": "red" } },
  },
});

test("a user is made with a key, which may what its policies say", async () => {
  const { User: user } = await iam.send(new CreateUserCommand({ UserName, Path: "/" }));
  assert.equal(user?.Arn, `arn:aws:iam::${ISV_ACCOUNT}:user/script`);
  await assert.rejects(iam.send(new CreateUserCommand({ UserName: "SCRIPT" })), {
    name: "EntityAlreadyExistsException",
  });
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "self", PolicyDocument: self }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  assert.match(key?.AccessKeyId ?? "", /^AKIA/);
  const own = clientAs({ accessKeyId: key?.AccessKeyId ?? "", secretAccessKey: key?.SecretAccessKey ?? "" });
  await assert.rejects(own.send(new GetUserCommand({})), { name: "AccessDenied" });
  await iam.send(new TagUserCommand({ UserName, Tags: [{ Key: "team", Value: "red" }] }));
  assert.equal((await own.send(new GetUserCommand({}))).User?.UserName, UserName);
  const { AccessKeyMetadata: keys = [] } = await own.send(new ListAccessKeysCommand({}));
  assert.deepEqual(
    keys.map(({ AccessKeyId: id, Status: status }) => [id, status]),
    [[key?.AccessKeyId, "Active"]],
  );
  await assert.rejects(own.send(new ListUsersCommand({})), { name: "AccessDenied" });
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: ADMINISTRATOR }));
  assert.ok((await own.send(new ListUsersCommand({}))).Users?.some(({ Arn: arn }) => arn === BASE_USER));
});

test("an inactive key signs nothing until it is active again; a deleted one never", async () => {
  const { AccessKey: second } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const AccessKeyId = second?.AccessKeyId ?? "";
  await assert.rejects(iam.send(new CreateAccessKeyCommand({ UserName })), {
    name: "LimitExceededException",
  });
  const own = clientAs({ accessKeyId: AccessKeyId, secretAccessKey: second?.SecretAccessKey ?? "" });
  await iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: "Inactive" }));
  await assert.rejects(own.send(new ListUsersCommand({})), { name: "InvalidClientTokenId" });
  assert.match(lastRequest(sandbox).reason ?? "", /is inactive/);
  await iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: "Active" }));
  await own.send(new ListUsersCommand({}));
  await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
  await assert.rejects(own.send(new ListUsersCommand({})), { name: "InvalidClientTokenId" });
  await assert.rejects(iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId })), {
    name: "NoSuchEntityException",
  });
});

test("a user goes when it holds nothing any more", async () => {
  const gone = () => iam.send(new DeleteUserCommand({ UserName }));
  await assert.rejects(gone(), { name: "DeleteConflictException", message: /access keys/ });
  const { AccessKeyMetadata: keys = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
  for (const { AccessKeyId } of keys) await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
  await assert.rejects(gone(), { name: "DeleteConflictException", message: /policies/ });
  const read = await iam.send(new GetUserPolicyCommand({ UserName, PolicyName: "self" }));
  assert.equal(decodeURIComponent(read.PolicyDocument ?? ""), self);
  const { PolicyNames: names } = await iam.send(new ListUserPoliciesCommand({ UserName }));
  assert.deepEqual(names, ["self"]);
  await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName: "self" }));
  const { AttachedPolicies: attached } = await iam.send(new ListAttachedUserPoliciesCommand({ UserName }));
  assert.deepEqual(attached, [{ PolicyName: "AdministratorAccess", PolicyArn: ADMINISTRATOR }]);
  await iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn: ADMINISTRATOR }));
  assert.equal((await iam.send(new ListUserTagsCommand({ UserName }))).Tags?.length, 1);
  await gone();
  await assert.rejects(iam.send(new GetUserCommand({ UserName })), { name: "NoSuchEntityException" });
});

test("a role's session is no user", async () => {
  const role = clientAs(await stepsOf(sandbox).assumeRole());
  await assert.rejects(role.send(new GetUserCommand({})), { name: "AccessDenied" });
});
