// KMS keys that sign, through the AWS SDK: life, aliases, policies, tags.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetKeyPolicyCommand,
  GetPublicKeyCommand,
  ListAliasesCommand,
  ListKeysCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
} from "@aws-sdk/client-kms";
import { caught, customerAccount, otherAccount, useControlPlane } from "../../support/control_plane.ts";

const plane = useControlPlane();

const signing = { KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" } as const;

async function create(changes: Partial<CreateKeyCommandInput> = {}) {
  const { KeyMetadata } = await plane.as("admin").kms.send(new CreateKeyCommand({ ...signing, ...changes }));
  assert.ok(KeyMetadata?.KeyId && KeyMetadata.Arn);
  return { KeyId: KeyMetadata.KeyId, arn: KeyMetadata.Arn, metadata: KeyMetadata };
}

describe("a key", () => {
  it("that signs is created, described and listed", async () => {
    const { kms } = plane.as("admin");
    const { KeyId, arn, metadata } = await create({ Description: "token signing" });
    assert.equal(arn, `arn:aws:kms:us-east-1:${customerAccount}:key/${KeyId}`);
    assert.equal(metadata.KeyState, "Enabled");
    assert.equal(metadata.KeySpec, "RSA_2048");
    assert.ok(metadata.SigningAlgorithms?.includes("RSASSA_PKCS1_V1_5_SHA_256"));
    for (const id of [KeyId, arn]) {
      const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: id }));
      assert.equal(KeyMetadata?.Description, "token signing");
    }
    const { Keys } = await kms.send(new ListKeysCommand({}));
    assert.ok(Keys?.some((key) => key.KeyArn === arn));
  });

  it("of another kind is refused: the sandbox signs only", async () => {
    const symmetric = await caught(plane.as("admin").kms.send(new CreateKeyCommand({})));
    assert.equal(symmetric.name, "UnsupportedOperationException");
    const curve = await caught(create({ KeySpec: "ECC_NIST_P256" }));
    assert.equal(curve.name, "UnsupportedOperationException");
  });

  it("that is disabled serves no one until it is enabled", async () => {
    const { kms } = plane.as("admin");
    const { KeyId } = await create();
    await kms.send(new DisableKeyCommand({ KeyId }));
    const error = await caught(kms.send(new GetPublicKeyCommand({ KeyId })));
    assert.equal(error.name, "DisabledException");
    await kms.send(new EnableKeyCommand({ KeyId }));
    await kms.send(new GetPublicKeyCommand({ KeyId }));
  });

  it("that is scheduled for deletion serves no one, can be rescued, and goes when its time has come", async () => {
    const { kms } = plane.as("admin");
    const { KeyId } = await create();
    const { KeyState } = await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    assert.equal(KeyState, "PendingDeletion");
    assert.equal(
      (await caught(kms.send(new GetPublicKeyCommand({ KeyId })))).name,
      "KMSInvalidStateException",
    );
    assert.equal((await caught(kms.send(new EnableKeyCommand({ KeyId })))).name, "KMSInvalidStateException");
    await kms.send(new CancelKeyDeletionCommand({ KeyId }));
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    assert.equal(KeyMetadata?.KeyState, "Disabled");
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    plane.sandbox.control.advanceClock(8 * 86_400);
    assert.equal((await caught(kms.send(new DescribeKeyCommand({ KeyId })))).name, "NotFoundException");
  });

  it("waits 7 to 30 days for its deletion", async () => {
    const { kms } = plane.as("admin");
    const { KeyId } = await create();
    const short = new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 3 });
    assert.equal((await caught(kms.send(short))).name, "ValidationException");
    assert.equal(
      (await caught(kms.send(new CancelKeyDeletionCommand({ KeyId })))).name,
      "KMSInvalidStateException",
    );
  });

  it("is unknown by a wrong id, and out of reach of other accounts and regions", async () => {
    const { KeyId, arn } = await create();
    const wrong = new DescribeKeyCommand({ KeyId: "00000000-0000-0000-0000-000000000000" });
    assert.equal((await caught(plane.as("admin").kms.send(wrong))).name, "NotFoundException");
    const foreign = await caught(plane.as("other").kms.send(new DescribeKeyCommand({ KeyId: arn })));
    assert.equal(foreign.name, "AccessDeniedException");
    const { kms: elsewhere } = plane.as("admin", "eu-west-1");
    assert.equal((await caught(elsewhere.send(new DescribeKeyCommand({ KeyId })))).name, "NotFoundException");
    assert.equal(
      (await caught(elsewhere.send(new DescribeKeyCommand({ KeyId: arn })))).name,
      "InvalidArnException",
    );
  });
});

describe("a key policy", () => {
  const allowing = (principal: string) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: principal }, Action: "kms:*", Resource: "*" }],
    });

  it("leaves a new key to its account, and can name others", async () => {
    const { kms } = plane.as("admin");
    const { KeyId } = await create();
    const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId }));
    assert.match(Policy ?? "", new RegExp(`arn:aws:iam::${customerAccount}:root`));
    await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: allowing(otherAccount) }));
    const error = await caught(kms.send(new GetPublicKeyCommand({ KeyId })));
    assert.equal(error.name, "AccessDeniedException");
  });

  it("may let another account use the key by its ARN", async () => {
    const { arn } = await create({ Policy: allowing(otherAccount) });
    await plane.as("other").kms.send(new GetPublicKeyCommand({ KeyId: arn }));
  });

  it("is named default, the one a key has", async () => {
    const { KeyId } = await create();
    const command = new GetKeyPolicyCommand({ KeyId, PolicyName: "other" });
    assert.equal((await caught(plane.as("admin").kms.send(command))).name, "NotFoundException");
  });

  it("outside the grammar is refused", async () => {
    assert.equal((await caught(create({ Policy: "{}" }))).name, "MalformedPolicyDocumentException");
  });
});

describe("an alias", () => {
  it("names a key, can be moved, is listed and deleted", async () => {
    const { kms } = plane.as("admin");
    const [first, second] = [await create(), await create()];
    const AliasName = "alias/signing";
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: first.KeyId }));
    const resolved = async () =>
      (await kms.send(new DescribeKeyCommand({ KeyId: AliasName }))).KeyMetadata?.KeyId;
    assert.equal(await resolved(), first.KeyId);
    await kms.send(new UpdateAliasCommand({ AliasName, TargetKeyId: second.KeyId }));
    assert.equal(await resolved(), second.KeyId);
    const { Aliases } = await kms.send(new ListAliasesCommand({ KeyId: second.KeyId }));
    assert.deepEqual(
      Aliases?.map((alias) => alias.AliasName),
      [AliasName],
    );
    await kms.send(new DeleteAliasCommand({ AliasName }));
    assert.equal((await caught(resolved())).name, "NotFoundException");
    const gone = await caught(kms.send(new DeleteAliasCommand({ AliasName })));
    assert.equal(gone.name, "NotFoundException");
  });

  it("is unique, begins with alias/, and is not one of AWS's own", async () => {
    const { kms } = plane.as("admin");
    const { KeyId: TargetKeyId } = await create();
    const alias = (AliasName: string) => kms.send(new CreateAliasCommand({ AliasName, TargetKeyId }));
    await alias("alias/unique");
    assert.equal((await caught(alias("alias/unique"))).name, "AlreadyExistsException");
    assert.equal((await caught(alias("signing"))).name, "InvalidAliasNameException");
    assert.equal((await caught(alias("alias/aws/mine"))).name, "InvalidAliasNameException");
  });

  it("is not taken where a key is managed", async () => {
    const { kms } = plane.as("admin");
    const { KeyId: TargetKeyId } = await create();
    await kms.send(new CreateAliasCommand({ AliasName: "alias/managed", TargetKeyId }));
    const error = await caught(kms.send(new DisableKeyCommand({ KeyId: "alias/managed" })));
    assert.equal(error.name, "NotFoundException");
  });
});

describe("tags of a key", () => {
  it("are set, listed and removed; a key twice is refused", async () => {
    const { kms } = plane.as("admin");
    const { KeyId } = await create({ Tags: [{ TagKey: "a", TagValue: "1" }] });
    await kms.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: "b", TagValue: "2" }] }));
    const list = async () => (await kms.send(new ListResourceTagsCommand({ KeyId }))).Tags;
    assert.deepEqual(await list(), [
      { TagKey: "a", TagValue: "1" },
      { TagKey: "b", TagValue: "2" },
    ]);
    await kms.send(new UntagResourceCommand({ KeyId, TagKeys: ["a"] }));
    assert.deepEqual(await list(), [{ TagKey: "b", TagValue: "2" }]);
    const Tags = [
      { TagKey: "c", TagValue: "1" },
      { TagKey: "c", TagValue: "2" },
    ];
    assert.equal((await caught(kms.send(new TagResourceCommand({ KeyId, Tags })))).name, "TagException");
  });
});
