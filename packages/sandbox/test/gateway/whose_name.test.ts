// A service that is not simulated tells whose name the call bears, in the protocol its clients read, once, and the log
// holds user, tenant and application (issue 16, other receivers; fault B5).
import assert from "node:assert/strict";
import { test } from "node:test";
import { callRaw, type RawCall } from "../support/raw_call.ts";
import { baseKeys, type Keys, lastRequest, stepsOf, useExample } from "../support/world.ts";

const { issuer, sandbox } = useExample();

const target = (name: string, version: string) => ({
  "x-amz-target": name,
  "content-type": `application/x-amz-json-${version}`,
});
const form = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };

/** One call of each protocol, as AWS's SDKs send it, and how its client finds code and message. */
const calls: readonly (RawCall & {
  operation: string | null;
  read: (answer: Response, body: Buffer) => [code: string | null | undefined, message: string | undefined];
})[] = [
  {
    service: "athena",
    headers: target("AmazonAthena.StartQueryExecution", "1.1"),
    body: '{"QueryString":"select 1"}',
    operation: "StartQueryExecution",
    read: fromJson,
  },
  {
    service: "dynamodb",
    headers: target("DynamoDB_20120810.GetItem", "1.0"),
    body: "{}",
    operation: "GetItem",
    read: fromJson,
  },
  {
    service: "redshift-data",
    headers: target("RedshiftData.ExecuteStatement", "1.1"),
    body: "{}",
    operation: "ExecuteStatement",
    read: fromJson,
  },
  {
    service: "bedrock",
    path: "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse",
    headers: { "content-type": "application/json" },
    body: "{}",
    operation: null,
    read: fromRestJson,
  },
  { service: "lambda", method: "GET", path: "/2015-03-31/functions/", operation: null, read: fromRestJson },
  {
    service: "sns",
    headers: form,
    body: "Action=Publish&Version=2010-03-31",
    operation: "Publish",
    read: fromXml(/^<ErrorResponse><Error><Type>Receiver<\/Type>/),
  },
  {
    service: "ec2",
    headers: form,
    body: "Action=DescribeVpcs&Version=2016-11-15",
    operation: "DescribeVpcs",
    read: fromXml(/^<Response><Errors><Error>/),
  },
  {
    service: "route53",
    method: "GET",
    path: "/2013-04-01/hostedzone",
    operation: null,
    read: fromXml(/^<ErrorResponse><Error>/),
  },
  {
    service: "s3express",
    method: "GET",
    path: "/folder//a%20b?list-type=2",
    operation: null,
    read: fromXml(/^<Error><Code>/),
  },
  {
    service: "monitoring",
    path: "/service/GraniteServiceVersion20100801/operation/ListMetrics",
    headers: { "smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor" },
    operation: "ListMetrics",
    read: fromCbor,
  },
];

function fromJson(_: Response, body: Buffer): [string, string] {
  const { __type, message } = JSON.parse(body.toString()) as { __type: string; message: string };
  return [__type, message];
}
function fromRestJson(answer: Response, body: Buffer): [string | null, string] {
  return [
    answer.headers.get("x-amzn-errortype"),
    (JSON.parse(body.toString()) as { message: string }).message,
  ];
}
function fromXml(shape: RegExp) {
  return (_: Response, body: Buffer): [string | undefined, string | undefined] => {
    const text = body.toString();
    assert.match(text, shape);
    return [/<Code>(.*)<\/Code>/.exec(text)?.[1], /<Message>(.*)<\/Message>/.exec(text)?.[1]];
  };
}
function fromCbor(answer: Response, body: Buffer): [string, string] {
  assert.equal(answer.headers.get("smithy-protocol"), "rpc-v2-cbor");
  assert.equal(body[0], 0xa2);
  const texts: string[] = [];
  for (let at = 1; at < body.length; ) {
    assert.equal(body[at], 0x79, "a text with a length of two bytes");
    const end = at + 3 + body.readUInt16BE(at + 1);
    texts.push(body.subarray(at + 3, end).toString());
    at = end;
  }
  const [typeName, type = "", messageName, message = ""] = texts;
  assert.deepEqual([typeName, messageName], ["__type", "message"]);
  return [type, message];
}

let made: Promise<{ enhanced: Keys; plain: Keys }> | undefined;
/** A session that acts for Ada, and one that acts for nobody; made once. */
function sessions() {
  made ??= (async () => {
    const steps = stepsOf(sandbox);
    const token = await steps.exchange(await issuer.token({ email: "ada@acme.example" }));
    const enhanced = await steps.enhanced(token.awsAdditionalDetails?.identityContext ?? "");
    return { enhanced, plain: await steps.assumeRole() };
  })();
  return made;
}

for (const { operation, read, ...call } of calls) {
  test(`${call.service} answers a user's session in its own protocol: whose name, which instance and application`, async () => {
    const { enhanced } = await sessions();
    const { connection } = stepsOf(sandbox);
    const { instanceArn, users } = sandbox.seedResult.identityCenters["acme"] ?? {};
    const answer = await callRaw(sandbox.url, call, enhanced);
    assert.equal(answer.status, 501);
    const [code, message] = read(answer, Buffer.from(await answer.arrayBuffer()));
    assert.equal(code, "UnsupportedOperation");
    const what = operation === null ? `The service ${call.service}` : `${call.service} ${operation}`;
    assert.equal(
      message,
      `${what} is not simulated here (tti-sandbox): you are user ada (${users?.["ada"]}) of instance ${instanceArn} through application ${connection.idcApplicationArn} (example-isv), tenant acme, as arn:aws:sts::111122223333:assumed-role/isv/test.`,
    );
    const record = lastRequest(sandbox);
    assert.equal(record.service, call.service);
    assert.equal(record.operation, operation);
    assert.equal(record.onBehalfOf?.userId, users?.["ada"]);
    assert.equal(record.onBehalfOf?.userName, "ada");
    assert.equal(record.onBehalfOf?.applicationArn, connection.idcApplicationArn);
    assert.equal(record.tenant, "acme");
    assert.equal(record.rule, "sandbox.service");
  });
}

async function messageFor(call: RawCall, credentials?: Keys): Promise<string> {
  const answer = await callRaw(sandbox.url, call, credentials);
  assert.equal(answer.status, 501);
  return fromJson(answer, Buffer.from(await answer.arrayBuffer()))[1];
}

const athena: RawCall = {
  service: "athena",
  headers: target("AmazonAthena.ListWorkGroups", "1.1"),
  body: "{}",
};

test("a role session without identity context and an IAM user are told that no user's name is borne", async () => {
  const { plain } = await sessions();
  assert.match(
    await messageFor(athena, plain),
    /you are arn:aws:sts::111122223333:assumed-role\/isv\/test, a role session without identity context/,
  );
  assert.equal(lastRequest(sandbox).onBehalfOf, null);
  assert.equal(lastRequest(sandbox).tenant, "acme");
  assert.match(
    await messageFor(athena, baseKeys(sandbox)),
    /you are IAM user arn:aws:iam::111122223333:user\/base/,
  );
  assert.equal(lastRequest(sandbox).tenant, null);
});

test("a signature that is not the sandbox's tells what is wrong with it, and no name", async () => {
  const { enhanced } = await sessions();
  const wrong = { ...enhanced, secretAccessKey: "wrong" };
  const message = await messageFor(athena, wrong);
  assert.match(
    message,
    /whose name the call bears is not known: the signature does not belong to access key/,
  );
  assert.equal(lastRequest(sandbox).caller, null);
  assert.equal(lastRequest(sandbox).onBehalfOf, null);
  const unknown = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "x" };
  assert.match(await messageFor(athena, unknown), /AKIAIOSFODNN7EXAMPLE does not exist in this sandbox/);
});

test("an identity context that is over is told", async () => {
  const { enhanced } = await sessions();
  sandbox.control.expireIdentityContexts();
  assert.match(await messageFor(athena, enhanced), /the identity context is over since 20/);
});

test("a presigned URL and Signature Version 4a are told by their service too", async () => {
  const scope = encodeURIComponent("AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/polly/aws4_request");
  const presigned = await fetch(`${sandbox.url}/v1/speech?X-Amz-Credential=${scope}`);
  assert.equal(presigned.status, 501);
  assert.equal(lastRequest(sandbox).service, "polly");
  const authorization =
    "AWS4-ECDSA-P256-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/events/aws4_request, SignedHeaders=host, Signature=00";
  const headers = { authorization, ...target("AWSEvents.PutEvents", "1.1") };
  const asymmetric = await fetch(sandbox.url, { method: "POST", body: "{}", headers });
  assert.equal(asymmetric.status, 501);
  assert.match(
    await asymmetric.text(),
    /events PutEvents is not simulated here.*verifies no signature of this kind/,
  );
});
