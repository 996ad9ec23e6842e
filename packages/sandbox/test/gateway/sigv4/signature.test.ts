// Signatures that do not hold are refused, each in AWS's words on the wire and in plain words in the log.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { QBusinessClient, SearchRelevantContentCommand } from "@aws-sdk/client-qbusiness";
import { ListInstancesCommand, SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { signatureError } from "../../../src/gateway/sigv4/signature_error.ts";
import type { Sandbox } from "../../../src/index.ts";
import {
  baseKeys,
  IDC_REGION,
  type Keys,
  lastRequest,
  Q_REGION,
  startExample,
  stepsOf,
} from "../../support/world.ts";

let sandbox: Sandbox;

before(async () => {
  sandbox = await startExample("http://127.0.0.1:9");
});

after(() => sandbox.close());

async function whoAmI(
  credentials: Keys,
  options: { skewMs?: number; mutate?: (request: WireRequest) => void } = {},
) {
  const client = new STSClient({
    region: IDC_REGION,
    endpoint: sandbox.url,
    credentials,
    maxAttempts: 1,
    systemClockOffset: options.skewMs ?? 0,
  });
  const { mutate } = options;
  if (mutate !== undefined) {
    client.middlewareStack.add(
      (next) => (args) => {
        mutate(args.request as WireRequest);
        return next(args);
      },
      { step: "finalizeRequest", priority: "low" },
    );
  }
  try {
    return await client.send(new GetCallerIdentityCommand({}));
  } finally {
    client.destroy();
  }
}

type WireRequest = { headers: Record<string, string>; body: string; query: Record<string, string> };

async function refusedAs(call: Promise<unknown>, name: string, status: number, rule: string): Promise<void> {
  await assert.rejects(call, (error: { name?: string; $metadata?: { httpStatusCode?: number } }) => {
    assert.equal(error.name, name);
    assert.equal(error.$metadata?.httpStatusCode, status);
    return true;
  });
  const record = lastRequest(sandbox);
  assert.equal(record.rule, rule);
  assert.ok(record.reason && record.fix);
}

test("the right secret passes", async () => {
  assert.match((await whoAmI(baseKeys(sandbox))).Arn ?? "", /user\/base$/);
  assert.equal(lastRequest(sandbox).checks[0]?.name, "signature");
});

test("a wrong secret is SignatureDoesNotMatch", async () => {
  const wrong = { ...baseKeys(sandbox), secretAccessKey: "x".repeat(40) };
  await refusedAs(whoAmI(wrong), "SignatureDoesNotMatch", 403, "signature.mismatch");
});

test("an unknown access key is InvalidClientTokenId", async () => {
  const unknown = { accessKeyId: "AKIAUNKNOWNUNKNOWN00", secretAccessKey: "x".repeat(40) };
  await refusedAs(whoAmI(unknown), "InvalidClientTokenId", 403, "signature.unknownKey");
});

test("a session key without its token, or with another's, is InvalidClientTokenId", async () => {
  const { assumeRole } = stepsOf(sandbox);
  const session = await assumeRole();
  const other = await assumeRole();
  const { sessionToken, ...bare } = session;
  assert.ok(sessionToken);
  await refusedAs(whoAmI(bare), "InvalidClientTokenId", 403, "signature.sessionToken");
  const mixed = {
    ...bare,
    ...(other.sessionToken === undefined ? {} : { sessionToken: other.sessionToken }),
  };
  await refusedAs(whoAmI(mixed), "InvalidClientTokenId", 403, "signature.sessionToken");
});

test("a session token on a long-term key is InvalidClientTokenId", async () => {
  await refusedAs(
    whoAmI({ ...baseKeys(sandbox), sessionToken: "x" }),
    "InvalidClientTokenId",
    403,
    "signature.sessionToken",
  );
});

test("an expired session is ExpiredToken", async () => {
  const session = await stepsOf(sandbox).assumeRole();
  assert.equal(sandbox.control.expireSessions(session.accessKeyId), 1);
  await refusedAs(whoAmI(session), "ExpiredToken", 403, "signature.sessionExpired");
});

test("a signature sixteen minutes old is refused, fourteen minutes pass", async () => {
  const minute = 60_000;
  await whoAmI(baseKeys(sandbox), { skewMs: -14 * minute });
  await refusedAs(
    whoAmI(baseKeys(sandbox), { skewMs: -16 * minute }),
    "SignatureDoesNotMatch",
    403,
    "signature.skewError",
  );
  await refusedAs(
    whoAmI(baseKeys(sandbox), { skewMs: 16 * minute }),
    "SignatureDoesNotMatch",
    403,
    "signature.skewError",
  );
});

test("a request from a clock far off is RequestExpired when the switch says so", async () => {
  sandbox.control.setRule("signature.skewError", "RequestExpired");
  const call = whoAmI(baseKeys(sandbox), { skewMs: -16 * 60_000 });
  await refusedAs(call, "RequestExpired", 400, "signature.skewError");
  sandbox.control.setRule("signature.skewError", "SignatureDoesNotMatch");
});

test("a body changed after signing is SignatureDoesNotMatch", async () => {
  const call = whoAmI(baseKeys(sandbox), {
    mutate(request) {
      request.body = `${request.body}&Extra=1`;
      request.headers["content-length"] = String(request.body.length);
    },
  });
  await refusedAs(call, "SignatureDoesNotMatch", 403, "signature.payload");
});

test("a query added after signing is SignatureDoesNotMatch", async () => {
  const call = whoAmI(baseKeys(sandbox), {
    mutate(request) {
      request.query = { injected: "1" };
    },
  });
  await refusedAs(call, "SignatureDoesNotMatch", 403, "signature.mismatch");
});

test("an x-amz header the signature does not cover is IncompleteSignature", async () => {
  const call = whoAmI(baseKeys(sandbox), {
    mutate(request) {
      request.headers["x-amz-added"] = "1";
    },
  });
  await refusedAs(call, "IncompleteSignature", 400, "signature.unsignedHeader");
});

test("a request for another region than it was signed for is told apart by the scope", async () => {
  const call = whoAmI(baseKeys(sandbox), {
    mutate(request) {
      request.headers["authorization"] = (request.headers["authorization"] ?? "").replace(
        IDC_REGION,
        "us-east-1",
      );
    },
  });
  await refusedAs(call, "SignatureDoesNotMatch", 403, "signature.mismatch");
});

test("without an Authorization header the answer is MissingAuthenticationToken", async () => {
  const response = await fetch(sandbox.url, {
    method: "POST",
    body: "Action=GetCallerIdentity&Version=2011-06-15",
  });
  assert.equal(response.status, 403);
  assert.match(await response.text(), /<Code>MissingAuthenticationToken<\/Code>/);
  assert.equal(lastRequest(sandbox).rule, "signature.missing");
});

test("a malformed Authorization header is IncompleteSignature", async () => {
  for (const authorization of [
    "AWS4-HMAC-SHA256 Credential=x",
    "AWS4-ECDSA-P256-SHA256 Credential=a/b",
    "Bearer x",
  ]) {
    const response = await fetch(sandbox.url, { method: "POST", headers: { authorization }, body: "" });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /<Code>IncompleteSignature<\/Code>/);
  }
});

test("a skewed clock is told in AWS's words, as query and json services spell them", async () => {
  const minute = 60_000;
  const late = whoAmI(baseKeys(sandbox), { skewMs: -16 * minute });
  await assert.rejects(late, {
    message:
      /^Signature expired: (\d{8}T\d{6}Z) is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)$/,
  });
  const early = whoAmI(baseKeys(sandbox), { skewMs: 16 * minute });
  await assert.rejects(early, { message: /^Signature not yet current: .* \+ 15 min\.\)$/ });
  const told = { why: "w", fix: "f", message: "Signature expired: …" };
  const { code, status } = signatureError("sso-admin", "requestExpired", told);
  assert.deepEqual([code, status], ["InvalidSignatureException", 403]);
});

test("a service the sandbox does not have is refused with a list of those it has", async () => {
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIAUNKNOWNUNKNOWN00/20260101/us-east-1/athena/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`;
  const response = await fetch(`${sandbox.url}/bucket`, { headers: { authorization } });
  assert.equal(response.status, 501);
  assert.match(lastRequest(sandbox).reason ?? "", /"athena"/);
});

test("json services answer with their own names", async () => {
  const wrong = { ...baseKeys(sandbox), secretAccessKey: "x".repeat(40) };
  const admin = new SSOAdminClient({
    region: IDC_REGION,
    endpoint: sandbox.url,
    credentials: wrong,
    maxAttempts: 1,
  });
  await refusedAs(
    admin.send(new ListInstancesCommand({})),
    "InvalidSignatureException",
    403,
    "signature.mismatch",
  );
  admin.destroy();
  const unknown = { accessKeyId: "AKIAUNKNOWNUNKNOWN00", secretAccessKey: "x".repeat(40) };
  const search = new QBusinessClient({
    region: Q_REGION,
    endpoint: sandbox.url,
    credentials: unknown,
    maxAttempts: 1,
  });
  const command = new SearchRelevantContentCommand({
    applicationId: "a".repeat(36),
    queryText: "x",
    contentSource: { retriever: { retrieverId: "a".repeat(36) } },
  });
  await refusedAs(search.send(command), "UnrecognizedClientException", 403, "signature.unknownKey");
  search.destroy();
});
