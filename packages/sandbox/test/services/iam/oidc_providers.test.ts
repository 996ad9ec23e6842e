// OpenID Connect providers through AWS's own SDK: their life, their quotas, and who may touch them.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  IAMClient,
  ListOpenIDConnectProvidersCommand,
  ListOpenIDConnectProviderTagsCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  TagOpenIDConnectProviderCommand,
  UntagOpenIDConnectProviderCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
} from "@aws-sdk/client-iam";
import { standIn } from "../../../../../test/support/stand_in.ts";
import { CUSTOMER_ACCOUNT, ISV_ACCOUNT, lastRequest, useExample } from "../../support/world.ts";

const { sandbox } = useExample();

let made: IAMClient | undefined;
const iam = standIn("the client", () => {
  const { accessKeyId = "", secretAccessKey = "" } = sandbox.seedResult.credentials["customer"] ?? {};
  made ??= new IAMClient({
    region: "us-east-1",
    endpoint: sandbox.url,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
  return made;
});
test.after(() => made?.destroy());

const THUMBPRINT = "6938fd4d98bab03faadb97b34396831e3780aea1";
const arnOf = (name: string) => `arn:aws:iam::${CUSTOMER_ACCOUNT}:oidc-provider/${name}`;

test("a provider is made, read, changed, listed and deleted", async () => {
  const create = new CreateOpenIDConnectProviderCommand({
    Url: "https://idp.example.com/tenant",
    ClientIDList: ["app"],
    ThumbprintList: [THUMBPRINT.toUpperCase()],
    Tags: [{ Key: "team", Value: "red" }],
  });
  const { OpenIDConnectProviderArn: arn } = await iam.send(create);
  assert.equal(arn, arnOf("idp.example.com/tenant"));
  const one = { OpenIDConnectProviderArn: arn };
  await assert.rejects(iam.send(create), { name: "EntityAlreadyExistsException" });
  await iam.send(new AddClientIDToOpenIDConnectProviderCommand({ ...one, ClientID: "second" }));
  await iam.send(new AddClientIDToOpenIDConnectProviderCommand({ ...one, ClientID: "second" }));
  await iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand({ ...one, ClientID: "app" }));
  await iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand({ ...one, ClientID: "never" }));
  await iam.send(new TagOpenIDConnectProviderCommand({ ...one, Tags: [{ Key: "TEAM", Value: "blue" }] }));
  const read = await iam.send(new GetOpenIDConnectProviderCommand(one));
  assert.equal(read.Url, "idp.example.com/tenant");
  assert.deepEqual(read.ClientIDList, ["second"]);
  assert.deepEqual(read.ThumbprintList, [THUMBPRINT]);
  assert.deepEqual(read.Tags, [{ Key: "TEAM", Value: "blue" }]);
  assert.ok(read.CreateDate);
  const thumbprint = new UpdateOpenIDConnectProviderThumbprintCommand({ ...one, ThumbprintList: [] });
  await iam.send(thumbprint);
  await iam.send(new UntagOpenIDConnectProviderCommand({ ...one, TagKeys: ["team"] }));
  const { Tags: none } = await iam.send(new ListOpenIDConnectProviderTagsCommand(one));
  assert.deepEqual(none ?? [], []);
  const { OpenIDConnectProviderList: listed } = await iam.send(new ListOpenIDConnectProvidersCommand({}));
  assert.deepEqual(listed, [{ Arn: arn }]);
  await iam.send(new DeleteOpenIDConnectProviderCommand(one));
  await assert.rejects(iam.send(new GetOpenIDConnectProviderCommand(one)), { name: "NoSuchEntityException" });
});

test("URLs, thumbprints and numbers IAM does not take", async () => {
  sandbox.control.setRule("issuer.allowLocal", "deny");
  for (const Url of [
    "http://idp.example.com",
    "https://idp.example.com:8443",
    "https://idp.example.com?x=1",
    "idp.example.com",
  ]) {
    const create = new CreateOpenIDConnectProviderCommand({ Url, ClientIDList: ["app"] });
    await assert.rejects(iam.send(create), { name: "InvalidInputException" }, Url);
    assert.equal(lastRequest(sandbox).rule, "oidcProvider.url");
  }
  sandbox.control.setRule("issuer.allowLocal", "allow");
  const Url = "https://idp.example.com";
  const bad = new CreateOpenIDConnectProviderCommand({ Url, ThumbprintList: ["x".repeat(40)] });
  await assert.rejects(iam.send(bad), { name: "InvalidInputException" });
  const ClientIDList = Array.from({ length: 101 }, (_, index) => `app-${index}`);
  const many = new CreateOpenIDConnectProviderCommand({ Url, ClientIDList });
  await assert.rejects(iam.send(many), { name: "LimitExceededException" });
  const ThumbprintList = Array.from({ length: 6 }, () => THUMBPRINT);
  const six = new CreateOpenIDConnectProviderCommand({ Url, ThumbprintList });
  await assert.rejects(iam.send(six), { name: "LimitExceededException" });
});

test("another account's provider is not there", async () => {
  const local = new CreateOpenIDConnectProviderCommand({
    Url: "http://localhost:3000",
    ClientIDList: ["app"],
  });
  const { OpenIDConnectProviderArn: arn = "" } = await iam.send(local);
  assert.equal(arn, arnOf("localhost:3000"));
  const foreign = { OpenIDConnectProviderArn: arn.replace(CUSTOMER_ACCOUNT, ISV_ACCOUNT) };
  await assert.rejects(iam.send(new DeleteOpenIDConnectProviderCommand(foreign)), {
    name: "NoSuchEntityException",
  });
});

test("a trust policy names a provider's ARN or a domain, and nothing else, as federated", async () => {
  const roleFor = (RoleName: string, Federated: string) =>
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: { Effect: "Allow", Principal: { Federated }, Action: "sts:AssumeRoleWithWebIdentity" },
      }),
    });
  await iam.send(roleFor("later", arnOf("not-yet.example.com")));
  await iam.send(roleFor("google", "accounts.google.com"));
  await assert.rejects(iam.send(roleFor("wrong", "https://idp.example.com")), {
    name: "MalformedPolicyDocumentException",
    message: "Federated principals must be valid domain names or SAML metadata ARNs",
  });
});
