// The resource policy of an application: statements, their conditions and what GetPolicy shows.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  AssociatePermissionCommand,
  type AssociatePermissionCommandInput,
  CreateApplicationCommand,
  DisassociatePermissionCommand,
  GetPolicyCommand,
} from "@aws-sdk/client-qbusiness";
import { caught, isvRoleArn, useControlPlane } from "../../support/control_plane.ts";

const plane = useControlPlane();

const tagCondition = {
  conditionOperator: "StringEquals" as const,
  conditionKey: "aws:PrincipalTag/qbusiness-dataaccessor:ExternalId",
  conditionValues: ["tenant-1"],
};

async function createApplication() {
  const { applicationId } = await plane
    .as("admin")
    .qbusiness.send(
      new CreateApplicationCommand({ displayName: "policy", identityCenterInstanceArn: plane.instanceArn }),
    );
  return applicationId ?? "";
}

function associate(applicationId: string, changes: Partial<AssociatePermissionCommandInput> = {}) {
  return plane.as("admin").qbusiness.send(
    new AssociatePermissionCommand({
      applicationId,
      statementId: "isv",
      actions: ["qbusiness:SearchRelevantContent"],
      principal: isvRoleArn,
      conditions: [tagCondition],
      ...changes,
    }),
  );
}

describe("AssociatePermission", () => {
  it("adds a statement, which GetPolicy shows and DisassociatePermission removes", async () => {
    const { qbusiness } = plane.as("admin");
    const applicationId = await createApplication();
    const expected = {
      Sid: "isv",
      Effect: "Allow",
      Principal: { AWS: isvRoleArn },
      Action: ["qbusiness:SearchRelevantContent"],
      Resource: `arn:aws:qbusiness:us-east-1:111122223333:application/${applicationId}`,
      Condition: { StringEquals: { [tagCondition.conditionKey]: ["tenant-1"] } },
    };
    const { statement = "" } = await associate(applicationId);
    assert.deepEqual(JSON.parse(statement), expected);
    const { policy = "" } = await qbusiness.send(new GetPolicyCommand({ applicationId }));
    assert.deepEqual(JSON.parse(policy).Statement, [expected]);
    await qbusiness.send(new DisassociatePermissionCommand({ applicationId, statementId: "isv" }));
    assert.equal((await qbusiness.send(new GetPolicyCommand({ applicationId }))).policy, undefined);
  });

  it("works without a condition, as AWS's own sample does", async () => {
    const { statement = "" } = await associate(await createApplication(), { conditions: undefined });
    assert.equal(JSON.parse(statement).Condition, undefined);
  });

  it("conflicts with a statement of the same id", async () => {
    const applicationId = await createApplication();
    await associate(applicationId);
    const error = await caught(associate(applicationId));
    assert.equal(error.name, "ConflictException");
    assert.equal(error["resourceId"], "isv");
  });

  const conditions: [string, object][] = [
    ["another operator", { conditionOperator: "StringLike" }],
    ["a key outside the documented family", { conditionKey: "aws:PrincipalOrgID" }],
    ["two values", { conditionValues: ["a", "b"] }],
    ["no value", { conditionValues: [] }],
  ];
  for (const [what, change] of conditions) {
    it(`refuses a condition with ${what}`, async () => {
      const call = associate(await createApplication(), { conditions: [{ ...tagCondition, ...change }] });
      const error = await caught(call);
      assert.equal(error.name, "ValidationException");
      assert.match((error["fields"] as { name: string }[])[0]?.name ?? "", /^conditions/);
    });
  }

  it("refuses the same condition key twice, a wrong action and an account as principal", async () => {
    const applicationId = await createApplication();
    const twice = await caught(associate(applicationId, { conditions: [tagCondition, tagCondition] }));
    assert.equal(twice.name, "ValidationException");
    const action = await caught(associate(applicationId, { actions: ["s3:GetObject"] }));
    assert.equal(action.name, "ValidationException");
    const root = await caught(associate(applicationId, { principal: "arn:aws:iam::999988887777:root" }));
    assert.equal(root.name, "ValidationException");
  });
});

describe("DisassociatePermission", () => {
  it("of an unknown statement is not found", async () => {
    const applicationId = await createApplication();
    const command = new DisassociatePermissionCommand({ applicationId, statementId: "none" });
    const error = await caught(plane.as("admin").qbusiness.send(command));
    assert.equal(error.name, "ResourceNotFoundException");
    assert.equal(error["resourceId"], "none");
  });
});
