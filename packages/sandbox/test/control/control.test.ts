// The levers for tests: faults, clock, sessions, rules, requests and reset, in process and over HTTP.
import assert from "node:assert/strict";
import http from "node:http";
import { beforeEach, test } from "node:test";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { assembleRegistry } from "../../src/services/registry.ts";
import { baseKeys, IDC_REGION, lastRequest, stepsOf, useExample } from "../support/world.ts";

const { issuer, sandbox } = useExample();
const ada = { email: "ada@acme.example" };

beforeEach(() => sandbox.control.reset());

async function whoAmI(maxAttempts = 1) {
  const client = new STSClient({
    region: IDC_REGION,
    endpoint: sandbox.url,
    credentials: baseKeys(sandbox),
    maxAttempts,
  });
  try {
    return await client.send(new GetCallerIdentityCommand({}));
  } finally {
    client.destroy();
  }
}

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${sandbox.url}/_sandbox/${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test("a fault answers the next N calls of one operation with the given error", async () => {
  sandbox.control.addFault({
    service: "sts",
    operation: "GetCallerIdentity",
    times: 2,
    error: { code: "ServiceUnavailable", status: 503 },
  });
  await stepsOf(sandbox).assumeRole();
  await assert.rejects(whoAmI(), { name: "ServiceUnavailable" });
  await assert.rejects(whoAmI(), { name: "ServiceUnavailable" });
  assert.equal(lastRequest(sandbox).injectedFault, "error ServiceUnavailable");
  await whoAmI();
  assert.deepEqual(sandbox.control.faults(), []);
});

test("a throttled call is retried by the SDK and then passes", async () => {
  sandbox.control.addFault({
    operation: "GetCallerIdentity",
    times: 2,
    error: { code: "Throttling", status: 400, message: "Rate exceeded" },
  });
  await whoAmI(3);
  assert.deepEqual(
    sandbox.control.requests().map((record) => record.status),
    [400, 400, 200],
  );
});

test("a delay holds the answer back", async () => {
  sandbox.control.addFault({ operation: "GetCallerIdentity", delayMs: 120 });
  const startedAt = performance.now();
  await whoAmI();
  assert.ok(performance.now() - startedAt >= 115);
});

test("a connection dropped before the operation leaves nothing done", async () => {
  const token = await issuer.token(ada);
  const { exchange } = stepsOf(sandbox);
  sandbox.control.addFault({ operation: "CreateTokenWithIAM", drop: "before" });
  await assert.rejects(exchange(token));
  await exchange(token);
});

test("a connection dropped after the operation has used the token up: the caller cannot know", async () => {
  const token = await issuer.token(ada);
  const { exchange } = stepsOf(sandbox);
  sandbox.control.addFault({ operation: "CreateTokenWithIAM", drop: "after" });
  await assert.rejects(exchange(token));
  await assert.rejects(exchange(token), { error_description: "JWT is already redeemed" });
});

test("a connection cut in the middle of the answer fails, over both HTTP versions", async () => {
  const { exchange, enhanced, search } = stepsOf(sandbox);
  sandbox.control.addFault({ operation: "CreateTokenWithIAM", drop: "middle" });
  await assert.rejects(async () => exchange(await issuer.token(ada)));
  const answer = await exchange(await issuer.token(ada));
  const keys = await enhanced(answer.awsAdditionalDetails?.identityContext ?? "");
  sandbox.control.addFault({ operation: "SearchRelevantContent", drop: "middle" });
  await assert.rejects(search(keys));
  sandbox.control.addFault({ operation: "SearchRelevantContent", drop: "before" });
  await assert.rejects(search(keys));
  await search(keys);
});

test("the clock moves sessions, tokens and contexts, but not the time of signatures", async () => {
  const { assumeRole, exchange } = stepsOf(sandbox);
  const keys = await assumeRole();
  const token = await issuer.token(ada);
  sandbox.control.advanceClock(3601);
  await assert.rejects(exchange(token, { credentials: keys }), { name: "ExpiredTokenException" });
  await assert.rejects(exchange(token), { name: "InvalidGrantException" });
  assert.equal(lastRequest(sandbox).rule, "token.expiry");
  sandbox.control.setClockOffset(0);
  await exchange(await issuer.token(ada), { credentials: keys });
  assert.equal(sandbox.control.clock().offsetSeconds, 0);
});

test("with the rule signature.clock the SDK meets a skewed server and corrects itself", async () => {
  sandbox.control.setRule("signature.clock", "sandbox");
  sandbox.control.advanceClock(3600);
  await assert.rejects(whoAmI(1), { name: "SignatureDoesNotMatch" });
  await whoAmI(3);
});

test("reset brings back the seed, the rules, the clock and an empty log", async () => {
  const before = JSON.stringify(sandbox.seedResult);
  sandbox.control.advanceClock(99);
  sandbox.control.setRule("token.audienceArray", "accept");
  sandbox.control.addFault({ drop: "before", times: 100 });
  const keys = await stepsOf(sandbox)
    .assumeRole()
    .catch(() => undefined);
  assert.equal(keys, undefined);
  await sandbox.control.reset();
  assert.equal(JSON.stringify(sandbox.seedResult), before);
  assert.deepEqual(sandbox.control.requests(), []);
  assert.equal(sandbox.control.rules().find((rule) => rule.name === "token.audienceArray")?.value, "reject");
  await stepsOf(sandbox).searchAs(await issuer.token(ada));
});

test("the control API over HTTP mirrors it", async () => {
  assert.deepEqual((await call("GET", "health")).body, { status: "ok" });
  assert.equal(
    (await call("POST", "faults", { operation: "AssumeRole", error: { code: "AccessDenied", status: 403 } }))
      .status,
    200,
  );
  await assert.rejects(stepsOf(sandbox).assumeRole(), { name: "AccessDenied" });
  const { requests } = (await call("GET", "requests?limit=1")).body as { requests: { rule: string }[] };
  assert.deepEqual(
    requests.map((record) => record.rule),
    ["control.fault"],
  );
  assert.equal((await call("POST", "clock", { advanceSeconds: 60 })).body["offsetSeconds"], 60);
  assert.equal((await call("PUT", "rules/token.clockSkewSeconds", { value: 30 })).status, 200);
  assert.equal(sandbox.control.rules().find((rule) => rule.name === "token.clockSkewSeconds")?.value, "30");
  assert.deepEqual((await call("GET", "seed")).body, JSON.parse(JSON.stringify(sandbox.seedResult)));
  await stepsOf(sandbox).assumeRole();
  assert.deepEqual((await call("POST", "expire-sessions", {})).body, { expired: 1 });
  assert.equal((await call("POST", "reset")).status, 200);
  assert.equal(sandbox.control.clock().offsetSeconds, 0);
});

test("a malformed control request is told what is wrong", async () => {
  const unknown = await call("GET", "nothing");
  assert.equal(unknown.status, 404);
  const fault = await call("POST", "faults", { drop: "sometimes" });
  assert.equal(fault.status, 400);
  assert.match(JSON.stringify(fault.body), /CONTROL_INPUT_INVALID.*drop/s);
  const rule = await call("PUT", "rules/token.audienceArray", { value: "maybe" });
  assert.match(JSON.stringify(rule.body), /SANDBOX_RULE_INVALID.*reject or single or accept/s);
});

test("a fault that can never strike is refused by field, with the name that was probably meant", async () => {
  const drop = "before";
  for (const [fault, message] of [
    [{ service: "nope", drop }, /^service is "nope"; it must be one of "sts", .*"s3control", "sso"\.$/],
    [{ service: "sso_oidc", drop }, /^service is "sso_oidc"; .* Did you mean "sso-oidc"\?$/],
    [{ operation: "Nope", drop }, /^operation is "Nope", which the sandbox does not simulate;/],
    [{ operation: "createTokenWithIam", drop }, / Did you mean "CreateTokenWithIAM"\?$/],
    [{ service: "sts", operation: "GetCallerIdentiy", drop }, /which sts does not.*"GetCallerIdentity"\?$/],
    [{ service: "sts", operation: "CreateTokenWithIAM", drop }, /no operation of sts but of sso-oidc: name/],
    // In the models, since AWS has it, but not simulated: the answer is that, with or without a fault.
    [{ operation: "RegisterClient", drop }, /^operation is "RegisterClient"/],
    [{ operation: "AssumeRole" }, /^The fault does nothing yet: give a delay/],
    [
      { operations: "AssumeRole", drop },
      /no member "operations"; leave it out\. Did you mean "operation"\?$/,
    ],
    [{ error: { code: "X", mesage: "x" } }, /^error has no member "mesage"; .*"message"\?$/],
  ] as const) {
    const { status, body } = await call("POST", "faults", fault);
    assert.equal(status, 400, JSON.stringify(fault));
    assert.match((body["error"] as { message: string }).message, message);
  }
  assert.deepEqual(sandbox.control.faults(), []);
});

test("every operation that is simulated can be named in a fault", () => {
  const known = assembleRegistry({} as never).list();
  assert.ok(known.length > 100);
  for (const { service, operation } of known) {
    sandbox.control.addFault({ service, operation, drop: "before" });
    sandbox.control.clearFaults();
  }
});

test("no control input, however large, keeps the sandbox from answering the next request", async () => {
  const hostile: [string, string, unknown][] = [
    ...[1e13, -1e13, 1e308, 4e9].flatMap((far): [string, string, unknown][] => [
      ["POST", "clock", { advanceSeconds: far }],
      ["POST", "clock", { offsetSeconds: far }],
    ]),
    ["PUT", "rules/exchange.accessTokenSeconds", { value: 1e300 }],
    ["PUT", "rules/jwks.maxBytes", { value: -1 }],
    ["PUT", "rules/token.audienceArray", { value: "x".repeat(10_000) }],
    ["POST", "faults", { error: { code: "a\r\nx-injected: 1" } }],
    ["POST", "faults", { error: { code: "x".repeat(10_000) } }],
    ["POST", "faults", { operation: "x".repeat(10_000) }],
    ["POST", "faults", { delayMs: 1e12 }],
    ["POST", "faults", { times: 1e12 }],
    ["POST", "expire-sessions", { accessKeyId: "x".repeat(100_000) }],
    ["POST", "expire-sessions", "x".repeat(100_000)],
  ];
  for (const [method, path, body] of hostile) {
    const { status } = await call(method, path, body);
    assert.ok(status >= 400 && status < 500, `${path} ${JSON.stringify(body).slice(0, 80)}: ${status}`);
    await whoAmI();
  }
  // Steps that are each allowed do not add up to what is not.
  assert.equal((await call("POST", "clock", { advanceSeconds: 3e9 })).status, 200);
  await whoAmI();
  assert.equal((await call("POST", "clock", { advanceSeconds: 3e9 })).status, 400);
  await whoAmI();
  assert.throws(() => sandbox.control.advanceClock(Number.NaN), { code: "SANDBOX_CLOCK_INVALID" });
  await sandbox.control.reset();
  for (let count = 0; count < 1000; count += 1) sandbox.control.addFault({ drop: "before" });
  assert.throws(() => sandbox.control.addFault({ drop: "before" }), { code: "SANDBOX_FAULT_INVALID" });
});

test("a web page of another origin, or a rebound host name, cannot use the control API", async () => {
  assert.equal((await call("POST", "reset", undefined, { origin: "https://evil.example" })).status, 403);
  assert.equal((await call("GET", "requests", undefined, { "sec-fetch-site": "cross-site" })).status, 403);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    http
      .get(
        `${sandbox.url}/_sandbox/seed`,
        { headers: { host: "evil.example" }, agent: false },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      )
      .on("error", reject);
  });
  assert.equal(status, 403);
  const form = await fetch(`${sandbox.url}/_sandbox/faults`, { method: "POST", body: '{"drop":"before"}' });
  assert.equal(form.status, 403);
});

test("a signed request never reaches the control API", async () => {
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIAUNKNOWNUNKNOWN00/20260101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`;
  const response = await fetch(`${sandbox.url}/_sandbox/seed`, { headers: { authorization } });
  assert.notEqual(response.status, 200);
  assert.match(await response.text(), /<ErrorResponse/);
});
