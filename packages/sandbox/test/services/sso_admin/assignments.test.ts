// Assignments, instances and tags of IAM Identity Center through the AWS SDK.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CreateUserCommand, DeleteUserCommand } from "@aws-sdk/client-identitystore";
import {
  CreateApplicationAssignmentCommand,
  CreateApplicationCommand,
  CreateInstanceCommand,
  DeleteApplicationAssignmentCommand,
  DeleteInstanceCommand,
  DescribeApplicationAssignmentCommand,
  DescribeInstanceCommand,
  GetApplicationAssignmentConfigurationCommand,
  ListApplicationAssignmentsCommand,
  ListApplicationAssignmentsForPrincipalCommand,
  ListInstancesCommand,
  ListTagsForResourceCommand,
  PutApplicationAssignmentConfigurationCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateInstanceCommand,
} from "@aws-sdk/client-sso-admin";
import { caught, useControlPlane } from "../../support/control_plane.ts";

const plane = useControlPlane();

async function createApplication(name: string) {
  const { ApplicationArn: arn } = await plane.as("admin").ssoAdmin.send(
    new CreateApplicationCommand({
      InstanceArn: plane.instanceArn,
      ApplicationProviderArn: "arn:aws:sso::aws:applicationProvider/custom",
      Name: name,
    }),
  );
  assert.ok(arn);
  return arn;
}

describe("an assignment", () => {
  it("of a user and of a group is created, described, listed and deleted", async () => {
    const { ssoAdmin } = plane.as("admin");
    const ApplicationArn = await createApplication("assigned");
    const user = { ApplicationArn, PrincipalType: "USER" as const, PrincipalId: plane.users["ada"] };
    const group = { ApplicationArn, PrincipalType: "GROUP" as const, PrincipalId: plane.groups["sales"] };
    await ssoAdmin.send(new CreateApplicationAssignmentCommand(user));
    await ssoAdmin.send(new CreateApplicationAssignmentCommand(group));
    const described = await ssoAdmin.send(new DescribeApplicationAssignmentCommand(group));
    assert.equal(described.PrincipalId, plane.groups["sales"]);
    const { ApplicationAssignments: all } = await ssoAdmin.send(
      new ListApplicationAssignmentsCommand({ ApplicationArn }),
    );
    assert.deepEqual(all, [user, group]);
    const { PrincipalType, PrincipalId } = user;
    const { ApplicationAssignments: adas } = await ssoAdmin.send(
      new ListApplicationAssignmentsForPrincipalCommand({
        InstanceArn: plane.instanceArn,
        PrincipalType,
        PrincipalId,
      }),
    );
    assert.deepEqual(adas, [user]);
    await ssoAdmin.send(new DeleteApplicationAssignmentCommand(user));
    const gone = await caught(ssoAdmin.send(new DescribeApplicationAssignmentCommand(user)));
    assert.equal(gone.name, "ResourceNotFoundException");
  });

  it("twice conflicts", async () => {
    const { ssoAdmin } = plane.as("admin");
    const ApplicationArn = await createApplication("twice");
    const input = { ApplicationArn, PrincipalType: "USER" as const, PrincipalId: plane.users["ada"] };
    await ssoAdmin.send(new CreateApplicationAssignmentCommand(input));
    const error = await caught(ssoAdmin.send(new CreateApplicationAssignmentCommand(input)));
    assert.equal(error.name, "ConflictException");
  });

  it("of a principal the identity store does not know is refused", async () => {
    const ApplicationArn = await createApplication("stranger");
    const command = new CreateApplicationAssignmentCommand({
      ApplicationArn,
      PrincipalType: "GROUP",
      PrincipalId: plane.users["ada"],
    });
    assert.equal((await caught(plane.as("admin").ssoAdmin.send(command))).name, "ResourceNotFoundException");
  });

  it("goes with its user", async () => {
    const { ssoAdmin, identitystore } = plane.as("admin");
    const ApplicationArn = await createApplication("leaver");
    const IdentityStoreId = plane.identityStoreId;
    const { UserId } = await identitystore.send(
      new CreateUserCommand({ IdentityStoreId, UserName: "leaver", DisplayName: "Leaver" }),
    );
    const input = { ApplicationArn, PrincipalType: "USER" as const, PrincipalId: UserId };
    await ssoAdmin.send(new CreateApplicationAssignmentCommand(input));
    await identitystore.send(new DeleteUserCommand({ IdentityStoreId, UserId }));
    const { ApplicationAssignments: left } = await ssoAdmin.send(
      new ListApplicationAssignmentsCommand({ ApplicationArn }),
    );
    assert.deepEqual(left, []);
  });

  it("is required at first, until the application says otherwise", async () => {
    const { ssoAdmin } = plane.as("admin");
    const ApplicationArn = await createApplication("open");
    const get = () => ssoAdmin.send(new GetApplicationAssignmentConfigurationCommand({ ApplicationArn }));
    assert.equal((await get()).AssignmentRequired, true);
    const command = new PutApplicationAssignmentConfigurationCommand({
      ApplicationArn,
      AssignmentRequired: false,
    });
    await ssoAdmin.send(command);
    assert.equal((await get()).AssignmentRequired, false);
  });
});

describe("an instance", () => {
  it("is listed in its own account and region only", async () => {
    const list = async (name: "admin" | "other", region?: string) =>
      (await plane.as(name, region).ssoAdmin.send(new ListInstancesCommand({}))).Instances?.map(
        ({ InstanceArn }) => InstanceArn,
      );
    assert.deepEqual(await list("admin"), [plane.instanceArn]);
    assert.deepEqual(await list("admin", "eu-west-1"), []);
    assert.notDeepEqual(await list("other"), [plane.instanceArn]);
  });

  it("is described, and renamed", async () => {
    const { ssoAdmin } = plane.as("admin");
    const InstanceArn = plane.instanceArn;
    await ssoAdmin.send(new UpdateInstanceCommand({ InstanceArn, Name: "renamed" }));
    const described = await ssoAdmin.send(new DescribeInstanceCommand({ InstanceArn }));
    assert.equal(described.Name, "renamed");
    assert.equal(described.IdentityStoreId, plane.identityStoreId);
    assert.equal(described.Status, "ACTIVE");
  });

  it("is one per account; it can be deleted when empty, and made anew", async () => {
    const { ssoAdmin } = plane.as("other");
    assert.equal(
      (await caught(ssoAdmin.send(new CreateInstanceCommand({ Name: "two" })))).name,
      "ConflictException",
    );
    const { Instances } = await ssoAdmin.send(new ListInstancesCommand({}));
    await ssoAdmin.send(new DeleteInstanceCommand({ InstanceArn: Instances?.[0]?.InstanceArn }));
    const { InstanceArn } = await ssoAdmin.send(new CreateInstanceCommand({ Name: "two" }));
    assert.ok(InstanceArn);
  });

  it("cannot be deleted while it has applications", async () => {
    await createApplication("holds");
    const command = new DeleteInstanceCommand({ InstanceArn: plane.instanceArn });
    assert.equal((await caught(plane.as("admin").ssoAdmin.send(command))).name, "ConflictException");
  });
});

describe("tags", () => {
  it("are set, replaced, listed and removed on an application", async () => {
    const { ssoAdmin } = plane.as("admin");
    const ResourceArn = await createApplication("tagged");
    const tag = (Key: string, Value: string) =>
      ssoAdmin.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key, Value }] }));
    await tag("team", "a");
    await tag("team", "b");
    await tag("stage", "test");
    const list = async () => (await ssoAdmin.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags;
    assert.deepEqual(await list(), [
      { Key: "team", Value: "b" },
      { Key: "stage", Value: "test" },
    ]);
    await ssoAdmin.send(new UntagResourceCommand({ ResourceArn, TagKeys: ["team"] }));
    assert.deepEqual(await list(), [{ Key: "stage", Value: "test" }]);
  });

  it("of a permission set that is not there are not found", async () => {
    const ResourceArn = "arn:aws:sso:::permissionSet/ssoins-0000000000000000/ps-0000000000000000";
    const command = new ListTagsForResourceCommand({ ResourceArn });
    assert.equal((await caught(plane.as("admin").ssoAdmin.send(command))).name, "ResourceNotFoundException");
  });
});
