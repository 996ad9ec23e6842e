// Permission sets, their assignments to accounts, and application providers through the AWS SDK.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
} from "@aws-sdk/client-iam";
import { CreateGroupMembershipCommand } from "@aws-sdk/client-identitystore";
import {
  AttachCustomerManagedPolicyReferenceToPermissionSetCommand,
  AttachManagedPolicyToPermissionSetCommand,
  CreateAccountAssignmentCommand,
  CreateInstanceCommand,
  CreatePermissionSetCommand,
  DeleteAccountAssignmentCommand,
  DeleteInlinePolicyFromPermissionSetCommand,
  DeleteInstanceCommand,
  DeletePermissionSetCommand,
  DescribeAccountAssignmentCreationStatusCommand,
  DescribeAccountAssignmentDeletionStatusCommand,
  DescribeApplicationProviderCommand,
  DescribeInstanceCommand,
  DescribePermissionSetCommand,
  DescribePermissionSetProvisioningStatusCommand,
  DetachManagedPolicyFromPermissionSetCommand,
  GetInlinePolicyForPermissionSetCommand,
  ListAccountAssignmentCreationStatusCommand,
  ListAccountAssignmentsCommand,
  ListAccountAssignmentsForPrincipalCommand,
  ListAccountsForProvisionedPermissionSetCommand,
  ListApplicationProvidersCommand,
  ListInstancesCommand,
  ListManagedPoliciesInPermissionSetCommand,
  ListPermissionSetsCommand,
  ListPermissionSetsProvisionedToAccountCommand,
  ListTagsForResourceCommand,
  ProvisionPermissionSetCommand,
  PutInlinePolicyToPermissionSetCommand,
  TagResourceCommand,
  UpdateInstanceCommand,
  UpdatePermissionSetCommand,
} from "@aws-sdk/client-sso-admin";
import { caught, customerAccount, otherAccount, useControlPlane } from "../../support/control_plane.ts";

const plane = useControlPlane();
const readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const inlinePolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Action: "s3:GetObject", Resource: "*" },
});

async function createSet(Name: string, more: { SessionDuration?: string } = {}) {
  const { PermissionSet: set } = await plane
    .as("admin")
    .ssoAdmin.send(new CreatePermissionSetCommand({ InstanceArn: plane.instanceArn, Name, ...more }));
  assert.ok(set?.PermissionSetArn);
  return { InstanceArn: plane.instanceArn, PermissionSetArn: set.PermissionSetArn };
}

function assignmentOf(set: { InstanceArn: string; PermissionSetArn: string }, more: object = {}) {
  return {
    ...set,
    TargetId: customerAccount,
    TargetType: "AWS_ACCOUNT" as const,
    PrincipalType: "USER" as const,
    PrincipalId: plane.users["ada"],
    ...more,
  };
}

async function assign(input: ReturnType<typeof assignmentOf>) {
  const { ssoAdmin } = plane.as("admin");
  const { AccountAssignmentCreationStatus: asked } = await ssoAdmin.send(
    new CreateAccountAssignmentCommand(input),
  );
  assert.equal(asked?.Status, "IN_PROGRESS");
  const { InstanceArn } = input;
  const { AccountAssignmentCreationStatus: done } = await ssoAdmin.send(
    new DescribeAccountAssignmentCreationStatusCommand({
      InstanceArn,
      AccountAssignmentCreationRequestId: asked?.RequestId,
    }),
  );
  return done;
}

/** The role that the set is in the customer's account. */
async function roleOf(name: string) {
  const { Roles } = await plane.as("admin").iam.send(new ListRolesCommand({ PathPrefix: "/aws-reserved/" }));
  return Roles?.find(({ RoleName }) => RoleName?.startsWith(`AWSReservedSSO_${name}_`))?.RoleName;
}

describe("a permission set", () => {
  it("is created, described, updated, listed and deleted", async () => {
    const { ssoAdmin } = plane.as("admin");
    const set = await createSet("readers");
    const describeIt = async () => (await ssoAdmin.send(new DescribePermissionSetCommand(set))).PermissionSet;
    assert.equal((await describeIt())?.SessionDuration, "PT1H");
    const changes = { Description: "Reads", SessionDuration: "PT8H", RelayState: "https://example.com/" };
    await ssoAdmin.send(new UpdatePermissionSetCommand({ ...set, ...changes }));
    const { CreatedDate: _, ...described } = (await describeIt()) ?? {};
    assert.deepEqual(described, { Name: "readers", PermissionSetArn: set.PermissionSetArn, ...changes });
    const list = async () =>
      (await ssoAdmin.send(new ListPermissionSetsCommand({ InstanceArn: plane.instanceArn }))).PermissionSets;
    assert.ok((await list())?.includes(set.PermissionSetArn));
    await ssoAdmin.send(new DeletePermissionSetCommand(set));
    assert.ok(!(await list())?.includes(set.PermissionSetArn));
    assert.equal((await caught(describeIt())).name, "ResourceNotFoundException");
  });

  it("has a name of its own, and sessions of one to twelve hours", async () => {
    await createSet("once");
    assert.equal((await caught(createSet("once"))).name, "ConflictException");
    for (const SessionDuration of ["PT59M", "PT12H1S", "P1D"])
      assert.equal((await caught(createSet("odd", { SessionDuration }))).name, "ValidationException");
  });

  it("has managed policies and an inline policy", async () => {
    const { ssoAdmin } = plane.as("admin");
    const set = await createSet("policies");
    const managed = { ...set, ManagedPolicyArn: readOnly };
    await ssoAdmin.send(new AttachManagedPolicyToPermissionSetCommand(managed));
    const again = await caught(ssoAdmin.send(new AttachManagedPolicyToPermissionSetCommand(managed)));
    assert.equal(again.name, "ConflictException");
    const { AttachedManagedPolicies } = await ssoAdmin.send(
      new ListManagedPoliciesInPermissionSetCommand(set),
    );
    assert.deepEqual(AttachedManagedPolicies, [{ Name: "ReadOnlyAccess", Arn: readOnly }]);
    await ssoAdmin.send(new DetachManagedPolicyFromPermissionSetCommand(managed));
    const gone = await caught(ssoAdmin.send(new DetachManagedPolicyFromPermissionSetCommand(managed)));
    assert.equal(gone.name, "ResourceNotFoundException");
    const get = async () =>
      (await ssoAdmin.send(new GetInlinePolicyForPermissionSetCommand(set))).InlinePolicy;
    assert.equal(await get(), "");
    await ssoAdmin.send(new PutInlinePolicyToPermissionSetCommand({ ...set, InlinePolicy: inlinePolicy }));
    assert.equal(await get(), inlinePolicy);
    await ssoAdmin.send(new DeleteInlinePolicyFromPermissionSetCommand(set));
    assert.equal(await get(), "");
    const malformed = new PutInlinePolicyToPermissionSetCommand({ ...set, InlinePolicy: "{}" });
    assert.equal((await caught(ssoAdmin.send(malformed))).name, "ValidationException");
  });

  it("is tagged", async () => {
    const { ssoAdmin } = plane.as("admin");
    const { PermissionSetArn: ResourceArn } = await createSet("tagged");
    await ssoAdmin.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: "team", Value: "a" }] }));
    const { Tags } = await ssoAdmin.send(new ListTagsForResourceCommand({ ResourceArn }));
    assert.deepEqual(Tags, [{ Key: "team", Value: "a" }]);
  });
});

describe("an account assignment", () => {
  it("makes the set a role of the account, which the last deletion takes away", async () => {
    const { ssoAdmin, iam } = plane.as("admin");
    const set = await createSet("assigned", { SessionDuration: "PT2H" });
    await ssoAdmin.send(
      new AttachManagedPolicyToPermissionSetCommand({ ...set, ManagedPolicyArn: readOnly }),
    );
    await ssoAdmin.send(new PutInlinePolicyToPermissionSetCommand({ ...set, InlinePolicy: inlinePolicy }));
    const ada = assignmentOf(set);
    const sales = assignmentOf(set, { PrincipalType: "GROUP", PrincipalId: plane.groups["sales"] });
    assert.equal((await assign(ada))?.Status, "SUCCEEDED");
    assert.equal((await assign(sales))?.Status, "SUCCEEDED");
    const RoleName = await roleOf("assigned");
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    assert.equal(Role?.Path, "/aws-reserved/sso.amazonaws.com/");
    assert.equal(Role?.MaxSessionDuration, 7200);
    const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    assert.deepEqual(AttachedPolicies, [{ PolicyName: "ReadOnlyAccess", PolicyArn: readOnly }]);
    const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    assert.deepEqual(PolicyNames, ["AwsSSOInlinePolicy"]);
    const { AccountAssignments } = await ssoAdmin.send(
      new ListAccountAssignmentsCommand({ ...set, AccountId: customerAccount }),
    );
    assert.deepEqual(
      AccountAssignments?.map(({ PrincipalId }) => PrincipalId),
      [plane.users["ada"], plane.groups["sales"]],
    );
    const deleted = await caught(ssoAdmin.send(new DeletePermissionSetCommand(set)));
    assert.equal(deleted.name, "ConflictException");
    for (const input of [ada, sales]) {
      assert.equal(await roleOf("assigned"), RoleName);
      const { AccountAssignmentDeletionStatus: asked } = await ssoAdmin.send(
        new DeleteAccountAssignmentCommand(input),
      );
      const { AccountAssignmentDeletionStatus: done } = await ssoAdmin.send(
        new DescribeAccountAssignmentDeletionStatusCommand({
          InstanceArn: plane.instanceArn,
          AccountAssignmentDeletionRequestId: asked?.RequestId,
        }),
      );
      assert.deepEqual([asked?.Status, done?.Status], ["IN_PROGRESS", "SUCCEEDED"]);
    }
    assert.equal(await roleOf("assigned"), undefined);
    const again = await caught(ssoAdmin.send(new DeleteAccountAssignmentCommand(ada)));
    assert.equal(again.name, "ResourceNotFoundException");
    await ssoAdmin.send(new DeletePermissionSetCommand(set));
  });

  it("of an account, a principal or a policy that is not there fails in its status, and is not made", async () => {
    const { ssoAdmin } = plane.as("admin");
    const set = await createSet("failing");
    const stranger = "00000000-0000-4000-8000-000000000000";
    const nowhere = await assign(assignmentOf(set, { TargetId: "000000000000" }));
    assert.match(nowhere?.FailureReason ?? "", /account 000000000000/);
    const nobody = await assign(assignmentOf(set, { PrincipalId: stranger }));
    assert.match(nobody?.FailureReason ?? "", new RegExp(`no user ${stranger}`));
    const CustomerManagedPolicyReference = { Name: "Absent", Path: "/team/" };
    await ssoAdmin.send(
      new AttachCustomerManagedPolicyReferenceToPermissionSetCommand({
        ...set,
        CustomerManagedPolicyReference,
      }),
    );
    const noPolicy = await assign(assignmentOf(set));
    assert.match(noPolicy?.FailureReason ?? "", /policy\/team\/Absent/);
    assert.equal(noPolicy?.Status, "FAILED");
    const { AccountAssignmentsCreationStatus: failed } = await ssoAdmin.send(
      new ListAccountAssignmentCreationStatusCommand({
        InstanceArn: plane.instanceArn,
        Filter: { Status: "FAILED" },
      }),
    );
    assert.equal(failed?.length, 3);
    const { AccountAssignments } = await ssoAdmin.send(
      new ListAccountAssignmentsCommand({ ...set, AccountId: customerAccount }),
    );
    assert.deepEqual(AccountAssignments, []);
  });

  it("reaches every account of the sandbox, and a user by his groups", async () => {
    const { ssoAdmin, identitystore } = plane.as("admin");
    await identitystore.send(
      new CreateGroupMembershipCommand({
        IdentityStoreId: plane.identityStoreId,
        GroupId: plane.groups["engineering"],
        MemberId: { UserId: plane.users["grace"] ?? "" },
      }),
    );
    const set = await createSet("grouped");
    const more = {
      TargetId: otherAccount,
      PrincipalType: "GROUP",
      PrincipalId: plane.groups["engineering"],
    };
    assert.equal((await assign(assignmentOf(set, more)))?.Status, "SUCCEEDED");
    const list = async (user: string) => {
      const { AccountAssignments } = await ssoAdmin.send(
        new ListAccountAssignmentsForPrincipalCommand({
          InstanceArn: plane.instanceArn,
          PrincipalType: "USER",
          PrincipalId: plane.users[user],
          Filter: { AccountId: otherAccount },
        }),
      );
      return AccountAssignments?.map(({ PrincipalType, PermissionSetArn }) => [
        PrincipalType,
        PermissionSetArn,
      ]);
    };
    assert.deepEqual(await list("grace"), [["GROUP", set.PermissionSetArn]]);
    assert.deepEqual(await list("ada"), []);
  });
});

describe("provisioning", () => {
  it("brings a change into the accounts that have the set", async () => {
    const { ssoAdmin, iam } = plane.as("admin");
    const set = await createSet("changed");
    const everywhere = new ProvisionPermissionSetCommand({ ...set, TargetType: "ALL_PROVISIONED_ACCOUNTS" });
    assert.equal((await caught(ssoAdmin.send(everywhere))).name, "ResourceNotFoundException");
    const untargeted = new ProvisionPermissionSetCommand({ ...set, TargetType: "AWS_ACCOUNT" });
    assert.equal((await caught(ssoAdmin.send(untargeted))).name, "ValidationException");
    await assign(assignmentOf(set));
    await ssoAdmin.send(new PutInlinePolicyToPermissionSetCommand({ ...set, InlinePolicy: inlinePolicy }));
    const RoleName = await roleOf("changed");
    const policies = async () => (await iam.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames;
    const stale = async () => {
      const ProvisioningStatus = "LATEST_PERMISSION_SET_NOT_PROVISIONED" as const;
      const { AccountIds } = await ssoAdmin.send(
        new ListAccountsForProvisionedPermissionSetCommand({ ...set, ProvisioningStatus }),
      );
      return AccountIds;
    };
    assert.deepEqual([await policies(), await stale()], [[], [customerAccount]]);
    const { PermissionSetProvisioningStatus: asked } = await ssoAdmin.send(everywhere);
    const { PermissionSetProvisioningStatus: done } = await ssoAdmin.send(
      new DescribePermissionSetProvisioningStatusCommand({
        InstanceArn: plane.instanceArn,
        ProvisionPermissionSetRequestId: asked?.RequestId,
      }),
    );
    assert.deepEqual([asked?.Status, done?.Status], ["IN_PROGRESS", "SUCCEEDED"]);
    assert.deepEqual([await policies(), await stale()], [["AwsSSOInlinePolicy"], []]);
    const { PermissionSets } = await ssoAdmin.send(
      new ListPermissionSetsProvisionedToAccountCommand({
        InstanceArn: plane.instanceArn,
        AccountId: customerAccount,
        ProvisioningStatus: "LATEST_PERMISSION_SET_PROVISIONED",
      }),
    );
    assert.ok(PermissionSets?.includes(set.PermissionSetArn));
  });
});

describe("an account instance", () => {
  it("has permission sets once they are enabled, for its own account, and never loses them", async () => {
    const { ssoAdmin } = plane.as("other");
    const { Instances } = await ssoAdmin.send(new ListInstancesCommand({}));
    await ssoAdmin.send(new DeleteInstanceCommand({ InstanceArn: Instances?.[0]?.InstanceArn }));
    const { InstanceArn } = await ssoAdmin.send(new CreateInstanceCommand({ Name: "own" }));
    const create = () => ssoAdmin.send(new CreatePermissionSetCommand({ InstanceArn, Name: "own" }));
    assert.equal((await caught(create())).name, "ValidationException");
    const enable = (PermissionSetsEnabled: boolean) =>
      ssoAdmin.send(new UpdateInstanceCommand({ InstanceArn, PermissionSetsEnabled }));
    assert.equal((await caught(enable(false))).name, "ValidationException");
    await enable(true);
    const described = await ssoAdmin.send(new DescribeInstanceCommand({ InstanceArn }));
    assert.equal(described.PermissionSetsEnabled, true);
    await create();
  });
});

describe("application providers", () => {
  it("are listed and described", async () => {
    const { ssoAdmin } = plane.as("admin");
    const custom = "arn:aws:sso::aws:applicationProvider/custom";
    const { ApplicationProviders: all } = await ssoAdmin.send(new ListApplicationProvidersCommand({}));
    assert.deepEqual(
      all?.map(({ ApplicationProviderArn: arn }) => arn),
      [custom, "arn:aws:sso::aws:applicationProvider/qbusiness"],
    );
    const describeIt = (ApplicationProviderArn: string) =>
      ssoAdmin.send(new DescribeApplicationProviderCommand({ ApplicationProviderArn }));
    assert.equal((await describeIt(custom)).FederationProtocol, "OAUTH");
    assert.equal((await caught(describeIt(`${custom}-none`))).name, "ResourceNotFoundException");
  });
});

describe("a caller's policies", () => {
  it("are asked", async () => {
    const set = await createSet("guarded");
    const refused = await caught(plane.as("nobody").ssoAdmin.send(new DescribePermissionSetCommand(set)));
    assert.equal(refused.name, "AccessDeniedException");
  });
});
