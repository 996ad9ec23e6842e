// boto3's clients of S3 Access Grants, S3 and CloudTrail (at night, and where boto3 is), by endpoints alone. S3 Control's puts
// the account before the endpoint's host.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { atNight } from "../../../../../test/support/at_night.ts";
import { BUCKET, useAccessGrants } from "../../support/access_grants_world.ts";
import { CUSTOMER_ACCOUNT, IDC_REGION, stepsOf } from "../../support/world.ts";

const world = useAccessGrants();
const run = promisify(execFile);

const program = `
import json, os, socket, boto3
from botocore.exceptions import ClientError
region, account, bucket, user = (os.environ[name] for name in ("REGION", "ACCOUNT", "BUCKET", "USER_ID"))
# What /etc/hosts, or a resolver that knows .localhost, does.
ask = socket.getaddrinfo
socket.getaddrinfo = lambda host, *more, **named: ask("127.0.0.1" if str(host).endswith(".localhost") else host, *more, **named)
admin = dict(aws_access_key_id=os.environ["ADMIN_KEY"], aws_secret_access_key=os.environ["ADMIN_SECRET"], region_name=region)
control = boto3.client("s3control", **admin)
grant = control.create_access_grant(AccountId=account, AccessGrantsLocationId="default", Permission="READ",
  AccessGrantsLocationConfiguration={"S3SubPrefix": f"{bucket}/ada/*"},
  Grantee={"GranteeType": "DIRECTORY_USER", "GranteeIdentifier": user}, Tags=[{"Key": "a", "Value": "b"}])
me = boto3.client("s3control", region_name=region)
found = [g["GrantScope"] for g in me.list_caller_access_grants(AccountId=account)["CallerAccessGrantsList"]]
keys = me.get_data_access(AccountId=account, Target=f"s3://{bucket}/ada/*", Permission="READ")["Credentials"]
s3 = boto3.client("s3", region_name=region, aws_access_key_id=keys["AccessKeyId"],
  aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"])
text = s3.get_object(Bucket=bucket, Key="ada/notes.txt")["Body"].read().decode()
listed = [o["Key"] for o in s3.list_objects_v2(Bucket=bucket, Prefix="ada/")["Contents"]]
try:
  s3.get_object(Bucket=bucket, Key="hr/salaries.txt"); refused = None
except ClientError as e:
  refused = e.response["Error"]["Code"]
trail = boto3.client("cloudtrail", **admin)
pages = trail.get_paginator("lookup_events").paginate(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "GetDataAccess"}])
acting = [json.loads(e["CloudTrailEvent"])["userIdentity"].get("onBehalfOf", {}).get("userId") for p in pages for e in p["Events"]]
control.delete_access_grant(AccountId=account, AccessGrantId=grant["AccessGrantId"])
print(json.dumps([found, text, listed, refused, acting]))
`;

test("boto3 gets the data that a user of the four calls may read, and CloudTrail says for whom", async (t) => {
  if (!atNight) return t.skip("at night");
  const hasBoto3 = await run("python3", ["-c", "import boto3"]).then(
    () => true,
    () => false,
  );
  if (!hasBoto3) return t.skip("not on this machine: python3 with boto3");
  const steps = stepsOf(world.sandbox);
  const { awsAdditionalDetails } = await steps.exchange(
    await world.issuer.token({ email: "ada@acme.example" }),
  );
  const session = await steps.enhanced(awsAdditionalDetails?.identityContext ?? "");
  const env = {
    PATH: process.env["PATH"],
    HOME: "/nonexistent",
    AWS_ENDPOINT_URL: world.sandbox.url,
    AWS_ENDPOINT_URL_S3_CONTROL: world.sandbox.url.replace("127.0.0.1", "localhost"),
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
    AWS_SESSION_TOKEN: session.sessionToken,
    ADMIN_KEY: world.admin.accessKeyId,
    ADMIN_SECRET: world.admin.secretAccessKey,
    REGION: IDC_REGION,
    ACCOUNT: CUSTOMER_ACCOUNT,
    BUCKET,
    USER_ID: world.userId("ada"),
  };
  const { stdout } = await run("python3", ["-c", program], {
    env: env as NodeJS.ProcessEnv,
    timeout: 60_000,
  });
  assert.deepEqual(JSON.parse(stdout), [
    [`s3://${BUCKET}/ada/*`],
    "Ada's notes.",
    ["ada/notes.txt"],
    "AccessDenied",
    [world.userId("ada")],
  ]);
});
