// A customer whose documents lie in S3 behind Access Grants, beside the data accessor of the usual seed: a bucket, a role
// that S3 Access Grants may assume, an instance that knows the customer's Identity Center, and the ISV's role let in.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PutApplicationAccessScopeCommand, SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { standIn } from "../../../../test/support/stand_in.ts";
import { type Sandbox, startSandbox } from "../../src/index.ts";
import { createSigningKey, startIssuer, type TestIssuer } from "./issuer.ts";
import { s3Control, xml } from "./s3_control.ts";
import { CUSTOMER_ACCOUNT, exampleSeed, IDC_REGION, ISV_ROLE, type Keys } from "./world.ts";

export const BUCKET = "acme-files";
export const ACCESS_ROLE = `arn:aws:iam::${CUSTOMER_ACCOUNT}:role/s3ag`;
export const OBJECTS = {
  "engineering/design.txt": "The engineering design.",
  "engineering/plans/2027.txt": "Plans.",
  "hr/salaries.txt": "Salaries.",
  "ada/notes.txt": "Ada's notes.",
} as const;

/** What the tests ask. */
export type AccessGrantsWorld = {
  issuer: TestIssuer;
  sandbox: Sandbox;
  /** Access Grants of the customer's account. */
  control: ReturnType<typeof s3Control>;
  admin: Keys;
  userId(name: string): string;
  groupId(name: string): string;
  s3(credentials: Keys): S3Client;
};

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "access-grants.s3.amazonaws.com" },
      Action: ["sts:AssumeRole", "sts:SetSourceIdentity"],
      Condition: {
        StringEquals: {
          "aws:SourceAccount": CUSTOMER_ACCOUNT,
          "aws:SourceArn": `arn:aws:s3:${IDC_REGION}:${CUSTOMER_ACCOUNT}:access-grants/default`,
        },
      },
    },
    {
      Effect: "Allow",
      Principal: { Service: "access-grants.s3.amazonaws.com" },
      Action: "sts:SetContext",
      Condition: {
        "ForAllValues:ArnEquals": {
          "sts:RequestContextProviders": "arn:aws:iam::aws:contextProvider/IdentityCenter",
        },
      },
    },
  ],
});

/** Gives the tests that follow such a customer; the ISV's session is identity-enhanced by the four calls. */
export function useAccessGrants(): AccessGrantsWorld {
  let world: AccessGrantsWorld | undefined;
  before(async () => {
    world = await start();
  });
  after(async () => {
    await world?.sandbox.close();
    await world?.issuer.close();
  });
  return standIn("the customer with S3 Access Grants", () => world);
}

async function start(): Promise<AccessGrantsWorld> {
  const issuer = await startIssuer(await createSigningKey("k1"));
  const seed = exampleSeed(issuer.url);
  const [isv] = seed.accounts?.[0]?.roles ?? [];
  assert.ok(isv);
  const Action = ["s3:GetDataAccess", "s3:ListCallerAccessGrants"];
  isv.policies = { ...isv.policies, S3: { Statement: { Effect: "Allow", Action, Resource: "*" } } };
  // Not the subject here, and reached by a test that signs in many users.
  const rules = { "exchange.jwtBearerPerSecond": 0 };
  const sandbox = await startSandbox({ port: 0, allowLocalIssuers: true, seed, rules });
  try {
    return await furnish(issuer, sandbox);
  } catch (error) {
    await sandbox.close();
    await issuer.close();
    throw error;
  }
}

async function furnish(issuer: TestIssuer, sandbox: Sandbox): Promise<AccessGrantsWorld> {
  const Action = ["s3:GetDataAccess", "s3:ListCallerAccessGrants"];
  const admin = sandbox.seedResult.credentials["customer"];
  const center = sandbox.seedResult.identityCenters["acme"];
  assert.ok(admin && center);
  const options = { region: IDC_REGION, endpoint: sandbox.url, credentials: admin, maxAttempts: 1 };
  const control = s3Control(sandbox.url, CUSTOMER_ACCOUNT, IDC_REGION);
  const s3 = (credentials: Keys) => new S3Client({ ...options, credentials });

  const files = s3(admin);
  const configuration = { CreateBucketConfiguration: { LocationConstraint: IDC_REGION } } as const;
  await files.send(new CreateBucketCommand({ Bucket: BUCKET, ...configuration }));
  for (const [Key, Body] of Object.entries(OBJECTS))
    await files.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body, ContentType: "text/plain" }));
  const iam = new IAMClient(options);
  await iam.send(new CreateRoleCommand({ RoleName: "s3ag", AssumeRolePolicyDocument: trust }));
  const Resource = [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`];
  const allowed = { Version: "2012-10-17", Statement: { Effect: "Allow", Action: "s3:*", Resource } };
  const policy = { RoleName: "s3ag", PolicyName: "Files", PolicyDocument: JSON.stringify(allowed) };
  await iam.send(new PutRolePolicyCommand(policy));
  const ApplicationArn = sandbox.seedResult.connections["example-isv"]?.idcApplicationArn;
  const scope = { ApplicationArn, Scope: "s3:access_grants:read_write" };
  await new SSOAdminClient(options).send(new PutApplicationAccessScopeCommand(scope));

  const made = [
    await control(
      admin,
      "POST",
      "accessgrantsinstance",
      xml("CreateAccessGrantsInstanceRequest", { IdentityCenterArn: center.instanceArn }),
    ),
    await control(
      admin,
      "PUT",
      "accessgrantsinstance/resourcepolicy",
      xml("PutAccessGrantsInstanceResourcePolicyRequest", {
        Policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: { Effect: "Allow", Principal: { AWS: ISV_ROLE }, Action, Resource: "*" },
        }),
      }),
    ),
    await control(
      admin,
      "POST",
      "accessgrantsinstance/location",
      xml("CreateAccessGrantsLocationRequest", { LocationScope: "s3://", IAMRoleArn: ACCESS_ROLE }),
    ),
  ];
  for (const answer of made) assert.equal(answer.status, 200, answer.message);
  return {
    issuer,
    sandbox,
    control,
    admin,
    s3,
    userId: (name) => center.users[name] ?? assert.fail(name),
    groupId: (name) => center.groups[name] ?? assert.fail(name),
  };
}
