// IAM roles, their trust, inline policies and tags through the AWS SDK.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CreateRoleCommand,
  type CreateRoleCommandInput,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesForRoleCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { caught, customerAccount, useControlPlane } from "../../support/control_plane.ts";

const plane = useControlPlane();

const trusting = (principal: string) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: principal }, Action: "sts:AssumeRole" }],
});
const trust = JSON.stringify(trusting(customerAccount));
const permission = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "qbusiness:SearchRelevantContent", Resource: "*" }],
};

async function create(RoleName: string, changes: Partial<CreateRoleCommandInput> = {}) {
  const command = new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust, ...changes });
  const { Role } = await plane.as("admin").iam.send(command);
  assert.ok(Role);
  return Role;
}

describe("a role", () => {
  it("is created with path, tags and session length, shown, updated and deleted", async () => {
    const { iam } = plane.as("admin");
    const role = await create("whole", {
      Path: "/isv/",
      MaxSessionDuration: 7200,
      Tags: [{ Key: "team", Value: "a" }],
    });
    assert.equal(role.Arn, `arn:aws:iam::${customerAccount}:role/isv/whole`);
    assert.match(role.RoleId ?? "", /^AROA[A-Z2-7]{17}$/);
    const input = { RoleName: "whole" };
    await iam.send(new UpdateRoleCommand({ ...input, Description: "changed", MaxSessionDuration: 3600 }));
    const { Role: shown } = await iam.send(new GetRoleCommand(input));
    assert.equal(shown?.Description, "changed");
    assert.equal(shown?.MaxSessionDuration, 3600);
    assert.deepEqual(
      JSON.parse(decodeURIComponent(shown?.AssumeRolePolicyDocument ?? "")),
      JSON.parse(trust),
    );
    await iam.send(new DeleteRoleCommand(input));
    const gone = await caught(iam.send(new GetRoleCommand(input)));
    assert.equal(gone.name, "NoSuchEntityException");
    assert.equal(gone.$metadata.httpStatusCode, 404);
  });

  it("has a name of its own, whatever its case", async () => {
    await create("taken");
    const error = await caught(create("TAKEN"));
    assert.equal(error.name, "EntityAlreadyExistsException");
    assert.equal(error.$metadata.httpStatusCode, 409);
  });

  it("keeps its trust policy up to date", async () => {
    const { iam } = plane.as("admin");
    const { Arn: trusted = "" } = await create("trusted");
    await create("trusting");
    const PolicyDocument = JSON.stringify(trusting(trusted));
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "trusting", PolicyDocument }));
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: "trusting" }));
    assert.deepEqual(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "")), trusting(trusted));
  });

  const malformed: [string, unknown][] = [
    ["that is not JSON", "{"],
    ["without a statement", { Version: "2012-10-17" }],
    ["of an unknown version", { ...trusting(customerAccount), Version: "2026-01-01" }],
    ["without a principal", { Statement: [{ Effect: "Allow", Action: "sts:AssumeRole" }] }],
    ["with a Resource", { Statement: [{ ...trusting(customerAccount).Statement[0], Resource: "*" }] }],
    ["that trusts a role that does not exist", trusting(`arn:aws:iam::${customerAccount}:role/none`)],
    ["that trusts an account that does not exist", trusting("000000000000")],
    ["with an unknown element", { ...trusting(customerAccount), Statment: [] }],
  ];
  for (const [what, document] of malformed) {
    it(`is refused with a trust policy ${what}`, async () => {
      const AssumeRolePolicyDocument = typeof document === "string" ? document : JSON.stringify(document);
      const error = await caught(create("malformed", { AssumeRolePolicyDocument }));
      assert.equal(error.name, "MalformedPolicyDocumentException");
    });
  }

  it("is refused with a trust policy of more than 2048 characters", async () => {
    const statements = Array.from({ length: 30 }, () => trusting(customerAccount).Statement[0]);
    const AssumeRolePolicyDocument = JSON.stringify({ Statement: statements });
    assert.equal((await caught(create("long", { AssumeRolePolicyDocument }))).name, "LimitExceededException");
  });

  it("is refused with a permissions boundary, which the sandbox would not evaluate", async () => {
    const PermissionsBoundary = `arn:aws:iam::${customerAccount}:policy/boundary`;
    assert.equal((await caught(create("bounded", { PermissionsBoundary }))).name, "InvalidInputException");
  });

  it("cannot be deleted while it has policies", async () => {
    const { iam } = plane.as("admin");
    await create("in-use");
    const policy = { RoleName: "in-use", PolicyName: "p", PolicyDocument: JSON.stringify(permission) };
    await iam.send(new PutRolePolicyCommand(policy));
    const error = await caught(iam.send(new DeleteRoleCommand({ RoleName: "in-use" })));
    assert.equal(error.name, "DeleteConflictException");
    await iam.send(new DeleteRolePolicyCommand(policy));
    await iam.send(new DeleteRoleCommand({ RoleName: "in-use" }));
  });

  it("of one account is unknown to another, and its creation needs permission", async () => {
    await create("mine");
    const foreign = await caught(plane.as("other").iam.send(new GetRoleCommand({ RoleName: "mine" })));
    assert.equal(foreign.name, "NoSuchEntityException");
    const denied = new CreateRoleCommand({ RoleName: "denied", AssumeRolePolicyDocument: trust });
    assert.equal((await caught(plane.as("nobody").iam.send(denied))).name, "AccessDenied");
  });

  it("is listed by path, page by page", async () => {
    const { iam } = plane.as("admin");
    for (const name of ["list-1", "list-2", "list-3"]) await create(name, { Path: "/list/" });
    const names: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = await iam.send(new ListRolesCommand({ PathPrefix: "/list/", MaxItems: 2, Marker }));
      names.push(...(page.Roles ?? []).map(({ RoleName }) => RoleName));
      assert.equal(page.IsTruncated, page.Marker !== undefined);
      Marker = page.Marker;
    } while (Marker);
    assert.deepEqual(names, ["list-1", "list-2", "list-3"]);
    const foreign = new ListRolesCommand({ PathPrefix: "/", Marker: "bm9uc2Vuc2U" });
    assert.equal((await caught(iam.send(foreign))).name, "ValidationError");
  });
});

describe("an inline policy", () => {
  it("is put, shown, listed and deleted", async () => {
    const { iam } = plane.as("admin");
    const RoleName = "policies";
    await create(RoleName);
    const policy = { RoleName, PolicyName: "search" };
    await iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument: JSON.stringify(permission) }));
    const { PolicyDocument = "" } = await iam.send(new GetRolePolicyCommand(policy));
    assert.deepEqual(JSON.parse(decodeURIComponent(PolicyDocument)), permission);
    const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    assert.deepEqual(PolicyNames, ["search"]);
    const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    assert.deepEqual(AttachedPolicies ?? [], []);
    const { InstanceProfiles } = await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName }));
    assert.deepEqual(InstanceProfiles ?? [], []);
    await iam.send(new DeleteRolePolicyCommand(policy));
    assert.equal((await caught(iam.send(new GetRolePolicyCommand(policy)))).name, "NoSuchEntityException");
  });

  it("is refused with a principal, without a resource, or beyond 10240 characters", async () => {
    const RoleName = "bad-policies";
    await create(RoleName);
    const put = (document: unknown) => {
      const PolicyDocument = JSON.stringify(document);
      return caught(
        plane.as("admin").iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "p", PolicyDocument })),
      );
    };
    const [statement] = permission.Statement;
    const withPrincipal = { Statement: [{ ...statement, Principal: "*" }] };
    assert.equal((await put(withPrincipal)).name, "MalformedPolicyDocumentException");
    const withoutResource = { Statement: [{ Effect: "Allow", Action: "*" }] };
    assert.equal((await put(withoutResource)).name, "MalformedPolicyDocumentException");
    const long = { Statement: Array.from({ length: 200 }, () => statement) };
    assert.equal((await put(long)).name, "LimitExceededException");
  });
});

describe("tags of a role", () => {
  it("are set, listed and removed; a key twice is refused", async () => {
    const { iam } = plane.as("admin");
    const RoleName = "tags";
    await create(RoleName);
    await iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: "Team", Value: "a" }] }));
    await iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: "team", Value: "b" }] }));
    const list = async () => (await iam.send(new ListRoleTagsCommand({ RoleName }))).Tags;
    assert.deepEqual(await list(), [{ Key: "team", Value: "b" }]);
    const Tags = [
      { Key: "x", Value: "1" },
      { Key: "X", Value: "2" },
    ];
    assert.equal(
      (await caught(iam.send(new TagRoleCommand({ RoleName, Tags })))).name,
      "InvalidInputException",
    );
    await iam.send(new UntagRoleCommand({ RoleName, TagKeys: ["TEAM"] }));
    assert.deepEqual((await list()) ?? [], []);
  });

  it("are at most 50", async () => {
    const { iam } = plane.as("admin");
    const RoleName = "many-tags";
    const tags = (first: number, count: number) =>
      Array.from({ length: count }, (_, number) => ({ Key: `key-${first + number}`, Value: "v" }));
    await create(RoleName, { Tags: tags(0, 50) });
    const error = await caught(iam.send(new TagRoleCommand({ RoleName, Tags: tags(50, 1) })));
    assert.equal(error.name, "LimitExceededException");
  });
});
