// Groups and memberships of an identity store through the AWS SDK.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CreateGroupCommand,
  CreateGroupMembershipCommand,
  DeleteGroupCommand,
  DeleteGroupMembershipCommand,
  DescribeGroupCommand,
  DescribeGroupMembershipCommand,
  GetGroupIdCommand,
  GetGroupMembershipIdCommand,
  IsMemberInGroupsCommand,
  ListGroupMembershipsCommand,
  ListGroupMembershipsForMemberCommand,
  ListGroupsCommand,
  UpdateGroupCommand,
} from "@aws-sdk/client-identitystore";
import { caught, useControlPlane } from "../../support/control_plane.ts";

const plane = useControlPlane();

async function create(DisplayName: string) {
  const { GroupId } = await plane
    .as("admin")
    .identitystore.send(new CreateGroupCommand({ IdentityStoreId: plane.identityStoreId, DisplayName }));
  assert.ok(GroupId);
  return { IdentityStoreId: plane.identityStoreId, GroupId };
}

describe("a group", () => {
  it("is created, updated, described, found by name, listed and deleted", async () => {
    const { identitystore } = plane.as("admin");
    const group = await create("research");
    await identitystore.send(
      new UpdateGroupCommand({
        ...group,
        Operations: [
          { AttributePath: "displayName", AttributeValue: "Research" },
          { AttributePath: "description", AttributeValue: "New things" },
        ],
      }),
    );
    const described = await identitystore.send(new DescribeGroupCommand(group));
    assert.equal(described.DisplayName, "Research");
    assert.equal(described.Description, "New things");
    const found = await identitystore.send(
      new GetGroupIdCommand({
        IdentityStoreId: plane.identityStoreId,
        AlternateIdentifier: {
          UniqueAttribute: { AttributePath: "displayName", AttributeValue: "Research" },
        },
      }),
    );
    assert.equal(found.GroupId, group.GroupId);
    const { Groups } = await identitystore.send(
      new ListGroupsCommand({
        IdentityStoreId: plane.identityStoreId,
        Filters: [{ AttributePath: "DisplayName", AttributeValue: "Research" }],
      }),
    );
    assert.deepEqual(
      Groups?.map(({ GroupId }) => GroupId),
      [group.GroupId],
    );
    await identitystore.send(new DeleteGroupCommand(group));
    const gone = await caught(identitystore.send(new DescribeGroupCommand(group)));
    assert.equal(gone["ResourceType"], "GROUP");
  });

  it("cannot have another's name, an unknown attribute, or none of its own", async () => {
    const { identitystore } = plane.as("admin");
    assert.equal((await caught(create("Engineering"))).name, "ConflictException");
    const group = await create("attributes");
    const update = (AttributePath: string, AttributeValue?: never) =>
      caught(
        identitystore.send(
          new UpdateGroupCommand({ ...group, Operations: [{ AttributePath, AttributeValue }] }),
        ),
      );
    assert.equal((await update("colour", "red" as never)).name, "ValidationException");
    assert.equal((await update("displayName")).name, "ValidationException");
    const nameless = new CreateGroupCommand({ IdentityStoreId: plane.identityStoreId });
    assert.equal((await caught(identitystore.send(nameless))).name, "ValidationException");
  });
});

describe("ListGroups", () => {
  it("refuses other filters than the name", async () => {
    const command = new ListGroupsCommand({
      IdentityStoreId: plane.identityStoreId,
      Filters: [{ AttributePath: "Description", AttributeValue: "x" }],
    });
    assert.equal((await caught(plane.as("admin").identitystore.send(command))).name, "ValidationException");
  });
});

describe("a membership", () => {
  it("is created, found from every side, and deleted", async () => {
    const { identitystore } = plane.as("admin");
    const group = await create("members");
    const IdentityStoreId = plane.identityStoreId;
    const MemberId = { UserId: plane.users["ada"] ?? "" };
    const pair = { ...group, MemberId };
    const { MembershipId } = await identitystore.send(new CreateGroupMembershipCommand(pair));
    const id = { IdentityStoreId, MembershipId };
    const described = await identitystore.send(new DescribeGroupMembershipCommand(id));
    assert.deepEqual(described.MemberId, MemberId);
    const byPair = await identitystore.send(new GetGroupMembershipIdCommand(pair));
    assert.equal(byPair.MembershipId, MembershipId);
    const ofGroup = await identitystore.send(new ListGroupMembershipsCommand(group));
    assert.equal(ofGroup.GroupMemberships?.length, 1);
    const ofMember = await identitystore.send(
      new ListGroupMembershipsForMemberCommand({ IdentityStoreId, MemberId }),
    );
    assert.ok(ofMember.GroupMemberships?.some(({ GroupId }) => GroupId === group.GroupId));
    const GroupIds = [group.GroupId, plane.groups["sales"] ?? ""];
    const { Results } = await identitystore.send(
      new IsMemberInGroupsCommand({ IdentityStoreId, MemberId, GroupIds }),
    );
    assert.deepEqual(
      Results?.map(({ MembershipExists }) => MembershipExists),
      [true, false],
    );
    await identitystore.send(new DeleteGroupMembershipCommand(id));
    const gone = await caught(identitystore.send(new GetGroupMembershipIdCommand(pair)));
    assert.equal(gone["ResourceType"], "GROUP_MEMBERSHIP");
  });

  it("twice conflicts, and of an unknown user is refused", async () => {
    const { identitystore } = plane.as("admin");
    const group = await create("strict");
    const pair = { ...group, MemberId: { UserId: plane.users["ada"] ?? "" } };
    await identitystore.send(new CreateGroupMembershipCommand(pair));
    const twice = await caught(identitystore.send(new CreateGroupMembershipCommand(pair)));
    assert.equal(twice.name, "ConflictException");
    const MemberId = { UserId: "00000000-0000-0000-0000-000000000000" };
    const stranger = await caught(
      identitystore.send(new CreateGroupMembershipCommand({ ...group, MemberId })),
    );
    assert.equal(stranger["ResourceType"], "USER");
  });

  it("goes with its group", async () => {
    const { identitystore } = plane.as("admin");
    const group = await create("short-lived");
    const MemberId = { UserId: plane.users["grace"] ?? "" };
    await identitystore.send(new CreateGroupMembershipCommand({ ...group, MemberId }));
    await identitystore.send(new DeleteGroupCommand(group));
    const { GroupMemberships } = await identitystore.send(
      new ListGroupMembershipsForMemberCommand({ IdentityStoreId: plane.identityStoreId, MemberId }),
    );
    assert.ok(!GroupMemberships?.some(({ GroupId }) => GroupId === group.GroupId));
  });
});
