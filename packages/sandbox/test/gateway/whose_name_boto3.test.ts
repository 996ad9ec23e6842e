// Real AWS SDK clients of services that are not simulated (boto3's, at night and where it is): each shows the message, having
// asked once, by AWS_ENDPOINT_URL alone.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { atNight } from "../../../../test/support/at_night.ts";
import { baseKeys, useExample } from "../support/world.ts";

const { sandbox } = useExample();

/** Clients with their usual number of attempts; one call of each, all protocols that boto3 speaks. */
const program = `
import json, boto3
from botocore.exceptions import ClientError
calls = {
  "athena": lambda c: c.start_query_execution(QueryString="select 1"),
  "bedrock-runtime": lambda c: c.converse(modelId="anthropic.claude-3-haiku-20240307-v1:0", messages=[{"role": "user", "content": [{"text": "hi"}]}]),
  "dynamodb": lambda c: c.get_item(TableName="t", Key={"k": {"S": "v"}}),
  "redshift-data": lambda c: c.execute_statement(Sql="select 1", WorkgroupName="work"),
  "lambda": lambda c: c.list_functions(),
  "sns": lambda c: c.list_topics(),
  "ec2": lambda c: c.describe_vpcs(),
  "route53": lambda c: c.list_hosted_zones(),
  "cloudwatch": lambda c: c.list_metrics(),
}
for name, call in calls.items():
  try:
    call(boto3.client(name))
  except ClientError as e:
    print(json.dumps([name, e.response["Error"]["Code"], e.response["Error"]["Message"], e.response["ResponseMetadata"]["HTTPStatusCode"], e.response["ResponseMetadata"]["RetryAttempts"]]))
`;

const run = promisify(execFile);
const hasBoto3 = async () =>
  run("python3", ["-c", "import boto3"]).then(
    () => true,
    () => false,
  );

test("boto3's clients show whose name a call bears, without another attempt", async (t) => {
  if (!atNight) return t.skip("at night");
  if (!(await hasBoto3())) return t.skip("not on this machine: python3 with boto3");
  const keys = baseKeys(sandbox);
  const env = {
    PATH: process.env["PATH"],
    HOME: "/nonexistent",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ENDPOINT_URL: sandbox.url,
  };
  sandbox.control.clearRequests();
  const { stdout } = await run("python3", ["-c", program], { env: env as NodeJS.ProcessEnv });
  const answers = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as [string, string, string, number, number]);
  assert.equal(answers.length, 9);
  for (const [name, code, message, status, retries] of answers) {
    assert.equal(code, "UnsupportedOperation", name);
    assert.match(message, /is not simulated here \(tti-sandbox\): you are IAM user arn:aws:iam::/, name);
    assert.deepEqual([status, retries], [501, 0], name);
  }
  assert.deepEqual(
    sandbox.control.requests().map(({ service }) => service),
    ["athena", "bedrock", "dynamodb", "redshift-data", "lambda", "sns", "ec2", "route53", "monitoring"],
  );
});
